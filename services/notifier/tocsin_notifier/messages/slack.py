"""The alert as Slack shows it.

Everything of the article stands in rich text elements, which Slack never parses: no
character of a headline can become a mention, a link or emphasis.
"""

from collections.abc import Iterator, Sequence

from tocsin_notifier.messages.card import Card, Run, Word


Element = dict[str, object]

MAX_FALLBACK = 300


def fallback(card: Card) -> str:
    """Return what notifications show: escaped, since Slack does parse this one."""
    text = card.subject[:MAX_FALLBACK]
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def blocks(card: Card) -> Sequence[Element]:
    return [{"type": "rich_text", "elements": list(_elements(card))}]


def _elements(card: Card) -> Iterator[Element]:
    yield _section(*_headline(card))
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
