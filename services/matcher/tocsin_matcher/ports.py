"""What the matcher asks of the outside world, beyond the store."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The rules of one matcher as they were once the change at ``cursor`` was in force.

    ``last`` is that change as JSON: a log that holds another there is not the one that was
    followed. ``revisions`` are those of the regions and lists that the rules were read with.
    ``versions`` are of rules that are known and not in force, by id. ``unreadable`` are rules as JSON.
    ``unread`` tells of those whose very document cannot be read why not, by id.
    ``users`` are, by the name of a list, the ids of the rules that name it.
    """

    cursor: str
    last: str
    revisions: tuple[int, ...]
    versions: Mapping[str, int]
    unreadable: tuple[str, ...]
    unread: Mapping[str, str]
    users: Mapping[str, tuple[str, ...]]
    engine: Mapping[str, NDArray[Any]] = field(repr=False)


class SnapshotStore(Protocol):
    """Holds one snapshot. It may be lost at any time: the rules' store has everything."""

    def load(self) -> Snapshot | None:
        """Return what was saved last, if it is whole and was saved by this very version."""
        ...

    def save(self, snapshot: Snapshot) -> None:
        """Keep it in place of the one before; a failure is logged."""
        ...
