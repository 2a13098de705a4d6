"""ETag and If-Match (RFC 9110 §13): a change is made to the version that was read, or not at all."""

from typing import Annotated

from fastapi import Header
from starlette.exceptions import HTTPException

from tocsin.errors import InvalidDocumentError, NotFoundError, UnreadableError
from tocsin.ports.rules import RuleStore


IfMatch = Annotated[
    str | None,
    Header(description="The ETag of the version that was changed; 412 if it is another by now."),
]
IfNoneMatch = Annotated[
    str | None, Header(description="`*`: only if there is no such rule yet; 412 if there is.")
]


def etag(version: int) -> str:
    return f'"{version}"'


async def standing_version(rules: RuleStore, rule_id: str) -> int:
    """Return the version of a rule as it stands; 0 where there is none."""
    try:
        return (await rules.get(rule_id)).version
    except NotFoundError:
        return 0
    except UnreadableError as error:
        return error.version


def expected_version(
    standing: int, if_match: str | None, if_none_match: str | None = None
) -> int | None:
    """Return the version that the store is to expect; None where the caller does not mind.

    The store compares once more, in the same step as it writes.
    """
    if if_none_match is not None:
        if if_none_match.strip() != "*":
            raise HTTPException(400, "If-None-Match on a change can only be *")
        return 0
    if if_match is None:
        return None
    if if_match.strip() == "*":
        if standing == 0:
            raise HTTPException(412, "there is no such rule, and If-Match asks for one")
        return standing
    tags = [tag.strip() for tag in if_match.split(",")]
    return standing if etag(standing) in tags else _version_of(tags[0])


def _version_of(tag: str) -> int:
    digits = tag.removeprefix('"').removesuffix('"')
    if tag != f'"{digits}"' or not (digits.isascii() and digits.isdigit() and len(digits) < 16):
        raise HTTPException(400, 'If-Match must be the ETag that came with the rule, such as "3"')
    return int(digits)


def require_same(sent: str, addressed: str) -> None:
    """Refuse a document that is put under another address than its id says."""
    if sent != addressed:
        raise InvalidDocumentError("/id", f"expected {addressed!r}, as in the address")
