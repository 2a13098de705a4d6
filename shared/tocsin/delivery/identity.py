"""What a delivery is called: the same for the same news, whoever asks and however often."""

import json
from hashlib import blake2b

from tocsin.events import ArticleSummary


# The subscription of a delivery that tries a channel out: there is none, and it is sent all the same.
TEST = "test"

# Those of what we tell by ourselves: the question whether alerts are wanted, and that a channel broke.
ASK = "confirmation"
TELL = "notice"
OURS = frozenset({TEST, ASK, TELL})


def story_of(article: ArticleSummary) -> str:
    """Return the story's id; an article that belongs to none is its own."""
    return article.story_id or article.id


def delivery_id(
    subscription_id: str,
    article: ArticleSummary,
    rule_id: str,
    channel_id: str,
    *,
    in_digest: bool = False,
) -> str:
    """Return 32 hexadecimal digits; never of a time or an offset, so that a repeat gets the same."""
    key = json.dumps([article.id, rule_id])
    return _digits(subscription_id, key, channel_id, article.revision, *in_digest * ["digest"])


def thread_id(
    subscription_id: str,
    article: ArticleSummary,
    rule_id: str,
    channel_id: str,
    *,
    in_digest: bool = False,
) -> str:
    """Return what all messages of a subscription on one story have in common on a channel."""
    key = json.dumps([story_of(article), rule_id])
    return _digits(subscription_id, key, channel_id, "thread", *in_digest * ["digest"])


def _digits(*parts: str | int) -> str:
    return blake2b(json.dumps(parts).encode(), digest_size=16).hexdigest()
