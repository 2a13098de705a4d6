"""From what was handed in to an article that every other service may rely on."""

from dataclasses import dataclass, replace
from datetime import datetime

from tocsin.article import Article
from tocsin.errors import InvalidDocumentError
from tocsin_ingest.stages import addresses, dates
from tocsin_ingest.stages.characters import cut, first_sentence, line, paragraphs
from tocsin_ingest.stages.draft import Draft
from tocsin_ingest.stages.identity import article_id
from tocsin_ingest.stages.languages import Detector, language


TITLE = 500  # characters
TEXT = 64 * 1024  # bytes
HEADLINE = 160  # characters of the text that stand for a title that is missing
NAME, NAMES = 200, 20  # characters of an author; how many
LABEL, LABELS = 100, 50  # characters of a tag; how many


@dataclass(frozen=True, slots=True)
class Cleaned:
    """``notes`` say what of the draft was left out, for the sender."""

    article: Article
    notes: tuple[str, ...] = ()


def clean(draft: Draft, *, now: datetime, detector: Detector) -> Cleaned:
    """Return the article that a draft becomes. The same draft always gets the same id.

    Raises:
        InvalidDocumentError: it has neither title nor text.
    """
    tidy = _tidy(draft, now)
    if not tidy.title:
        raise InvalidDocumentError(
            "/title", "is empty, and so is the text: one of them must say something"
        )
    article = Article(
        # Whether a date is likely changes with the time of day; the id must not.
        id=article_id(replace(tidy, published_at=draft.published_at)),
        title=tidy.title,
        text=cut(tidy.text, TEXT),
        fetched_at=now,
        published_at=tidy.published_at,
        url=tidy.url,
        source=tidy.source,
        language=language(
            tidy.title, tidy.text, told=tidy.language, hint=tidy.language_hint, detector=detector
        ),
        authors=tidy.authors,
        tags=tidy.tags,
        home=tidy.home,
    )
    return Cleaned(article, tuple(_notes(draft, article, tidy)))


def _tidy(draft: Draft, now: datetime) -> Draft:
    text = paragraphs(draft.text)
    url = addresses.clean(draft.url)
    source = line(draft.source, NAME) or addresses.host(url)
    return replace(
        draft,
        title=line(draft.title, TITLE) or line(first_sentence(text), HEADLINE),
        text=text,
        url=url,
        source=source,
        authors=_names(draft.authors, NAME, NAMES),
        tags=_names(draft.tags, LABEL, LABELS),
        published_at=dates.plausible(draft.published_at, now),
        guid=line(draft.guid),
        scope=line(draft.scope) or source,
        home=line(draft.home, NAME),
    )


def _names(written: tuple[str, ...], length: int, count: int) -> tuple[str, ...]:
    """Return the names, clean, none empty, none twice."""
    return tuple(dict.fromkeys(filter(None, (line(name, length) for name in written))))[:count]


def _notes(draft: Draft, article: Article, tidy: Draft) -> list[str]:
    notes = []
    if article.text != tidy.text:
        notes.append(f"text: cut to {TEXT // 1024} KB; what follows is not matched")
    if draft.published_at is not None and article.published_at is None:
        notes.append(
            f"published_at: left out, since {draft.published_at:%Y-%m-%d} is no likely date"
        )
    if draft.url.strip() and not article.url:
        notes.append("url: left out, since it is no web address")
    return notes
