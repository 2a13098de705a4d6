"""What we tell by ourselves, beside alerts: that an address is to be confirmed, that a channel broke."""

import json
from datetime import datetime
from hashlib import blake2b
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from tocsin.delivery.identity import ASK, TELL
from tocsin.documents import ChannelDocument, Standing, SubscriberDocument, describe_channel
from tocsin.documents.channel_url import lane_of
from tocsin.ports.deliveries import Delivery


class Question(BaseModel):
    """Asks whether alerts are wanted at an address; ``proof`` is what its link will show."""

    model_config = ConfigDict(frozen=True)

    about: Literal["confirmation"] = "confirmation"
    at: AwareDatetime
    channel_id: str
    proof: str
    subscriber_name: str
    time_zone: str = "UTC"


class Breakdown(BaseModel):
    """Tells a channel's owner, by another channel of theirs, that it was disabled."""

    model_config = ConfigDict(frozen=True)

    about: Literal["breakdown"] = "breakdown"
    at: AwareDatetime
    channel_id: str
    channel_name: str
    address: str
    reason: str
    subscriber_name: str
    time_zone: str = "UTC"


Notice = Question | Breakdown


def question(
    channel: ChannelDocument, subscriber: SubscriberDocument, standing: Standing, at: datetime
) -> Delivery:
    """Return the delivery that asks; one for each proof, however often it is made."""
    told = Question(
        at=at,
        channel_id=channel.id,
        proof=standing.proof,
        subscriber_name=subscriber.name,
        time_zone=subscriber.time_zone,
    )
    return _delivery(told, [ASK, channel.id, standing.proof], ASK, channel)


def breakdown(
    broken: ChannelDocument,
    subscriber: SubscriberDocument,
    standing: Standing,
    by: ChannelDocument,
    at: datetime,
) -> Delivery:
    """Return the delivery that tells, by another channel; one for each time that it breaks."""
    told = Breakdown(
        at=at,
        channel_id=broken.id,
        channel_name=broken.name,
        address=describe_channel(broken),
        reason=standing.reason,
        subscriber_name=subscriber.name,
        time_zone=subscriber.time_zone,
    )
    since = standing.disabled_at.isoformat() if standing.disabled_at else ""
    return _delivery(told, [TELL, broken.id, since, by.id], TELL, by)


def _delivery(notice: Notice, parts: list[str], kind: str, channel: ChannelDocument) -> Delivery:
    return Delivery(
        id=blake2b(json.dumps(parts).encode(), digest_size=16).hexdigest(),
        article_id=kind,
        rule_id=kind,
        subscription_id=kind,
        channel_id=channel.id,
        payload=notice.model_dump_json(),
        lane=lane_of(channel.url.get_secret_value()),
        subscriber_id=channel.subscriber,
    )
