"""Slack: Apprise's plugin with a message of our own, which Slack has nothing to parse in."""

from contextlib import AbstractContextManager, nullcontext
from typing import Any, ClassVar

from apprise.plugins.slack import NotifySlack

from tocsin_notifier.adapters import egress
from tocsin_notifier.adapters.attempt import current
from tocsin_notifier.messages import Written, blocks, fallback


# What Apprise says of where the message goes; the rest of its payload is replaced.
KEPT = ("channel", "thread_ts", "username")


class NewsSlack(NotifySlack):  # type: ignore[misc]  # Apprise is not typed
    """``stand_in`` tells that the operator put another host in Slack's place."""

    request_rate_per_sec = 0
    stand_in: ClassVar[bool] = False

    def _send(self, url: str, payload: dict[str, Any], **kwargs: Any) -> Any:
        attempt = current()
        assert attempt is not None, "a message is sent within an attempt"
        kept = {name: payload[name] for name in KEPT if name in payload}
        message = message_of(
            attempt.card, by_bot=self.access_token is not None, posted=attempt.posted
        )
        with self._reach():
            return super()._send(url, message | kept, **kwargs)

    def _reach(self) -> AbstractContextManager[None]:
        return egress.lifted() if self.stand_in else nullcontext()


def message_of(card: Written, *, by_bot: bool, posted: str = "") -> dict[str, Any]:
    message: dict[str, Any] = {
        "text": fallback(card),
        "blocks": blocks(card),
        "unfurl_links": False,
        "unfurl_media": False,
    }
    if by_bot and posted:
        message["thread_ts"] = posted
    if by_bot:  # a webhook takes no metadata
        message["metadata"] = {
            "event_type": "tocsin_alert",
            "event_payload": {"delivery_id": card.delivery_id, "rule_id": card.rule_id},
        }
    return message
