"""What an alert tells, as plain values: the one source of every form of message."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from tocsin.delivery import Alert
from tocsin.delivery.links import MessageLinks
from tocsin.documents import Priority
from tocsin.events import PlaceEvidence, Snippet, TermEvidence
from tocsin_notifier.messages.languages import language_name
from tocsin_notifier.messages.plain import characters, cut, host_of, one_line, web_url
from tocsin_notifier.messages.times import told


MAX_SUBJECT = 160
MAX_HEADLINE = 300
MAX_NAME = 120
MAX_LEAD = 600
MAX_QUERY = 300
MAX_SNIPPET = 500
MAX_TERMS = 8
MAX_PLACES = 6
MAX_SNIPPETS = 3
MAX_ALSO = 6
ARROW = " → "


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of a sentence; ``hit`` where it is what the rule looks for."""

    text: str
    hit: bool = False


@dataclass(frozen=True, slots=True)
class Word:
    """A clause of the rule that was true, and how often: ``"JNIM"``, ``3 times``."""

    clause: str
    detail: str


@dataclass(frozen=True, slots=True)
class Place:
    """``path`` leads up to the region: ``Diboli → Kayes Region → Mali → Sahel``.

    ``detail`` says how sure it is, and whether the article is not about it.
    """

    path: str
    detail: str


@dataclass(frozen=True, slots=True)
class Card:
    """``url`` is a web address or empty; everything else is plain text on one line.

    ``more_words``, ``more_places`` and ``more_also`` count what is left out. ``news`` is what an
    update changes in its story, ``also`` who else reported it since the last alert. ``links`` are
    what the reader may do about it, where there is a console that they lead to.
    """

    delivery_id: str
    subject: str
    headline: str
    url: str
    host: str
    region: str
    source: str
    language: str
    time: str
    lead: str
    words: Sequence[Word]
    more_words: int
    places: Sequence[Place]
    more_places: int
    snippets: Sequence[Sequence[Run]]
    query: str
    rule_name: str
    rule_id: str
    subscriber: str
    subscription_id: str
    matched_at: datetime
    matched: str
    news: str = ""
    also: Sequence[str] = ()
    more_also: int = 0
    thread: str = ""
    urgent: bool = False
    links: MessageLinks | None = None

    @property
    def byline(self) -> Sequence[str]:
        return [part for part in (self.source, self.language, self.time) if part]

    @property
    def also_by(self) -> str:
        """Who else reported it: ``reuters.com, bbc.co.uk and 3 more``."""
        return listed(self.also, self.more_also)

    @property
    def unsubscribe(self) -> str:
        return self.links.unsubscribe if self.links else ""

    @property
    def list_name(self) -> str:
        return self.rule_name

    @property
    def list_id(self) -> str:
        return self.rule_id


def card(alert: Alert, delivery_id: str, links: MessageLinks | None = None) -> Card:
    article, match = alert.article, alert.match
    url = web_url(article.url)
    headline = cut(one_line(article.title), MAX_HEADLINE) or "(without a title)"
    region = _name(match.places[0].region_name) if match.places else ""
    source = _name(article.source) or host_of(url)
    rule_name = _name(match.rule_name) or match.rule_id
    words = [word for term in match.terms if (word := _word(term)).clause]
    places = [place for evidence in match.places if (place := _place(evidence)).path]
    also = [name for each in alert.also if (name := _name(each))]
    return Card(
        delivery_id=delivery_id,
        subject=subject_of(alert),
        headline=headline,
        url=url,
        host=host_of(url),
        region=region,
        source=source,
        language=language_name(article.language),
        time=told(article.published_at or article.fetched_at, alert.time_zone),
        lead=cut(one_line(article.lead), MAX_LEAD),
        words=words[:MAX_TERMS],
        more_words=max(0, len(words) - MAX_TERMS),
        places=places[:MAX_PLACES],
        more_places=max(0, len(places) - MAX_PLACES),
        snippets=[runs for snippet in match.snippets[:MAX_SNIPPETS] if (runs := _runs(snippet))],
        query=cut(one_line(match.query), MAX_QUERY),
        rule_name=rule_name,
        rule_id=match.rule_id,
        subscriber=_name(alert.subscriber_name),
        subscription_id=alert.subscription_id,
        matched_at=alert.matched_at,
        matched=told(alert.matched_at, alert.time_zone),
        news=_name(alert.news),
        also=also[:MAX_ALSO],
        more_also=max(0, len(also) - MAX_ALSO),
        thread=alert.thread,
        urgent=alert.priority is Priority.BREAKING,
        links=links,
    )


