"""Documents that the store has, of which one may be unreadable without harm to the others.

It is where another version of us wrote it, where somebody changed it by hand, or where the world
changed under it, as when a time zone goes by another name.
"""

from collections.abc import Callable, Mapping
from typing import Generic, Protocol, TypeVar

import structlog
from pydantic import ValidationError


log = structlog.get_logger()

MOST_TOLD = 3  # things that are wrong with one document


class Identified(Protocol):
    @property
    def id(self) -> str: ...


D = TypeVar("D", bound=Identified)


class Reader(Generic[D]):
    """Reads documents of one kind, and sets aside those that it cannot.

    Args:
        kind: what to call one of them.
        read: returns what is stored as a document, or raises ValueError.
    """

    def __init__(self, kind: str, read: Callable[[bytes], D]) -> None:
        self._kind = kind
        self._read = read
        self._unreadable: dict[str, str] = {}

    @property
    def unreadable(self) -> Mapping[str, str]:
        """Why, by id, those that were met last as unreadable are so."""
        return self._unreadable

    def read(self, id_: str, stored: bytes, check: Callable[[D], None] | None = None) -> D | None:
        """Return the document; None where it cannot be read, which is logged once.

        ``check`` raises ValueError for a document that cannot be used for other reasons.
        """
        try:
            document = self._read(stored)
            if document.id != id_:
                raise ValueError("id: it is stored under another")  # noqa: TRY301 -- as any other fault of it
            if check is not None:
                check(document)
        except ValueError as error:
            self._set_aside(id_, reason_of(error))
            return None
        self.forget(id_)
        return document

    def read_all(
        self, stored: Mapping[bytes, bytes], check: Callable[[D], None] | None = None
    ) -> tuple[tuple[D, ...], Mapping[str, str]]:
        """Return the documents ordered by id, and why, by id, each other one cannot be read."""
        documents: list[D] = []
        unreadable: dict[str, str] = {}
        for key in sorted(stored):
            id_ = key.decode(errors="replace")
            document = self.read(id_, stored[key], check)
            if document is None:
                unreadable[id_] = self._unreadable[id_]
            else:
                documents.append(document)
        self._unreadable = dict(unreadable)
        return tuple(documents), unreadable

    def forget(self, id_: str) -> None:
        """Know nothing of a document any more, since it was removed."""
        if self._unreadable:
            self._unreadable.pop(id_, None)

    def _set_aside(self, id_: str, problem: str) -> None:
        if self._unreadable.get(id_) != problem:
            log.error("document cannot be read", kind=self._kind, id=id_, problem=problem)
            self._unreadable[id_] = problem


def reason_of(error: ValueError) -> str:
    """Return what is wrong, by field, without what was found there: it may be secret."""
    if not isinstance(error, ValidationError):
        return str(error)
    wrong = error.errors(include_input=False, include_url=False, include_context=False)
    told = [_sentence(each["loc"], each["msg"]) for each in wrong[:MOST_TOLD]]
    return "; ".join(told) + ("; …" if len(wrong) > MOST_TOLD else "")


def _sentence(field: tuple[int | str, ...], message: str) -> str:
    problem = message.removeprefix("Value error, ")
    return f"{'.'.join(map(str, field))}: {problem}" if field else problem
