"""What is told becomes a card or a sheet, with the links by which its reader may answer."""

from tocsin.delivery import TEST, Alert, Digest, story_of
from tocsin.delivery.links import Links, MessageLinks
from tocsin.delivery.notice import Breakdown, Notice, Question
from tocsin.ports.deliveries import Delivery
from tocsin_notifier.messages.card import card
from tocsin_notifier.messages.memo import Written, memo
from tocsin_notifier.messages.sheet import Sheet, sheet


class WritingDesk:
    """``links`` are made where there is a console that readers reach, at ``console_url``."""

    def __init__(self, links: Links | None = None, console_url: str = "") -> None:
        self._links = links
        self._console_url = console_url

    def written(self, message: Alert | Digest | Notice, delivery: Delivery) -> Written:
        match message:
            case Alert():
                return card(message, delivery.id, self._of_alert(message, delivery))
            case Digest():
                return self._sheet(message, delivery)
            case Question() | Breakdown():
                return memo(message, delivery.id, self._links, self._console_url)

    def _sheet(self, message: Digest, delivery: Delivery) -> Sheet:
        unsubscribe = {
            rule.subscription_id: links.unsubscribe
            for rule in message.rules
            if (links := self._of_rule(message, rule.subscription_id, delivery)) is not None
        }
        leave = self._links.leaving(delivery.channel_id, message.at) if self._links else ""
        return sheet(message, delivery.id, self._console_url, unsubscribe, leave)

    def _of_alert(self, alert: Alert, delivery: Delivery) -> MessageLinks | None:
        if self._links is None or alert.subscription_id == TEST:
            return None
        return self._links.of_message(
            delivery_id=delivery.id,
            subscription_id=alert.subscription_id,
            subscriber_id=alert.subscriber_id,
            channel_id=delivery.channel_id,
            story_id=story_of(alert.article),
            made_at=alert.matched_at,
        )

    def _of_rule(
        self, digest: Digest, subscription_id: str, delivery: Delivery
    ) -> MessageLinks | None:
        if self._links is None:
            return None
        return self._links.of_message(
            delivery_id=delivery.id,
            subscription_id=subscription_id,
            subscriber_id=digest.subscriber_id,
            channel_id=delivery.channel_id,
            story_id="",
            made_at=digest.at,
        )
