from collections.abc import Iterable
from difflib import get_close_matches


def closest(name: str, names: Iterable[str]) -> str | None:
    """Return the one of ``names`` that was most likely meant, or None."""
    found = get_close_matches(name.lower(), list(names), n=1)
    return found[0] if found else None
