"""Changes to rules, as the API and the pages make them: only what the matcher can read is saved."""

from tocsin.documents import RuleDocument
from tocsin.errors import VersionConflictError
from tocsin_console.routes.backends import Backends
from tocsin_console.routes.problems import AlreadyThereError
from tocsin_console.routes.rule_check import require_readable


async def save(
    backends: Backends,
    rule: RuleDocument,
    *,
    who: str,
    reason: str = "",
    expected_version: int | None = None,
) -> RuleDocument:
    """Create or replace a rule.

    Raises:
        InvalidRequestError: the matcher could not read it.
        VersionConflictError: it is not at ``expected_version``.
    """
    require_readable(rule, backends.gazetteer, backends.lists)
    return await backends.rules.put(rule, who=who, reason=reason, expected_version=expected_version)


async def create(
    backends: Backends, rule: RuleDocument, *, who: str, reason: str = ""
) -> RuleDocument:
    """Create a rule.

    Raises:
        InvalidRequestError: the matcher could not read it.
        AlreadyThereError: its id is taken.
    """
    try:
        return await save(backends, rule, who=who, reason=reason, expected_version=0)
    except VersionConflictError:
        raise AlreadyThereError("rule", rule.id) from None


async def switch(
    backends: Backends, rule_id: str, *, who: str, reason: str = "", enabled: bool
) -> RuleDocument:
    """Enable or disable a rule, whatever else is changed at the same time.

    Raises:
        NotFoundError: there is none.
        InvalidRequestError: it is to be enabled, and the matcher could not read it.
    """
    while True:
        rule = await backends.rules.get(rule_id)
        switched = rule.model_copy(update={"enabled": enabled})
        if enabled:
            require_readable(switched, backends.gazetteer, backends.lists)
        try:
            return await backends.rules.put(
                switched, who=who, reason=reason, expected_version=rule.version
            )
        except VersionConflictError:
            continue
