"""What the pages' forms have in common."""

import re
import unicodedata
from collections.abc import Collection, Mapping

from pydantic import ValidationError

from tocsin_console.routes.problems import lower_first


Errors = Mapping[str, str]

MAX_ID = 64
ROOM = 8  # characters kept free for a number


def errors_of(error: ValidationError, form: str) -> Errors:
    """Return a message for each field, by ``form-field``: the ids that the page gives them."""
    messages: dict[str, str] = {}
    for each in error.errors(include_url=False, include_context=False, include_input=False):
        name = str(each["loc"][0]) if each["loc"] else "form"
        messages[f"{form}-{name}"] = plain(each["type"], each["msg"])
    return messages


def plain(kind: str, message: str) -> str:
    """Return pydantic's message in the words of somebody who fills in a form."""
    match kind:
        case "string_too_short" | "missing":
            return "this is needed"
        case "string_pattern_mismatch":
            return "only small letters, digits, and . _ - between them"
        case _:
            return lower_first(message.removeprefix("Value error, "))


def identifier(name: str, taken: Collection[str], otherwise: str) -> str:
    """Return an id made of a name: plain, not taken, and readable where the name is Latin."""
    decomposed = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    plain_name = re.sub(r"[^a-z0-9]+", "-", decomposed).strip("-")[: MAX_ID - ROOM].strip("-")
    wanted = plain_name or otherwise
    candidate, number = wanted, 1
    while candidate in taken:
        number += 1
        candidate = f"{wanted}-{number}"
    return candidate


def lines(text: str) -> tuple[str, ...]:
    """Return what stands in a field with one entry a line."""
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def words(text: str) -> tuple[str, ...]:
    """Return what stands in a field with entries between commas or spaces."""
    return tuple(re.findall(r"[^\s,;]+", text))
