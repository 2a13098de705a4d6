"""How fast each service may be written to: what it allows by its own word, or a little less.

By the first word of a lane, which is the service. Hosts of people's own have no pace; they say by
HTTP 429 what is too much.
"""

from collections.abc import Mapping
from datetime import timedelta

from tocsin.ports.deliveries import Pace, Paces


SECOND = timedelta(seconds=1)

# https://docs.slack.dev/apis/web-api/rate-limits, https://discord.com/developers/docs/topics/rate-limits,
# https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this,
# https://developers.google.com/workspace/chat/limits, https://docs.ntfy.sh/publish/#limitations
SERVICE_PACES: Mapping[str, Paces] = {
    "slack": Paces(channel=Pace(SECOND, burst=3)),
    "discord": Paces(channel=Pace(SECOND * 0.5, burst=5)),
    "tgram": Paces(lane=Pace(SECOND / 25, burst=25), channel=Pace(SECOND, burst=3)),
    "gchat": Paces(channel=Pace(SECOND, burst=1)),
    "ntfy": Paces(channel=Pace(SECOND * 5, burst=50)),
    "zulip": Paces(channel=Pace(SECOND * 0.5, burst=20)),
}


def paces(relay_per_s: float) -> Mapping[str, Paces]:
    """Return all paces; ``relay_per_s`` is how many mails a second the operator's relay takes, 0: any."""
    if relay_per_s <= 0:
        return SERVICE_PACES
    relay = Pace(SECOND / relay_per_s, burst=max(1, round(relay_per_s)))
    return {**SERVICE_PACES, "relay": Paces(lane=relay)}
