"""Reads what is posted to a Slack incoming webhook.

Text may stand in ``text``, in blocks and in attachments, nested in many ways, see
https://docs.slack.dev/reference/block-kit/blocks; each block is a line.
"""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs

from tocsin_cli.messages.reading import Reading


class RefusedError(ValueError):
    """What Slack would refuse; the message is what it would say."""


def read_slack(body: bytes, content_type: str) -> Reading:
    """Read a post.

    Raises:
        RefusedError: it is not JSON, or holds no text.
    """
    try:
        return _reading(_payload(body, content_type))
    except RecursionError:
        raise RefusedError("invalid_blocks") from None


def _reading(payload: dict[str, Any]) -> Reading:
    attachments = payload.get("attachments")
    detail = "\n".join(
        line
        for part in (payload, *(attachments if isinstance(attachments, list) else ()))
        for line in _lines(part)
    )
    headline = payload.get("text") or detail
    if not isinstance(headline, str) or not headline.strip():
        raise RefusedError("no_text")
    return Reading(subject=headline.strip().splitlines()[0], text=detail or headline)


def _payload(body: bytes, content_type: str) -> dict[str, Any]:
    if content_type.startswith("application/x-www-form-urlencoded"):
        body = parse_qs(body.decode(errors="replace")).get("payload", [""])[0].encode()
    try:
        payload = json.loads(body)
    except ValueError:
        payload = None
    if not isinstance(payload, dict):
        raise RefusedError("invalid_payload")
    return payload


def _lines(message: Any) -> Iterator[str]:
    """Yield the lines of a message or attachment: its blocks where it has some, else its texts."""
    if not isinstance(message, dict):
        return
    blocks = message.get("blocks")
    if isinstance(blocks, list) and blocks:
        yield from ("".join(_texts(block)) for block in blocks)
    else:
        names = ("pretext", "title", "text", "footer")
        yield from (str(message[name]) for name in names if message.get(name))


def _texts(node: Any) -> Iterator[str]:
    """Yield every text below a block, in order; a link shows where it leads."""
    match node:
        case list():
            for child in node:
                yield from _texts(child)
        case {"type": "link", "url": str(url)}:
            text = node.get("text")
            yield f"{text} <{url}>" if text else url
        case {"type": "rich_text_section" | "rich_text_list" | "rich_text_quote" as kind}:
            yield from _texts(node.get("elements", []))
            if kind == "rich_text_section":
                yield "\n"
        case dict():
            for name in ("text", "fields", "elements", "accessory"):
                child = node.get(name)
                if isinstance(child, str):
                    yield child
                else:
                    yield from _texts(child)
        case _:
            return
