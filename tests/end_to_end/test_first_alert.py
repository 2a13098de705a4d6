"""From an article that somebody posts to the alert that somebody reads, through real processes."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from rig.chain import Chain
from rig.feeding import push
from rig.people import add_reader, save_rules, subscribe
from tocsin.documents import RegionCondition, RuleDocument


pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

ATTACK = {
    "title": "Army posts attacked in western Mali",
    "text": (
        "BAMAKO, Mali — Fighters of JNIM attacked army posts in seven towns on Tuesday, among them "
        "Diboli, a crossing to Senegal, and Kayes.\n\n"
        "Colonel Souleymane Dembélé said that eighty attackers were killed."
    ),
    "url": "https://news.example/attack",
    "source": "news.example",
    "published_at": "2025-07-02T09:00:00Z",
}

RULES = (
    RuleDocument(id="jnim-sahel", name="JNIM in the Sahel", query="JNIM AND region:Sahel"),
    RuleDocument(id="kayes", name="Kayes Region", regions=RegionCondition(any=("Kayes Region",))),
    RuleDocument(id="mali", name="Mali", regions=RegionCondition(any=("Mali",))),
    RuleDocument(
        id="western-africa", name="West", regions=RegionCondition(any=("Western Africa",))
    ),
    RuleDocument(id="congo", name="Congo", regions=RegionCondition(any=("Kayes in Congo",))),
    RuleDocument(id="chad", name="JNIM in Chad", query="JNIM AND region:Chad"),
    RuleDocument(id="not-dembele", name="Without", query="JNIM NOT Dembélé"),
)
EXPECTED = {"jnim-sahel", "kayes", "mali", "western-africa"}


@pytest.fixture
async def chain(tmp_path: Path) -> AsyncIterator[Chain]:
    async with Chain(tmp_path) as chain:
        client = chain.client()
        await save_rules(client, RULES)
        await add_reader(client, "ada", slack=True)
        await subscribe(client, "ada", [rule.id for rule in RULES])
        await client.aclose()
        yield chain


async def until(condition: Callable[[], bool], timeout_s: float = 30) -> None:
    async with asyncio.timeout(timeout_s):
        while not condition():  # noqa: ASYNC110 -- other processes tell nobody
            await asyncio.sleep(0.02)


async def test_every_rule_that_holds_sends_a_mail_and_a_slack_message_and_no_other(
    chain: Chain,
) -> None:
    await push(chain.ingest_urls(), [ATTACK])
    await until(lambda: len(chain.smtp.mails) >= len(EXPECTED))
    await until(lambda: len(chain.slack.posts) >= len(EXPECTED))
    await chain.drained(30)

    by_rule = {mail.message["List-Id"].partition("<")[2]: mail for mail in chain.smtp.mails}
    assert len(by_rule) == len(chain.smtp.mails) == len(chain.slack.posts) == len(EXPECTED)
    assert {mail.recipient for mail in chain.smtp.mails} == {"ada@reader.example"}


async def test_a_mail_says_which_words_and_places_it_was_for(chain: Chain) -> None:
    await push(chain.ingest_urls(), [ATTACK])
    await until(lambda: len(chain.smtp.mails) >= len(EXPECTED))

    [sahel] = [mail.text for mail in chain.smtp.mails if "JNIM in the Sahel" in mail.text]
    assert "JNIM" in sahel
    assert "Diboli → Kayes Region → Mali → Sahel" in sahel
    assert "https://news.example/attack" in sahel


async def test_the_same_article_again_is_no_news(chain: Chain) -> None:
    await push(chain.ingest_urls(), [ATTACK])
    await until(lambda: len(chain.smtp.mails) >= len(EXPECTED))

    await push(chain.ingest_urls(), [ATTACK, ATTACK])
    await chain.drained(30)

    assert len(chain.smtp.mails) == len(EXPECTED)


async def test_a_rule_saved_now_holds_for_the_next_article(chain: Chain) -> None:
    client = chain.client()
    rule = RuleDocument(id="late", name="Late", query="zebra")
    await subscribe(client, "ada", ["late"])
    await save_rules(client, [rule])
    await client.aclose()

    await push(chain.ingest_urls(), [{"title": "A zebra escaped", "text": "In Paris, a zebra."}])

    await until(lambda: len(chain.smtp.mails) == 1)
    assert "zebra" in chain.smtp.mails[0].message["Subject"]


async def test_a_stop_finishes_what_is_in_hand(chain: Chain) -> None:
    for replica in chain.every_replica():
        assert await asyncio.to_thread(replica.process.stop) == 0, replica.process.tail()
