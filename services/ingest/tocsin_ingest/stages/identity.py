"""Which articles are one: the same id at each repetition, whoever repeats it."""

import base64
import re
import unicodedata
from hashlib import blake2b

from tocsin_ingest.stages import addresses
from tocsin_ingest.stages.draft import Draft


# Enough words that two articles with the same ones are the same article, wherever they come from.
TELLING_TITLE = 5
TELLING_TEXT = 30

_SCHEME = re.compile(r"https?://", re.IGNORECASE)


def article_id(draft: Draft) -> str:
    """Return the id of a cleaned draft: 16 letters and digits that never begin with a dash.

    An article is told by its sender's own identifier, else by its address, else by its words.
    """
    # 80 bits: among a thousand million articles, two share an id with a chance of 1 in 2 million.
    digest = blake2b("\0".join(_identity(draft)).encode(), digest_size=10, person=b"tocsin article")
    return base64.b32encode(digest.digest()).decode().lower()


def content_key(draft: Draft) -> str:
    """Return what two drafts with the same words have in common."""
    words = unicodedata.normalize("NFKC", f"{draft.title}\0{draft.text}").casefold()
    return blake2b(" ".join(words.split()).encode(), digest_size=16).hexdigest()


def _identity(draft: Draft) -> tuple[str, ...]:
    if draft.guid:
        # Sites that moved to https write it into the identifiers of old articles too.
        return "guid", draft.scope, _SCHEME.sub("", draft.guid, count=1)
    if url_key := addresses.key(draft.url):
        return "url", url_key
    if _telling(draft):
        return "content", content_key(draft)
    day = draft.published_at.date().isoformat() if draft.published_at else ""
    return "short", draft.scope or draft.source, day, content_key(draft)


def _telling(draft: Draft) -> bool:
    return len(draft.title.split()) >= TELLING_TITLE or len(draft.text.split()) >= TELLING_TEXT
