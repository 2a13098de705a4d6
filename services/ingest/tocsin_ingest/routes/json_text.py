"""JSON (RFC 8259) from strangers: whatever it holds, it is read or refused with the place."""

import json
import re
from typing import Any, NoReturn

from tocsin_ingest.routes.problems import Problem, ProblemError
from tocsin_ingest.stages.characters import whole


_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


def parse(raw: bytes) -> Any:
    """Return what the JSON holds. Halves of characters are replaced by U+FFFD.

    Raises:
        ProblemError: it is none; the detail tells line and column, from 1.
    """
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _broken(f"byte {error.start + 1} is no UTF-8") from error
    try:
        value = json.loads(text, parse_constant=_refuse_constant)
        return _whole(value) if _SURROGATE.search(text) else value
    except json.JSONDecodeError as error:
        message = error.msg[:1].lower() + error.msg[1:].removesuffix(" at")
        raise _broken(f"{message} at line {error.lineno}, column {error.colno}") from error
    except RecursionError as error:
        raise _broken("it is nested too deeply") from error
    except ValueError as error:  # a number of thousands of digits
        raise _broken("it holds a number that is too long") from error


def _refuse_constant(name: str) -> NoReturn:
    raise _broken(f"{name} is no JSON")


def _broken(detail: str) -> ProblemError:
    return ProblemError(Problem(400, "broken-json", "The body is no JSON", detail))


def _whole(value: Any) -> Any:
    r"""Replace lone surrogates, which JSON can write (``"\ud83d"``) but no text can hold."""
    match value:
        case str():
            return whole(value)
        case list():
            return [_whole(item) for item in value]
        case dict():
            return {whole(name): _whole(item) for name, item in value.items()}
        case _:
            return value
