"""What a feed holds, and which of its entries are the same article."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b

from tocsin.article import Article
from tocsin.documents import SourceDocument
from tocsin_ingest.stages import addresses
from tocsin_ingest.stages.draft import Draft


ENTRIES = 1_000  # of one fetch that are read
FRESH = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Entry:
    guid: str = ""
    url: str = ""
    title: str = ""
    text: str = ""
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    published_at: datetime | None = None
    language: str = ""


@dataclass(frozen=True, slots=True)
class Feed:
    """``omitted`` counts the entries beyond those that are read."""

    entries: tuple[Entry, ...]
    language: str = ""
    omitted: int = 0


def drafts(feed: Feed, source: SourceDocument) -> Sequence[Draft]:
    """Return the feed's entries as drafts, in order, each with an identity of its own.

    Some feeds give all their entries one identifier, or one address (that of the front page,
    or of a podcast's player). What does not tell an entry from the others of this fetch is not
    taken for its identity.
    """
    addressed = _telling_addresses(feed.entries)
    ambiguous = _ambiguous_guids(feed.entries)
    return [
        _draft(entry, feed, source, _identity(entry, addressed, ambiguous))
        for entry in feed.entries
    ]


def fresh(article: Article) -> bool:
    """Tell whether an article of a feed that is new to us is news, not its archive."""
    return article.published_at is not None and article.published_at > article.fetched_at - FRESH


def _draft(entry: Entry, feed: Feed, source: SourceDocument, guid: str) -> Draft:
    return Draft(
        title=entry.title,
        text=entry.text,
        url=entry.url,
        source=addresses.host(entry.url) or addresses.host(source.url),
        language=source.language,
        language_hint=entry.language or feed.language,
        authors=entry.authors,
        tags=entry.tags,
        published_at=entry.published_at,
        guid=guid,
        scope=f"feed:{source.id}",
        home=source.home,
    )


def _identity(entry: Entry, addressed: frozenset[str], ambiguous: frozenset[str]) -> str:
    """Return the identifier of an entry within its feed; nothing where its address will do."""
    key = addresses.key(entry.url)
    if entry.guid and entry.guid not in ambiguous:
        return entry.guid
    if key in addressed:
        return f"{entry.guid}#{key}" if entry.guid else ""
    return f"{entry.guid}#{_fingerprint(entry)}"


def _telling_addresses(entries: Sequence[Entry]) -> frozenset[str]:
    """Return the keys of the addresses that only one of the entries has."""
    owners: defaultdict[str, set[str]] = defaultdict(set)
    for entry in entries:
        owners[addresses.key(entry.url)].add(entry.guid or entry.title)
    return frozenset(key for key, of in owners.items() if key and len(of) == 1)


def _ambiguous_guids(entries: Sequence[Entry]) -> frozenset[str]:
    """Return the identifiers that stand for several articles; a repetition is no second one."""
    meant = {(entry.guid, addresses.key(entry.url) or entry.title) for entry in entries}
    counts = Counter(guid for guid, _ in meant)
    return frozenset(guid for guid, count in counts.items() if count > 1)


def _fingerprint(entry: Entry) -> str:
    published = entry.published_at.isoformat() if entry.published_at else ""
    return blake2b(
        f"{entry.title}\0{published}".encode(errors="replace"), digest_size=8
    ).hexdigest()
