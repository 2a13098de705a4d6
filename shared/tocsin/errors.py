"""Everything that can go wrong by name; all derive from TocsinError.

A message says, in lower case, what was wrong, where, and what would be right.
The parts of a message are attributes too.
"""


class TocsinError(Exception):
    """Base of every error this project raises on purpose."""


class RuleSyntaxError(TocsinError):
    """The text of a rule does not follow the rule language.

    ``position`` counts characters from 0; people are shown a column, from 1. ``problem`` may say
    after a colon what would be right.
    ``fix`` is the whole query as it would be right, where we can tell. ``readings`` are
    what it may mean, each a whole query, where only its writer can tell.
    """

    def __init__(
        self,
        text: str,
        position: int,
        problem: str,
        *,
        fix: str | None = None,
        readings: tuple[str, ...] = (),
    ) -> None:
        hint = f"; did you mean: {fix}" if fix else ""
        what, colon, advice = problem.partition(": ")
        super().__init__(f"{what} at column {position + 1}{colon}{advice}{hint}")
        self.text = text
        self.position = position
        self.problem = problem
        self.fix = fix
        self.readings = readings

    @property
    def column(self) -> int:
        return self.position + 1


class UnknownRegionError(TocsinError):
    """Nothing in the gazetteer goes by this name or id."""

    def __init__(self, name: str, similar: tuple[str, ...] = ()) -> None:
        hint = f"; similar: {', '.join(similar)}" if similar else ""
        super().__init__(f"no region is called {name!r}{hint}")
        self.name = name
        self.similar = similar


class AmbiguousRegionError(TocsinError):
    """Several regions go by this name, and none is clearly meant.

    ``choices`` are (region id, how to tell it from the others).
    """

    def __init__(self, name: str, choices: tuple[tuple[str, str], ...]) -> None:
        listed = "; ".join(f"{region} ({what})" for region, what in choices)
        super().__init__(f"{name!r} may be any of: {listed}; write the id")
        self.name = name
        self.choices = choices


class InvalidDocumentError(TocsinError):
    """A document (article, rule, source, channel …) that cannot be accepted.

    ``field`` is a JSON Pointer (RFC 6901) into the document; empty for the whole.
    """

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field or 'document'}: {problem}")
        self.field = field
        self.problem = problem


class NotFoundError(TocsinError):
    """There is no such thing (any more)."""

    def __init__(self, kind: str, identity: str) -> None:
        super().__init__(f"there is no {kind} {identity!r}")
        self.kind = kind
        self.identity = identity


class UnreadableError(TocsinError):
    """There is such a document, but what is stored is none that we understand.

    ``version`` is the document's, where its kind has any.
    """

    def __init__(self, kind: str, identity: str, problem: str, *, version: int = 0) -> None:
        super().__init__(
            f"{kind} {identity!r} cannot be read ({problem}): put it anew, or delete it"
        )
        self.kind = kind
        self.identity = identity
        self.problem = problem
        self.version = version


class InUseError(TocsinError):
    """Something that others need cannot be removed; ``users`` are their ids."""

    def __init__(self, kind: str, identity: str, users: tuple[str, ...]) -> None:
        listed = ", ".join(users[:5]) + (f" and {len(users) - 5} more" if len(users) > 5 else "")
        super().__init__(f"{kind} {identity!r} is named by {listed}: change that first")
        self.kind = kind
        self.identity = identity
        self.users = users


class VersionConflictError(TocsinError):
    """Somebody else changed the document in between."""

    def __init__(self, kind: str, identity: str, expected: int, found: int) -> None:
        super().__init__(
            f"{kind} {identity!r} is at version {found}, not {expected}: read it anew, then change it"
        )
        self.kind = kind
        self.identity = identity
        self.expected = expected
        self.found = found


class StoreUnavailableError(TocsinError):
    """Redis is away, loading, read-only or full; the same call may succeed later."""

    def __init__(self, reason: str, *, retry_after_s: int = 5) -> None:
        super().__init__(
            f"the store cannot take this now ({reason}); try again in {retry_after_s} s"
        )
        self.reason = reason
        self.retry_after_s = retry_after_s


class UnsafeStoreError(TocsinError):
    """The server's settings would lose what it acknowledged."""

    def __init__(self, setting: str, found: str, wanted: str) -> None:
        super().__init__(
            f"the store runs with {setting} {found!r}, which can lose acknowledged data: set it to "
            f"{wanted!r}, or start with TOCSIN_UNSAFE_STORE=1 to accept the loss"
        )
        self.setting = setting
        self.found = found
        self.wanted = wanted


class StartError(TocsinError):
    """A process cannot start; the message is all that a person needs to put it right."""


class PermanentError(TocsinError):
    """A message that no repetition will make processable: it goes to the dead letters at once."""


def cause_of(error: OSError | UnicodeDecodeError) -> str:
    """Return why a file or a port could not be had, as a part of a message."""
    if isinstance(error, UnicodeDecodeError):
        return f"it is not UTF-8 ({error.reason})"
    return (error.strerror or str(error)).lower()
