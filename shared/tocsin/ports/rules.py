"""Where the rules live, with their history."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from tocsin.documents import RuleDocument
from tocsin.events import RuleChanged


MOST_READ = 5_000  # rules that are read to tell how all is

Action = Literal["created", "changed", "enabled", "disabled", "deleted"]


@dataclass(frozen=True, slots=True)
class RuleSnapshot:
    """Every rule, and the place in the change log from which to follow.

    A change after ``cursor`` may already be in ``rules``: apply it only if its version is higher.
    ``unreadable`` tells of each rule that cannot be read why not, by its id.
    """

    rules: tuple[RuleDocument, ...]
    cursor: str
    unreadable: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class UnreadableChange:
    """What is left of a change after which we cannot read the rule, or of which we can read nothing.

    ``rule_id`` is empty, and ``version`` 0, where it does not even say these.
    """

    rule_id: str
    version: int
    problem: str


@dataclass(frozen=True, slots=True)
class LoggedChange:
    cursor: str
    change: RuleChanged | UnreadableChange


class RuleStore(Protocol):
    """The change and its entry in the change log are written in one step, so the log is the audit.

    Versions count from 1 for each id and only ever grow: a deletion takes one too, and a rule
    made anew under an old id goes on from there.

    A rule that cannot be read hides no other: what returns many rules leaves it out. It can be
    replaced and deleted, and stays as it is until somebody does.

    Every method raises StoreUnavailableError while the store is away; whether a change was
    made is then unknown, and making it again does no harm.
    """

    @property
    def unreadable(self) -> Mapping[str, str]:
        """Why, by id, the rules that were met here and cannot be read are so; asks nobody."""
        ...

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

    async def delete(
        self, rule_id: str, *, who: str, reason: str = "", expected_version: int | None = None
    ) -> None:
        """Remove the rule.

        Raises:
            NotFoundError: there is none.
            VersionConflictError: it is not at ``expected_version``.
        """
        ...

    async def get(self, rule_id: str) -> RuleDocument:
        """Return one rule.

        Raises:
            NotFoundError: there is none.
            UnreadableError: it cannot be read.
        """
        ...

    async def all(self) -> tuple[RuleDocument, ...]:
        """Return every rule, ordered by id."""
        ...

    async def page(self, after: str = "", *, limit: int = 100) -> Sequence[RuleDocument]:
        """Return up to ``limit`` rules whose id comes after ``after``, ordered by id."""
        ...

    async def search(self, text: str, *, limit: int = 100) -> Sequence[RuleDocument]:
        """Return rules with ``text`` in their id, name or query, whatever its case, ordered by id.

        Where more than ``limit`` have it, any of them. Reads every rule if need be.
        """
        ...

    async def count(self) -> int:
        """Return how many rules there are, with those that cannot be read."""
        ...

    async def snapshot(self) -> RuleSnapshot:
        """Return every rule, in no order, and from where to follow the changes."""
        ...

    async def position(self) -> str:
        """Return the cursor of the last change; whatever is read after this has it in it."""
        ...

    async def change_at(self, cursor: str) -> RuleChanged | None:
        """Return the change with that cursor, None where the log has none that can be read."""
        ...

    async def changes(self, after: str, *, wait_s: float = 0) -> Sequence[LoggedChange]:
        """Return up to a thousand changes after a cursor, oldest first.

        ``after`` is a snapshot's or a change's cursor, or ``0`` for the beginning. Waits up to
        ``wait_s`` for the first change; returns none when there was none.
        """
        ...

    async def history(self, rule_id: str, *, limit: int = 100) -> Sequence[RuleChanged]:
        """Return what was done to a rule, newest first; also to one that was deleted.

        Only the last thousand changes of a rule are found. Of a change the rule before and after it
        is left out where it cannot be read, and the change where nothing of it can.
        """
        ...


async def unreadable_rules(store: RuleStore) -> Sequence[str]:
    """Return a sentence for each rule that cannot be read; of more than a few thousand rules none.

    To read them all takes too long then, and the matchers count those that are broken.
    """
    if await store.count() > MOST_READ:
        return ()
    found = (await store.snapshot()).unreadable
    return [f"rule {id_} cannot be read: {found[id_]}" for id_ in sorted(found)]


def mentions(rule: RuleDocument, folded: str) -> bool:
    """Tell whether case-folded text stands in the rule's id, name or query."""
    return any(folded in part.casefold() for part in (rule.id, rule.name, rule.query))


def same_but_for_version(one: RuleDocument, other: RuleDocument) -> bool:
    return one == other.model_copy(update={"version": one.version})


def action_of(before: RuleDocument | None, after: RuleDocument | None) -> Action:
    """Return what a change is called; enabling and disabling are only called so when all else stays."""
    if after is None:
        return "deleted"
    if before is None:
        return "created"
    if same_but_for_version(after, before.model_copy(update={"enabled": after.enabled})):
        return "enabled" if after.enabled else "disabled"
    return "changed"
