from typing import ClassVar, Literal

from pydantic import AwareDatetime

from tocsin.documents import RuleDocument
from tocsin.events.base import Event


class RuleChanged(Event):
    """A rule was created, changed, enabled, disabled or deleted; audit entry and live update in one.

    ``before`` is missing for a new rule, ``after`` for a deleted one. The rule's version
    is in the document; a deleted rule's id is never given a lower version again.
    """

    stream: ClassVar[str] = "{tocsin}:rule-changes"

    rule_id: str
    version: int
    action: Literal["created", "changed", "enabled", "disabled", "deleted"]
    who: str
    at: AwareDatetime
    reason: str = ""
    before: RuleDocument | None = None
    after: RuleDocument | None = None
