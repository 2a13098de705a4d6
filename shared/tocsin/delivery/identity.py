"""What a delivery is called: the same for the same news, whoever asks and however often."""

import json
from hashlib import blake2b

from tocsin.events import ArticleSummary


# The subscription of a delivery that tries a channel out: there is none, and it is sent all the same.
TEST = "test"


def alert_key(article: ArticleSummary, rule_id: str) -> str:
    """Return what makes two matches one alert: the story, or else the article, and the rule."""
    return json.dumps([article.story_id or article.id, rule_id])


def delivery_id(subscription_id: str, key: str, channel_id: str, revision: int) -> str:
    """Return 32 hexadecimal digits; never of a time or an offset, so that a repeat gets the same."""
    parts = json.dumps([subscription_id, key, channel_id, revision])
    return blake2b(parts.encode(), digest_size=16).hexdigest()
