"""What would have to change so that what is written stands."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import SecretStr

from tocsin_cli.manifests.kind import AnyDocument, Kind, State


SECRET = "(secret)"  # noqa: S105 -- what is shown in its place


class Action(StrEnum):
    CREATE = "create"
    CHANGE = "change"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Difference:
    """``before`` or ``after`` is None where there was or will be no such field."""

    field: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Change:
    kind: Kind
    before: AnyDocument | None
    after: AnyDocument | None

    @property
    def action(self) -> Action:
        if self.before is None:
            return Action.CREATE
        return Action.DELETE if self.after is None else Action.CHANGE

    @property
    def id(self) -> str:
        document = self.after or self.before
        assert document is not None
        return document.id

    def differences(self) -> Sequence[Difference]:
        """Return the fields that differ, in their order; secrets are not shown.

        Of a new or deleted document what is as it would be anyway is left out.
        """
        changed = self.before is not None and self.after is not None
        before = _fields(self.before, defaults=changed)
        after = _fields(self.after, defaults=changed)
        return [
            Difference(name, _shown(before.get(name)), _shown(after.get(name)))
            for name in dict.fromkeys((*before, *after))
            if before.get(name) != after.get(name)
        ]


def plan(current: State, desired: State, *, prune: Collection[Kind] = ()) -> Sequence[Change]:
    """Return the changes in an order in which they can be made.

    Args:
        current: what stands.
        desired: what shall stand, beside what else there is.
        prune: of these kinds only what is desired shall stand.
    """
    put = (change for kind in Kind for change in _puts(kind, current, desired))
    left = current.pruned(desired, prune).joined(desired)
    gone = (
        Change(kind, document, None)
        for kind in reversed(Kind)
        for key, document in current.of(kind).items()
        if key not in left.of(kind)
    )
    return (*put, *gone)


def _puts(kind: Kind, current: State, desired: State) -> Iterator[Change]:
    for key, after in desired.of(kind).items():
        before = current.of(kind).get(key)
        if before is None or _fields(before) != _fields(after):
            yield Change(kind, before, after)


def _fields(document: AnyDocument | None, *, defaults: bool = True) -> Mapping[str, Any]:
    """Return the fields that a person writes, nested ones by their path."""
    if document is None:
        return {}
    fields = document.model_dump(by_alias=True, exclude_defaults=not defaults)
    fields.pop("version", None)  # the store's
    return dict(_flat(fields))


def _flat(fields: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in fields.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        elif value is not None:
            yield prefix + name, value


def _shown(value: Any) -> str | None:
    match value:
        case None:
            return None
        case SecretStr():
            return SECRET
        case bool():
            return "yes" if value else "no"
        case tuple() | list():
            return ", ".join(map(str, value)) or "(none)"
        case _:
            return str(value)
