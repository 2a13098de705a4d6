"""Pages are Jinja2 templates; everything that comes from outside is escaped there."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from typing import Any, Protocol
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from tocsin.durations import in_words
from tocsin.events import Snippet
from tocsin_console.routes.excerpt import Excerpt, excerpt


WEB = re.compile(r"https?://", re.IGNORECASE)

NAVIGATION = (
    ("/", "Overview"),
    ("/alerts", "Alerts"),
    ("/rules", "Rules"),
    ("/regions", "Regions"),
    ("/subscribers", "Subscribers"),
    ("/dead-letters", "Dead letters"),
    ("/inbox", "Inbox"),
)


def render(
    request: Request,
    template: str,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **context: Any,
) -> HTMLResponse:
    state = request.scope.get("state", {})
    html = (
        environment()
        .get_template(template)
        .render(
            context,
            path=request.url.path,
            navigation=NAVIGATION,
            who=state.get("who"),
            can_log_out=state.get("can_log_out", False),
        )
    )
    return HTMLResponse(html, status, headers)


@cache
def environment() -> Environment:
    made = Environment(
        loader=PackageLoader("tocsin_console"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "ago": ago,
        "count": count,
        "moment": moment,
        "place": place,
        "quoted": quoted,
        "segments": segments,
        "web_link": web_link,
    }
    return made


class HasColumn(Protocol):
    @property
    def column(self) -> int | None: ...


def place(problem: HasColumn, query: str) -> Excerpt | None:
    """Return where in the query something is wrong, if it is there."""
    return None if problem.column is None else excerpt(query, problem.column - 1)


def quoted(text: str) -> str:
    """Return text as one part of an address."""
    return quote(text, safe="")


def moment(time: datetime) -> str:
    return time.strftime("%d %b %Y, %H:%M:%S UTC").lstrip("0")


def ago(time: datetime, now: datetime) -> str:
    """Return how long ago, or in how long, in the one unit that says it best."""
    duration = now - time
    size = in_words(abs(duration))
    if size == "0 s":
        return "now"
    return f"{size} ago" if time < now else f"in {size}"


def count(number: int, noun: str, plural: str = "") -> str:
    """Return ``1 rule``, ``2 rules``, ``12,000 rules``."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def segments(snippet: Snippet) -> Iterator[tuple[str, bool]]:
    """Yield a sentence in pieces, each with whether it is a hit; whatever marks came with it."""
    done = 0
    for start, end in sorted(snippet.marks):
        begin = max(start, done)
        if begin >= min(end, len(snippet.text)):
            continue
        yield snippet.text[done:begin], False
        yield snippet.text[begin:end], True
        done = end
    yield snippet.text[done:], False


def web_link(url: str) -> str:
    """Return the address if a browser may safely be sent there, else nothing."""
    return url if WEB.match(url) else ""
