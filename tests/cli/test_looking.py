"""`tocsin status`, `why`, `dead`, `inbox`, `regions`, `try`: what happened, and why."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from cli.shell import Cli
from tocsin.adapters import keys
from tocsin.adapters.article_publisher import RedisArticlePublisher
from tocsin.adapters.dead_letters import Burial, letter_fields
from tocsin.adapters.inbox import RedisInbox
from tocsin.adapters.placeless import RedisPlacelessArticles
from tocsin.adapters.service_registry import RedisServiceRegistry
from tocsin.adapters.system_clock import SystemClock
from tocsin.article import Article
from tocsin.events import ArticleIngested
from tocsin.ports.inbox import InboxMessage
from tocsin.ports.streams import DeadLetter, DeadLetters, ServiceInstance
from tocsin.testing import FakeDeadLetters
from tocsin_cli.commands.dead import to_all


NOW = datetime(2026, 3, 4, 6, 15, tzinfo=UTC)
ARTICLE = Article(
    id="a1",
    title="Army repels raids in Mali",
    text="JNIM fighters attacked Kayes and Niono. The army drove them off.",
    fetched_at=NOW,
)


async def publish(redis: Redis) -> None:
    await RedisArticlePublisher(redis).publish([ARTICLE])


async def announce(redis: Redis) -> None:
    registry = RedisServiceRegistry(redis)
    for name in ("ingest", "matcher", "notifier"):
        await registry.announce(
            ServiceInstance(name, f"{name}-1", "http://x", NOW, NOW, ready=True)
        )


def message(subject: str, html: str = "") -> InboxMessage:
    return InboxMessage(
        "", "email", NOW, "desk@example.org", subject, "Guten Tag", html, b"\xffraw"
    )


def test_all_is_well_where_every_service_is_ready(cli: Cli) -> None:
    cli.store(announce)

    assert cli.lines("status")[-1] == "All is well."
    assert cli.json("status")["ok"] is True


def test_the_status_counts_todays_articles_without_a_place(cli: Cli) -> None:
    async def came(redis: Redis) -> None:
        placeless = RedisPlacelessArticles(redis)
        for article_id in ("a1", "a2", "a1"):
            await placeless.add(article_id, SystemClock().now().date())

    cli.store(announce)
    cli.store(came)

    assert cli.json("status")["without_place_today"] == 2
    said = "no place in 2 of today's: no rule that asks for a region matches these"
    assert said in cli.lines("status")


def test_whatever_is_missing_is_said_and_makes_the_command_fail(cli: Cli) -> None:
    result = cli.run("status", code=1)

    assert result.stdout.splitlines()[-3:] == [
        "ingest is not running: no article comes in",
        "matcher is not running: articles wait to be matched",
        "notifier is not running: alerts wait to be sent",
    ]


def test_one_may_say_which_services_there_must_be(cli: Cli) -> None:
    cli.run("status", "--expect", "")


def test_a_service_that_is_not_ready_is_named_with_its_problem(cli: Cli) -> None:
    async def unready(redis: Redis) -> None:
        instance = ServiceInstance("matcher", "m1", "x", NOW, NOW, ready=False, problem="no rules")
        await RedisServiceRegistry(redis).announce(instance)

    cli.store(unready)

    shown = cli.run("status", "--expect", "matcher", code=1).stdout
    assert shown.splitlines()[-1] == "matcher m1 is not ready: no rules"


def test_what_could_not_be_processed_is_told_with_where_to_look(cli: Cli) -> None:
    cli.store(announce)
    cli.store(bury)

    said = cli.run("status", code=1).stdout.splitlines()[-2:]
    assert said == ["2 messages could not be processed", "See `tocsin dead list`."]


def test_an_article_that_matches_is_explained(cli: Cli) -> None:
    cli.run("rules", "add", "sahel", "-q", "JNIM AND (attack* OR raid*)", "-r", "Kayes Region")
    cli.store(publish)

    lines = cli.lines("why", "a1", "sahel")

    assert lines[0] == "Army repels raids in Mali"
    assert lines[1] == "yes matches sahel: sahel"
    assert "yes JNIM “JNIM” (text)" in lines
    assert any(line.startswith("yes in Kayes Region about, probability") for line in lines)
    assert any(line.startswith("“Kayes”: Kayes → Kayes Region") for line in lines)
    assert lines[-1] == "Nobody is subscribed to this rule."


def test_an_article_that_does_not_match_is_explained(cli: Cli) -> None:
    cli.run("rules", "add", "chad", "-q", "JNIM NOT army", "-r", "Chad")
    cli.store(publish)

    lines = cli.lines("why", "a1", "chad")

    assert lines[1] == "no does not match chad: chad"
    assert "yes JNIM “JNIM” (text)" in lines
    assert "no in Chad not in the article" in lines
    assert cli.json("why", "a1", "chad")["matched"] is False


def test_a_disabled_rule_is_said_to_be(cli: Cli) -> None:
    cli.run("rules", "add", "sahel", "-q", "JNIM", "--disabled")
    cli.store(publish)

    assert "but the rule is disabled, so nobody is told" in cli.lines("why", "a1", "sahel")


@pytest.mark.parametrize(
    ("article", "rule", "said"),
    [("nope", "sahel", "there is no article 'nope'"), ("a1", "nope", "there is no rule 'nope'")],
)
def test_what_is_not_there_cannot_be_explained(
    cli: Cli, article: str, rule: str, said: str
) -> None:
    cli.run("rules", "add", "sahel", "-q", "JNIM")
    cli.store(publish)

    assert cli.error("why", article, rule) == f"error: {said}"


def test_a_query_is_tried_on_a_file(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "article.txt"
    file.write_text(f"{ARTICLE.title}\n\n{ARTICLE.text}\n")

    lines = cli.lines("try", "JNIM AND army", str(file), "-r", "Mali")

    assert lines[0] == f"yes {file}: Army repels raids in Mali"
    assert lines[-1] == "1 of 1 match."


def test_dead_letters_are_listed_shown_replayed_and_dropped(cli: Cli) -> None:
    cli.store(bury)
    assert json.loads(cli.out("status", "--json", code=1))["dead_letters_of"] == {
        "{tocsin}:articles": 2
    }
    listed = cli.lines("dead", "list")
    name = listed[1].split()[0]

    assert "ValueError: broken" in listed[1]
    shown = cli.out("dead", "show", name)
    assert "__data__: {oops" in shown
    assert "Traceback …" in shown

    assert f"{name} is back on its stream" in cli.out("dead", "replay", name)
    assert cli.store(lambda redis: redis.xlen(ArticleIngested.stream)) == 1

    cli.run("dead", "discard", "--all", "--yes")
    assert cli.lines("dead", "list") == ["There are no dead letters."]


class Stubborn(FakeDeadLetters):
    """Whatever is put back on its stream is a dead letter again at once."""

    async def replay(self, stream: str, letter_id: str) -> str:
        letter = await self.get(stream, letter_id)
        new_id = await super().replay(stream, letter_id)
        again = replace(letter, id=f"{1_000_000 + len(self.replayed)}-0")
        self.letters[stream, again.id] = again
        return new_id


async def test_to_replay_all_ends_though_they_come_back() -> None:
    died = [letter(f"{number}-0") for number in range(1, 2_502)]
    letters = Stubborn(died)

    async def put_back(letters: DeadLetters, stream: str, letter_id: str) -> None:
        await letters.replay(stream, letter_id)

    async with asyncio.timeout(60):
        await to_all(letters, put_back)

    assert sorted(each.id for each in letters.replayed) == sorted(each.id for each in died)


def letter(letter_id: str) -> DeadLetter:
    return DeadLetter(
        id=letter_id,
        stream=ArticleIngested.stream,
        group="matcher",
        entry_id="1-0",
        reason="ValueError: broken",
        deliveries=1,
        consumer="c1",
        at=NOW,
        traceback="",
        fields={},
    )


def test_a_dead_letter_must_be_named(cli: Cli) -> None:
    assert cli.error("dead", "replay") == "error: name the letters, or say --all"
    assert cli.error("dead", "show", "nonsense") == "error: there is no dead letter 'nonsense'"
    assert cli.error("dead", "show", "articles/1-1").startswith("error: there is no dead letter")


async def bury(redis: Redis) -> None:
    for number in (1, 2):
        burial = Burial("ValueError: broken", 5, NOW, "Traceback …")
        fields = letter_fields(
            {b"__data__": b"{oops"}, burial, group="matcher", consumer="m", entry_id=b"1-1"
        )
        entry: dict[Any, Any] = dict(fields)
        await redis.xadd(keys.dead(ArticleIngested.stream), entry, id=f"{number}-1")


def test_an_empty_inbox_says_what_to_do(cli: Cli) -> None:
    assert cli.lines("inbox") == [
        "Nothing yet. The demo's alerts land here: try `tocsin push --demo`."
    ]
    assert cli.error("inbox", "show") == "error: the inbox is empty: try `tocsin push --demo`"


def test_messages_are_listed_and_shown(cli: Cli) -> None:
    cli.store(lambda redis: RedisInbox(redis).add(message("first")))
    cli.store(lambda redis: RedisInbox(redis).add(message("second", "<p>Guten Tag</p>")))

    assert [each["subject"] for each in cli.json("inbox")] == ["second", "first"]
    assert cli.lines("inbox")[1].endswith("email desk@example.org second")
    first = cli.json("inbox", "list")[1]["id"]
    assert cli.out("inbox", "show").startswith("second\n")
    assert cli.out("inbox", "show", first).startswith("first\n")
    assert cli.out("inbox", "show", "--html") == "<p>Guten Tag</p>\n"
    assert cli.run("inbox", "show", "--raw").stdout_bytes == b"\xffraw"
    assert cli.error("inbox", "show", first, "--html").startswith("error: there is no HTML part")


def test_one_can_wait_for_the_next_message(cli: Cli) -> None:
    cli.store(lambda redis: RedisInbox(redis).add(message("first")))
    (first,) = cli.json("inbox")

    assert cli.error("inbox", "--wait", "0.05") == "error: no new message came in 0.05 s"
    assert cli.json("inbox", "--wait", "0.05", "--after", "0") == [first]

    cli.store(lambda redis: RedisInbox(redis).add(message("second")))
    (second,) = cli.json("inbox", "--wait", "5", "--after", first["id"])
    assert second["subject"] == "second"


def test_regions_are_found_and_shown(cli: Cli) -> None:
    assert cli.json("regions", "search", "Kayes")[0]["id"] == "admin1:ML-1"
    assert "lies in: Mali (country:ML)" in cli.out("regions", "show", "Kayes Region")
    assert cli.lines("regions", "search", "zzzz") == [
        "No region has a name that begins with 'zzzz'."
    ]
