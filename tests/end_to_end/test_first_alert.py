"""From an article that somebody posts to the alert that somebody reads, through real processes."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from rig.chain import Chain
from rig.feeding import push
from rig.people import add_reader, save_rules, subscribe
from rig.sinks import Mail
from tocsin.documents import RegionCondition, RuleDocument


pytestmark = [pytest.mark.slow, pytest.mark.timeout(180), pytest.mark.asyncio(loop_scope="module")]


def attack(number: int) -> dict[str, str]:
    """Write an article that no other test has sent."""
    return {
        "title": f"Army posts attacked in western Mali, report {number}",
        "text": (
            "BAMAKO, Mali — Fighters of JNIM attacked army posts in seven towns on Tuesday, among "
            "them Diboli, a crossing to Senegal, and Kayes.\n\n"
            f"Colonel Souleymane Dembélé said that {number} attackers were killed."
        ),
        "url": f"https://news.example/attack/{number}",
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


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chain(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Chain]:
    async with Chain(tmp_path_factory.mktemp("chain")) as chain:
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


def mails_about(chain: Chain, words: str) -> list[Mail]:
    return [mail for mail in chain.smtp.mails if words in str(mail.message["Subject"])]


def posts_about(chain: Chain, words: str) -> list[dict[str, Any]]:
    return [post for post in chain.slack.posts if words in post["text"]]


async def test_every_rule_that_holds_sends_a_mail_and_a_slack_message_and_no_other(
    chain: Chain,
) -> None:
    await push(chain.ingest_urls(), [attack(1)])
    await until(lambda: len(mails_about(chain, "report 1")) >= len(EXPECTED))
    await until(lambda: len(posts_about(chain, "report 1")) >= len(EXPECTED))
    await chain.drained(30)

    mails = mails_about(chain, "report 1")
    rules = [mail.message["List-Id"].partition("<")[2].partition(".")[0] for mail in mails]
    assert sorted(rules) == sorted(EXPECTED)
    assert len(posts_about(chain, "report 1")) == len(EXPECTED)
    assert {mail.recipient for mail in mails} == {"ada@reader.example"}


async def test_a_mail_says_which_words_and_places_it_was_for(chain: Chain) -> None:
    await push(chain.ingest_urls(), [attack(2)])
    await until(lambda: len(mails_about(chain, "report 2")) >= len(EXPECTED))

    texts = [mail.text for mail in mails_about(chain, "report 2")]
    [sahel] = [text for text in texts if "JNIM in the Sahel" in text]
    assert "JNIM" in sahel
    assert "Diboli → Kayes Region → Mali → Sahel" in sahel
    assert "https://news.example/attack/2" in sahel


async def test_the_same_article_again_is_no_news(chain: Chain) -> None:
    await push(chain.ingest_urls(), [attack(3)])
    await until(lambda: len(mails_about(chain, "report 3")) >= len(EXPECTED))

    await push(chain.ingest_urls(), [attack(3), attack(3)])
    await chain.drained(30)

    assert len(mails_about(chain, "report 3")) == len(EXPECTED)


async def test_a_rule_saved_now_holds_for_the_next_article(chain: Chain) -> None:
    client = chain.client()
    await subscribe(client, "ada", ["late"])
    await save_rules(client, [RuleDocument(id="late", name="Late", query="zebra")])
    await client.aclose()

    await push(chain.ingest_urls(), [{"title": "A zebra escaped", "text": "In Paris, a zebra."}])

    await until(lambda: len(mails_about(chain, "zebra escaped")) == 1)


async def test_every_service_ends_well_when_told_to(tmp_path: Path) -> None:
    async with Chain(tmp_path) as chain:
        for replica in chain.every_replica():
            code = await asyncio.to_thread(replica.process.stop)
            assert code == 0, replica.process.tail()