def listed(names: Sequence[str], more: int = 0) -> str:
    """Return ``a, b and c``, or ``a, b and 3 more``."""
    if more:
        return f"{', '.join(names)} and {more} more"
    return " and ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)


def subject_of(alert: Alert) -> str:
    """Return the subject: that of the first alert of its story, so that mail programs thread it."""
    article, match = alert.article, alert.match
    title, source = (alert.first_title, alert.first_source) if alert.news else ("", "")
    region = _name(match.places[0].region_name) if match.places else ""
    return _subject(
        region,
        _name(match.rule_name) or match.rule_id,
        cut(one_line(title or article.title), MAX_HEADLINE) or "(without a title)",
        _name(source or article.source) or host_of(web_url(article.url)),
    )


def _name(text: str) -> str:
    return cut(one_line(text), MAX_NAME)


def _subject(region: str, rule_name: str, headline: str, source: str) -> str:
    """Return ``[Sahel] JNIM: Army repels assault (rfi.fr)``; the headline is what is cut."""
    before = f"[{region}] {rule_name}: " if region else f"[{rule_name}] "
    before = cut(before, MAX_SUBJECT // 2) if len(before) > MAX_SUBJECT // 2 else before
    after = f" ({source})" if source else ""
    after = after if len(after) <= MAX_SUBJECT // 4 else ""
    return one_line(f"{before}{cut(headline, MAX_SUBJECT - len(before) - len(after))}{after}")


def _word(term: TermEvidence) -> Word:
    fields = Counter(span.field for span in term.spans)
    where = ", in the title" if fields["title"] else ""
    often = f"{term.count} times" if term.count > 1 else "once"
    return Word(_name(term.clause), often + where)


def _place(place: PlaceEvidence) -> Place:
    names = (one_line(name) for name in place.path or (place.region_name,))
    level = "" if place.level == "about" else "only mentioned, "
    return Place(
        cut(ARROW.join(name for name in names if name), 2 * MAX_NAME),
        f"{level}{_confidence(place.probability)} confidence",
    )


def _confidence(probability: float) -> str:
    if probability >= 0.9:
        return "high"
    return "medium" if probability >= 0.7 else "low"


def _runs(snippet: Snippet) -> Sequence[Run]:
    """Return the sentence in pieces; one that is very long is cut around its first hit."""
    pieces = [Run(text, hit) for raw, hit in _pieces(snippet) if (text := characters(raw))]
    if not "".join(piece.text for piece in pieces).strip():
        return []
    if len(snippet.text) > MAX_SNIPPET and len(pieces) > 1 and not pieces[0].hit:
        pieces[0] = Run(_end_of(pieces[0].text, MAX_SNIPPET // 3))
    runs: list[Run] = []
    left = MAX_SNIPPET
    for piece in pieces:
        runs.append(Run(cut(piece.text, left), piece.hit))
        left -= len(piece.text)
        if left <= 1:
            break
    return runs


def _end_of(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    tail = text[-limit:]
    return f"…{tail[tail.find(' ') + 1 :]}"


def _pieces(snippet: Snippet) -> Iterator[tuple[str, bool]]:
    """Yield the parts of the sentence, hits and what is between; marks may overlap or be wrong."""
    at = 0
    for start, end in sorted(snippet.marks):
        start, end = max(start, at), min(end, len(snippet.text))  # noqa: PLW2901 -- clamped
        if start >= end:
            continue
        yield snippet.text[at:start], False
        yield snippet.text[start:end], True
        at = end
    yield snippet.text[at:], False
