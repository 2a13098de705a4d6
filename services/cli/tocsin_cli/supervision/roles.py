"""The parts of Tocsin that ``tocsin up`` can start, in the order in which they stop.

Whoever brings work in stops first, so that the others can finish what is there.
"""

from enum import StrEnum

from tocsin.errors import StartError


class Role(StrEnum):
    INGEST = "ingest"
    MATCHER = "matcher"
    NOTIFIER = "notifier"
    CONSOLE = "console"
    INBOX = "inbox"

    @property
    def purpose(self) -> str:
        return PURPOSES[self]


PURPOSES = {
    Role.INGEST: "takes articles in",
    Role.MATCHER: "matches articles against rules",
    Role.NOTIFIER: "delivers alerts",
    Role.CONSOLE: "the web pages",
    Role.INBOX: "where the demo's alerts land",
}

# Replicas share work through the store. The console and the inbox are for one person's browser.
SCALABLE = frozenset({Role.INGEST, Role.MATCHER, Role.NOTIFIER})
MOST_REPLICAS = 16


def parse_only(text: str) -> tuple[Role, ...]:
    """Read ``ingest,matcher``; empty means all.

    Raises:
        StartError: a name is unknown.
    """
    if not text:
        return tuple(Role)
    asked = {_role(name) for name in text.split(",") if name.strip()}
    return tuple(role for role in Role if role in asked)


def parse_replicas(text: str) -> dict[Role, int]:
    """Read ``matcher=2,ingest=3``.

    Raises:
        StartError: a name is unknown or cannot be replicated, or a number is wrong.
    """
    replicas: dict[Role, int] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, _, number = part.partition("=")
        role = _role(name)
        if not number.isdecimal() or not 1 <= int(number) <= MOST_REPLICAS:
            raise StartError(
                f"--replicas: expected a number from 1 to {MOST_REPLICAS} in {part!r}, "
                f"as in {role}=2"
            )
        if role not in SCALABLE and int(number) > 1:
            raise StartError(f"--replicas: there can be only one {role}")
        replicas[role] = int(number)
    return replicas


def _role(name: str) -> Role:
    try:
        return Role(name.strip())
    except ValueError:
        known = ", ".join(Role)
        raise StartError(f"no service is called {name.strip()!r}; there are: {known}") from None
