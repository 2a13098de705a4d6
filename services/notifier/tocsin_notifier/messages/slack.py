"""The alert as Slack shows it.

Everything of the article stands in rich text elements, which Slack never parses: no
character of a headline can become a mention, a link or emphasis.
"""

from collections.abc import Iterator, Sequence

from tocsin.delivery.links import MessageLinks
from tocsin_notifier.messages.card import Card, Run, Word
from tocsin_notifier.messages.memo import Memo, Written
from tocsin_notifier.messages.sheet import Item, Lost, Section, Sheet


Element = dict[str, object]

MAX_FALLBACK = 300
MAX_ITEMS = 25  # of a digest


def fallback(card: Written) -> str:
    """Return what notifications show: escaped, since Slack does parse this one."""
    text = card.subject[:MAX_FALLBACK]
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def blocks(written: Written) -> Sequence[Element]:
    return [{"type": "rich_text", "elements": list(_parts(written))}]


def _parts(written: Written) -> Iterator[Element]:
    match written:
        case Card():
            return _elements(written)
        case Sheet():
            return _sheet(written)
        case Memo():
            return _memo(written)


def _memo(memo: Memo) -> Iterator[Element]:
    yield _section(_text(memo.headline, bold=True))
    for paragraph in memo.paragraphs:
        yield _section(_text(paragraph))
    if memo.url:
        yield _section({"type": "link", "url": memo.url, "text": memo.action})
    yield _section(_text(memo.foot, italic=True))


def _elements(card: Card) -> Iterator[Element]:
    yield _section(*_headline(card))
    if card.news:
        yield _section(_text("Update: ", bold=True), _text(card.news))
    if card.also:
        yield _section(_text(f"Also reported by {card.also_by}", italic=True))
    if card.lead:
        yield _section(_text(card.lead))
    reasons = [*_words(card), *_places(card)]
    if reasons:
        yield {"type": "rich_text_list", "style": "bullet", "elements": reasons}
    for runs in card.snippets:
        yield {"type": "rich_text_quote", "elements": [_run(run) for run in runs]}
    yield _section(
        _text(f"{card.rule_name} ", bold=True),
        _text(f"({card.rule_id}) · matched {card.matched}"),
    )
    if card.links is not None:
        yield _section(*_acts(card.links))


def _acts(links: MessageLinks) -> Iterator[Element]:
    for number, (text, url) in enumerate(
        (
            ("Useful", links.useful),
            ("Not useful", links.not_useful),
            ("Mute story", links.mute_story),
            ("Snooze", links.snooze),
            ("Unsubscribe", links.unsubscribe),
        )
    ):
        if number:
            yield _text(" · ")
        yield {"type": "link", "url": url, "text": text}


def _sheet(sheet: Sheet) -> Iterator[Element]:
    yield _section(_text(sheet.subject, bold=True), _text(f"\n{sheet.summary}", italic=True))
    for section in _fitting(sheet.sections):
        if section.name:
            yield _section(_text(section.name, bold=True))
        yield {
            "type": "rich_text_list",
            "style": "bullet",
            "elements": [_section(*_item(item)) for item in section.items],
        }
    if sheet.lost:
        yield _section(_text("Came too late", bold=True))
        yield {
            "type": "rich_text_list",
            "style": "bullet",
            "elements": [
                _section(_linked(lost), _text(f"  {lost.detail}", italic=True))
                for lost in sheet.lost[:MAX_ITEMS]
            ],
        }
    left_out = sheet.more + sheet.more_lost + _left_out(sheet)
    if left_out and sheet.more_url:
        yield _section({"type": "link", "url": sheet.more_url, "text": f"and {left_out} more"})
    elif left_out:
        yield _section(_text(f"and {left_out} more"))


def _fitting(sections: Sequence[Section]) -> Iterator[Section]:
    """Yield as much as Slack takes in one message."""
    room = MAX_ITEMS
    for section in sections:
        if room > 0:
            yield Section(section.name, section.items[:room])
        room -= len(section.items)


def _left_out(sheet: Sheet) -> int:
    items = sum(len(section.items) for section in sheet.sections)
    return max(0, items - MAX_ITEMS) + max(0, len(sheet.lost) - MAX_ITEMS)


def _item(item: Item) -> Iterator[Element]:
    yield _linked(item)
    about = f"  {item.byline} · {item.rule}" + (f" · also {item.also}" if item.also else "")
    yield _text(about, italic=True)


def _linked(item: Item | Lost) -> Element:
    if item.url:
        return {"type": "link", "url": item.url, "text": item.headline, "style": {"bold": True}}
    return _text(item.headline, bold=True)


def _headline(card: Card) -> Iterator[Element]:
    if card.region:
        yield _text(f"{card.region}  ", bold=True)
    if card.url:
        yield {"type": "link", "url": card.url, "text": card.headline, "style": {"bold": True}}
    else:
        yield _text(card.headline, bold=True)
    yield _text("\n" + " · ".join(card.byline), italic=True)


def _words(card: Card) -> Iterator[Element]:
    for word in card.words:
        yield _section(*_word(word))
    if card.more_words:
        yield _section(_text(f"and {card.more_words} more"))


def _word(word: Word) -> Sequence[Element]:
    return [_text(word.clause, code=True), _text(f"  {word.detail}")]


def _places(card: Card) -> Iterator[Element]:
    for place in card.places:
        yield _section(_text(place.path), _text(f"  {place.detail}", italic=True))
    if card.more_places:
        yield _section(_text(f"and {card.more_places} more"))


def _section(*elements: Element) -> Element:
    return {"type": "rich_text_section", "elements": list(elements)}


def _run(run: Run) -> Element:
    return _text(run.text, bold=True) if run.hit else _text(run.text)


def _text(text: str, **style: bool) -> Element:
    element: Element = {"type": "text", "text": text}
    return element | {"style": style} if style else element
