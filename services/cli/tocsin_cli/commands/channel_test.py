"""Sends a test alert through the ledger, on the very path of the real ones."""

import asyncio
import uuid
from typing import Annotated

import typer
from rich.text import Text

from tocsin.delivery import TEST, Alert
from tocsin.documents import ChannelDocument, SubscriberDocument
from tocsin.documents.channel_url import lane_of
from tocsin.errors import TocsinError
from tocsin.events import ArticleSummary, RuleMatch, Snippet, Span, TermEvidence
from tocsin.ports.clock import Clock
from tocsin.ports.deliveries import FINAL, Delivery, DeliveryRecord, State
from tocsin_cli.commands.output import say
from tocsin_cli.commands.session import Store, session_of, with_store


POLL_S = 0.2


def send_test(
    context: typer.Context,
    channel_id: Annotated[str, typer.Argument(metavar="CHANNEL", help="Its id.")],
    wait: Annotated[float, typer.Option(metavar="SECONDS", help="For how long to wait.")] = 30,
) -> None:
    """Send a test alert to a channel, and say what became of it. Exits with 1 if it did not arrive."""
    clock = session_of(context).clock

    async def work(store: Store) -> DeliveryRecord:
        delivery = await _delivery(store, channel_id, clock)
        await store.deliveries.enqueue([delivery])
        return await _outcome(store, delivery.id, wait)

    record = with_store(context, work)
    if record.state is State.DELIVERED:
        say(Text(f"Delivered to {channel_id}: {record.reason}", "green"))
    elif record.state is State.DEAD:
        raise TocsinError(f"it could not be delivered: {record.reason}")
    elif record.attempts:
        raise TocsinError(f"not delivered yet, it will be tried again: {record.reason}")
    else:
        raise TocsinError(
            f"nobody has sent it in {wait:g} s: is the notifier running? See `tocsin status`"
        )


async def _delivery(store: Store, channel_id: str, clock: Clock) -> Delivery:
    directory = await store.subscribers.directory()
    channel = directory.channel(channel_id)
    subscriber = directory.subscriber(channel.subscriber)
    return delivery_of_test(channel, subscriber, uuid.uuid4().hex, clock)


def delivery_of_test(
    channel: ChannelDocument, subscriber: SubscriberDocument, key: str, clock: Clock
) -> Delivery:
    """Return the delivery of an alert that says that it is a test; ``key`` makes it its own."""
    now = clock.now()
    sentence = "This is a test: had it been an article, this word would have been found in it."
    alert = Alert(
        article=ArticleSummary(
            id=TEST,
            title="Test alert from Tocsin",
            fetched_at=now,
            source="tocsin.example",
            language="en",
            lead=sentence,
        ),
        match=RuleMatch(
            rule_id=TEST,
            rule_name="Test of a channel",
            rule_version=1,
            query="test",
            terms=(
                TermEvidence(
                    clause="test",
                    count=1,
                    spans=(Span(field="text", start=10, end=14, text="test"),),
                ),
            ),
            snippets=(Snippet(text=sentence, marks=((10, 14),)),),
        ),
        matched_at=now,
        subscription_id=TEST,
        subscriber_id=subscriber.id,
        subscriber_name=subscriber.name,
        time_zone=subscriber.time_zone,
        locale=subscriber.locale,
    )
    return Delivery(
        id=key,
        article_id=TEST,
        rule_id=TEST,
        subscription_id=TEST,
        channel_id=channel.id,
        payload=alert.model_dump_json(),
        lane=lane_of(channel.url.get_secret_value()),
    )


async def _outcome(store: Store, delivery_id: str, wait_s: float) -> DeliveryRecord:
    """Return the delivery once it is final, or as it stands when the time is over."""
    deadline = asyncio.get_running_loop().time() + wait_s
    while True:
        record = await store.deliveries.get(delivery_id)
        if record.state in FINAL or asyncio.get_running_loop().time() > deadline:
            return record
        await asyncio.sleep(POLL_S)
