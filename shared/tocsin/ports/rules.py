"""Where the rules live, with their history."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from tocsin.documents import RuleDocument
from tocsin.events import RuleChanged


@dataclass(frozen=True, slots=True)
class RuleSnapshot:
    """Every rule, and the place in the change log from which to follow.

    A change after ``cursor`` may already be in ``rules``: apply it only if its version is higher.
    """

    rules: tuple[RuleDocument, ...]
    cursor: str


@dataclass(frozen=True, slots=True)
class LoggedChange:
    cursor: str
    change: RuleChanged


class RuleStore(Protocol):
    """The change and its entry in the change log are written in one step, so the log is the audit."""

    async def put(
        self, rule: RuleDocument, *, who: str, reason: str = "", expected_version: int | None = None
    ) -> RuleDocument:
        """Create the rule or replace it; return it with its new version.

        The version in ``rule`` is ignored. A rule that is put as it already stands changes nothing
        and keeps its version.

        Raises:
            VersionConflictError: it is not at ``expected_version`` (0: there is none yet).
        """
        ...

    async def delete(self, rule_id: str, *, who: str, reason: str = "") -> None:
        """Remove the rule.

        Raises:
            NotFoundError: there is none.
        """
        ...

    async def get(self, rule_id: str) -> RuleDocument:
        """Return one rule.

        Raises:
            NotFoundError: there is none.
        """
        ...

    async def all(self) -> tuple[RuleDocument, ...]:
        """Return every rule, ordered by id."""
        ...

    async def snapshot(self) -> RuleSnapshot:
        """Return every rule, and from where to follow the changes."""
        ...

    async def changes(self, after: str, *, wait_s: float = 0) -> Sequence[LoggedChange]:
        """Return the changes after a cursor, oldest first; wait up to ``wait_s`` for the first."""
        ...

    async def history(self, rule_id: str, *, limit: int = 100) -> Sequence[RuleChanged]:
        """Return what was done to a rule, newest first; also to one that was deleted."""
        ...
