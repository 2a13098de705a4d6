"""What a subscriber wants, as forms hold it: text that people typed, and may type wrong."""

from typing import Self

from pydantic import BaseModel

from tocsin.documents import Mode, Priority, SubscriberDocument, SubscriptionDocument, Updates
from tocsin_console.routes.forms import lines


class SubscriberWishes(BaseModel):
    """A subscriber, save the id. Quiet hours stand one span a line."""

    name: str = ""
    time_zone: str = ""
    locale: str = ""
    quiet_hours: str = ""
    nothing_matched: bool = False

    @classmethod
    def of(cls, subscriber: SubscriberDocument) -> Self:
        return cls(
            name=subscriber.name,
            time_zone=subscriber.time_zone,
            locale=subscriber.locale,
            quiet_hours="\n".join(subscriber.quiet_hours),
            nothing_matched=subscriber.nothing_matched,
        )

    def document(self, subscriber_id: str) -> SubscriberDocument:
        """Return what is to be saved.

        Raises:
            ValidationError: a field holds what it cannot.
        """
        return SubscriberDocument(
            id=subscriber_id,
            name=self.name,
            time_zone=self.time_zone.strip() or "UTC",
            locale=self.locale.strip() or "en",
            quiet_hours=lines(self.quiet_hours),
            nothing_matched=self.nothing_matched,
        )


class SubscriptionWishes(BaseModel):
    """How a subscription's alerts come. No channel at all stands for all of them."""

    channels: tuple[str, ...] = ()
    mode: str = Mode.INSTANT
    digest: str = ""
    throttle: str = ""
    updates: str = Updates.MATERIAL
    priority: str = Priority.NORMAL
    bypass_quiet: bool = False
    enabled: bool = False

    @classmethod
    def of(cls, subscription: SubscriptionDocument) -> Self:
        return cls.model_validate(subscription.model_dump(exclude={"id", "rule", "subscriber"}))

    def document(self, standing: SubscriptionDocument) -> SubscriptionDocument:
        """Return what is to be saved in place of what stands.

        A field that the mode leaves without a meaning is left out, as the page says.

        Raises:
            ValidationError: a field holds what it cannot.
        """
        typed = self.model_dump() | {
            "digest": "" if self.mode == Mode.INSTANT else self.digest.strip(),
            "throttle": "" if self.mode == Mode.DIGEST else self.throttle.strip(),
        }
        return SubscriptionDocument.model_validate(standing.model_dump() | typed)
