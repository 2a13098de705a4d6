"""The alert for every other chat and push service: short, in the form the service shows best."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from markupsafe import escape

from tocsin_notifier.messages.card import Card, Run
from tocsin_notifier.messages.memo import Memo, Written
from tocsin_notifier.messages.plain import cut
from tocsin_notifier.messages.sheet import Item, Lost, Sheet


class Form(StrEnum):
    """How a service shows a message."""

    TEXT = "text"  # as it is
    MARKDOWN = "markdown"
    HTML = "html"  # a few tags: b, a, br


MAX_HEADLINE = 200

# Behind an @ a space of no width: to people the same, to every service no mention.
_NO_MENTION = "@\u200b"
_MARKDOWN = re.compile(r"([\\`*_~|\[\]#])")


@dataclass(frozen=True, slots=True)
class Writing:
    """How one form writes the few things that a note consists of."""

    text: Callable[[str], str]
    bold: Callable[[str], str]
    link: Callable[[str, str], str]
    act: Callable[[str, str], str]
    bullet: str
    line_break: str = "\n"
    between: str = " · "


@dataclass(frozen=True, slots=True)
class Line:
    """``rank`` says how soon the line is left out where there is little room; 0: never."""

    text: str
    rank: int


def note(written: Written, form: Form, limit: int) -> str:
    """Return the alert in at most ``limit`` characters; what matters least is left out first.

    Nothing is cut within a line, so no markup is left open. A limit under 300 may cut the
    headline itself.
    """
    writing = _writing(form)
    match written:
        case Card():
            lines, headline = list(_lines(written, writing, limit)), written.headline
        case Sheet():
            lines, headline = list(_sheet_lines(written, writing, limit)), written.subject
        case Memo():
            lines, headline = list(_memo_lines(written, writing, limit)), written.subject
        case _:
            assert_never(written)
    text = writing.line_break.join(line.text for line in lines)
    while len(text) > limit and max(line.rank for line in lines) > 0:
        last = max(range(len(lines)), key=lambda index: (lines[index].rank, index))
        del lines[last]
        text = writing.line_break.join(line.text for line in lines)
    return text if len(text) <= limit else writing.text(cut(headline, limit // 2))[:limit]


def _lines(card: Card, writing: Writing, limit: int) -> Iterator[Line]:
    headline = cut(card.headline, MAX_HEADLINE)
    if card.url and len(card.url) < limit // 2:
        yield Line(writing.link(headline, card.url), 0)
    else:
        yield Line(writing.bold(headline), 0)
    yield Line(writing.text(" · ".join(card.byline)), 1)
    if card.news:
        yield Line(writing.text(f"Update: {card.news}"), 1)
    if card.also:
        yield Line(writing.text(f"Also reported by {card.also_by}"), 3)
    if card.lead:
        yield Line(writing.text(card.lead), 5)
    for number, word in enumerate(card.words):
        line = f"{writing.bullet} {writing.bold(word.clause)} {writing.text(word.detail)}"
        yield Line(line, 2 if number == 0 else 4)
    for number, place in enumerate(card.places):
        line = f"{writing.bullet} {writing.text(f'{place.path} ({place.detail})')}"
        yield Line(line, 2 if number == 0 else 4)
    for number, runs in enumerate(card.snippets):
        yield Line(f"“{_sentence(runs, writing)}”", 3 if number == 0 else 6)
    yield Line(writing.text(f"Rule: {card.rule_name} ({card.rule_id})"), 1)
    if card.links is not None:
        acts = (("Mute story", card.links.mute_story), ("Unsubscribe", card.links.unsubscribe))
        yield Line(writing.between.join(writing.act(text, url) for text, url in acts), 7)


def _sheet_lines(sheet: Sheet, writing: Writing, limit: int) -> Iterator[Line]:
    """Yield the digest; what comes first is left out last."""
    yield Line(writing.bold(sheet.subject), 0)
    rank = 1
    if not sheet.counts and not sheet.lost:
        yield Line(writing.text(sheet.summary), 0)
    for section in sheet.sections:
        for item in section.items:
            place = f"{section.name}: " if section.name else ""
            line = f"{writing.bullet} {writing.text(place)}{_linked(item, writing, limit)}"
            about = f"{item.byline} · {item.rule}" + (f" · also {item.also}" if item.also else "")
            yield Line(f"{line} {writing.text(f'({about})')}", rank)
            rank += 1
    for lost in sheet.lost:
        line = f"{writing.bullet} {writing.text('Missed: ')}{_linked(lost, writing, limit)}"
        yield Line(f"{line} {writing.text(f'({lost.detail})')}", rank)
        rank += 1
    left_out = sheet.more + sheet.more_lost
    if left_out:
        shown = f"and {left_out} more" + (f": {sheet.more_url}" if sheet.more_url else "")
        yield Line(writing.text(shown), 1)


def _memo_lines(memo: Memo, writing: Writing, limit: int) -> Iterator[Line]:
    yield Line(writing.bold(memo.headline), 0)
    for number, paragraph in enumerate(memo.paragraphs):
        yield Line(writing.text(paragraph), 1 + number)
    if memo.url and len(memo.url) < limit // 2:
        yield Line(writing.link(memo.action, memo.url), 0)


def _linked(item: Item | Lost, writing: Writing, limit: int) -> str:
    headline = cut(item.headline, MAX_HEADLINE)
    if item.url and len(item.url) < limit // 4:
        return writing.link(headline, item.url)
    return writing.bold(headline)


def _sentence(runs: Sequence[Run], writing: Writing) -> str:
    return "".join(writing.bold(run.text) if run.hit else writing.text(run.text) for run in runs)


def _writing(form: Form) -> Writing:
    match form:
        case Form.TEXT:
            return Writing(
                text=str,
                bold=str,
                link=lambda text, url: f"{text}\n{url}",
                act=lambda text, url: f"{text}: {url}",
                bullet="•",
                between="\n",
            )
        case Form.MARKDOWN:
            return Writing(
                text=_markdown,
                bold=lambda text: _wrapped(_markdown(text), "**"),
                link=lambda text, url: f"**[{_markdown(text)}]({url})**",
                act=lambda text, url: f"[{_markdown(text)}]({url})",
                bullet="-",
            )
        case Form.HTML:
            return Writing(
                text=_html,
                bold=lambda text: f"<b>{_html(text)}</b>",
                link=lambda text, url: f'<b><a href="{escape(url)}">{_html(text)}</a></b>',
                act=lambda text, url: f'<a href="{escape(url)}">{_html(text)}</a>',
                bullet="•",
                line_break="<br/>",
            )
        case _:
            assert_never(form)


def _wrapped(text: str, mark: str) -> str:
    """Return the text in marks; these must touch it, so spaces at its ends stay outside."""
    inner = text.strip()
    if not inner:
        return text
    before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    return f"{before}{mark}{inner}{mark}{after}"


def _markdown(text: str) -> str:
    # Angle brackets begin mentions and links in several dialects, none of which can escape them.
    text = text.replace("<", "\u2039").replace(">", "\u203a").replace("@", _NO_MENTION)
    return _MARKDOWN.sub(r"\\\1", text)


def _html(text: str) -> str:
    return str(escape(text.replace("@", _NO_MENTION)))
