from pydantic import Field, SecretStr, field_serializer

from tocsin.documents.base import Document, Identifier, Name


class SubscriberDocument(Document):
    """A person or a team that wants to be told."""

    id: Identifier
    name: Name
    time_zone: str = "UTC"
    locale: str = "en"


class ChannelDocument(Document):
    """Where to: an Apprise URL, or ``mailto:address`` for the operator's own mail relay.

    The URL may hold a password or a token, so it is a secret: it is shown nowhere.
    Only the store and the sender ask for its value.
    """

    id: Identifier
    subscriber: Identifier
    name: Name
    url: SecretStr = Field(min_length=1, max_length=2048)
    enabled: bool = True

    @field_serializer("url", when_used="json")
    def _reveal_to_the_store_only(self, url: SecretStr) -> str:
        return "**********"


class SubscriptionDocument(Document):
    """Tells that a subscriber wants a rule's alerts; on all their channels unless some are named."""

    id: Identifier
    rule: Identifier
    subscriber: Identifier
    channels: tuple[Identifier, ...] = ()
    enabled: bool = True
