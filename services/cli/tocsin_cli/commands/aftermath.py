"""What came of articles that were pushed: waits for it, and tells it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import typer
from rich.text import Text

from tocsin.errors import TocsinError
from tocsin.events import ArticleIngested, ArticleMatched
from tocsin.ports.deliveries import FINAL, DeliveryRecord, State
from tocsin.ports.streams import GroupStatus
from tocsin_cli.commands.output import say, styled
from tocsin_cli.commands.session import Store, with_store


PATIENCE_S = 60.0
POLL_S = 0.2
MOST_ARTICLES = 100  # told one by one

STYLES = {State.DELIVERED: "green", State.DEAD: "red"}


@dataclass(frozen=True, slots=True)
class Aftermath:
    article_id: str
    rules: Sequence[str]
    deliveries: Sequence[DeliveryRecord]


def say_aftermath(context: typer.Context, article_ids: Sequence[str]) -> None:
    """Wait until everything of some articles is done, and say what it was."""
    for found in with_store(context, lambda store: _await(store, article_ids)):
        say(Text(f"{found.article_id} matched {', '.join(found.rules) or 'no rule'}"))
        for record in found.deliveries:
            state = styled(record.state, STYLES.get(record.state, "yellow"))
            what = f" {record.delivery.rule_id} to {record.delivery.channel_id}"
            say(Text.assemble("  ", state, what, f": {record.reason}" if record.reason else ""))


async def _await(store: Store, article_ids: Sequence[str]) -> Sequence[Aftermath]:
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not await _is_done(store, article_ids):  # noqa: ASYNC110 -- others do it
                await asyncio.sleep(POLL_S)
    except TimeoutError as error:
        raise TocsinError(
            f"not everything is done after {PATIENCE_S:g} s: see `tocsin status`"
        ) from error
    return [await _aftermath(store, article_id) for article_id in article_ids[:MOST_ARTICLES]]


async def _is_done(store: Store, article_ids: Sequence[str]) -> bool:
    return await _all_matched(store) and await _all_final(store, article_ids)


async def _all_matched(store: Store) -> bool:
    """Tell whether nothing is left to read on the way from article to deliveries."""
    groups = await store.streams.groups()
    streams = {group.stream for group in groups}
    expected = {ArticleIngested.stream, ArticleMatched.stream}
    return expected <= streams and all(map(is_idle, groups))


def is_idle(group: GroupStatus) -> bool:
    return group.pending == 0 and not group.lag and group.oldest_unread_s == 0


async def _all_final(store: Store, article_ids: Sequence[str]) -> bool:
    for article_id in article_ids[:MOST_ARTICLES]:
        for record in await store.deliveries.recent(1_000, article_id=article_id):
            if record.state not in FINAL | {State.HELD}:  # what waits for a digest may wait long
                return False
    return True


async def _aftermath(store: Store, article_id: str) -> Aftermath:
    parts = await store.articles.matches_of(article_id)
    rules = sorted({match.rule_id for part in parts for match in part.matches})
    deliveries = await store.deliveries.recent(1_000, article_id=article_id)
    return Aftermath(article_id, rules, deliveries[::-1])
