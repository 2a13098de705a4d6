"""A few people, their channels and their subscriptions."""

from pydantic import SecretStr

from tocsin.documents import ChannelDocument, SubscriberDocument, SubscriptionDocument


ANN = SubscriberDocument(id="ann", name="Ann", time_zone="Africa/Bamako", locale="fr")
BOB = SubscriberDocument(id="bob", name="Bob")


def channel(
    id_: str, *, subscriber: str = "ann", url: str = "mailto:ann@example.org", enabled: bool = True
) -> ChannelDocument:
    return ChannelDocument(
        id=id_, subscriber=subscriber, name=id_, url=SecretStr(url), enabled=enabled
    )


def subscription(
    *channels: str, id_: str = "sahel-ann", subscriber: str = "ann"
) -> SubscriptionDocument:
    return SubscriptionDocument(id=id_, rule="sahel", subscriber=subscriber, channels=channels)
