"""What is new in an article to somebody who was told of its story before."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from pydantic import BaseModel, ConfigDict

from tocsin.documents import Priority
from tocsin.events import ArticleSummary, RuleMatch


MORE_SOURCES = 5  # that many more tell that a story has grown
MOST_KEPT = 40  # of each kind; a story with more has long been told
URGENCY = {Priority.LOW: 0, Priority.NORMAL: 1, Priority.BREAKING: 2}

# 80, 1,200 or 1.200 or 1 200, 7.1 or 7,1; not within words, dates, times or longer numbers.
_NUMBER = re.compile(
    r"(?<![\w.,:/-])(?:(?P<grouped>\d{1,3}(?:[.,\u00a0\u202f ]\d{3})+)|(?P<plain>\d+(?:[.,]\d{1,2})?))"
    r"(?![\w:/-]|[.,]\d)"
)


class Told(BaseModel):
    """What a reader was told of a story on a channel.

    ``title`` and ``source`` are of the first alert; ``sources`` are all that reported, ``since``
    those of them since the last alert.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    alerts: int = 0
    title: str = ""
    source: str = ""
    sources: tuple[str, ...] = ()
    since: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    revision: int = 0
    priority: Priority = Priority.NORMAL


@dataclass(frozen=True, slots=True)
class Facts:
    """What of an article can be new."""

    title: str
    source: str
    places: tuple[str, ...]
    numbers: tuple[str, ...]
    revision: int
    priority: Priority

    @classmethod
    def of(cls, article: ArticleSummary, match: RuleMatch, priority: Priority) -> Self:
        return cls(
            title=article.title,
            source=article.source,
            places=tuple(dict.fromkeys(each.path[0] for each in match.places if each.path)),
            numbers=tuple(dict.fromkeys(numbers(_told_text(article, match)))),
            revision=article.revision,
            priority=priority,
        )


def numbers(text: str) -> Iterator[str]:
    """Yield the numbers that may be facts: no years, no times of day, no one."""
    for found in _NUMBER.finditer(text):
        if found["grouped"]:
            yield re.sub(r"\D", "", found["grouped"])
            continue
        number = found["plain"].replace(",", ".").lstrip("0")
        if number not in {"", "1"} and not (len(number) == 4 and number[:2] in {"19", "20"}):
            yield number


def news(told: Told, facts: Facts) -> str:
    """Return what the facts change in what was told, in words; nothing where they do not."""
    if told.alerts == 0:
        return "first of its story"
    if facts.revision > told.revision:
        return "the article was corrected"
    if URGENCY[facts.priority] > URGENCY[told.priority]:
        return f"now {facts.priority}"
    if places := [place for place in facts.places if place not in told.places]:
        return f"new place: {places[0]}"
    if found := [number for number in facts.numbers if number not in told.numbers]:
        return f"new number: {found[0]}"
    if len(_joined(told.since, (facts.source,))) >= MORE_SOURCES and facts.source not in told.since:
        return f"{MORE_SOURCES} more sources"
    return ""


def after(told: Told, facts: Facts, *, alerted: bool) -> Told:
    """Return what was told once these facts are known; to the reader only if ``alerted``."""
    heard = told.alerts == 0 or facts.source in told.sources
    since = told.since if heard else _joined(told.since, (facts.source,))
    if not alerted:
        return told.model_copy(
            update={"sources": _joined(told.sources, (facts.source,)), "since": since}
        )
    return Told(
        alerts=told.alerts + 1,
        title=told.title if told.alerts else facts.title,
        source=told.source if told.alerts else facts.source,
        sources=_joined(told.sources, (facts.source,)),
        places=_joined(told.places, facts.places),
        numbers=_joined(told.numbers, facts.numbers),
        revision=max(told.revision, facts.revision),
        priority=max(told.priority, facts.priority, key=lambda each: URGENCY[each])
        if told.alerts
        else facts.priority,
    )


def _told_text(article: ArticleSummary, match: RuleMatch) -> str:
    return "\n".join((article.title, article.lead, *(each.text for each in match.snippets)))


def _joined(known: tuple[str, ...], new: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each for each in (*known, *new) if each))[:MOST_KEPT]
