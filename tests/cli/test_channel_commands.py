"""`tocsin channels`: how they stand, and what people can do about it."""

import json

import pytest
from redis.asyncio import Redis

from cli.shell import Cli
from rig.secret_keys import vault
from tocsin.adapters.subscriber_store import RedisSubscriberStore
from tocsin.adapters.system_clock import SystemClock


@pytest.fixture
def told(cli: Cli) -> Cli:
    cli.run("subscribers", "add", "desk")
    add = ("channels", "add", "mail", "--subscriber", "desk", "--url", "mailto:desk@example.org")
    assert "alerts wait until the link is followed" in cli.out(*add)
    return cli


def states(cli: Cli) -> dict[str, str]:
    return {each["id"]: each["state"] for each in cli.json("channels", "list")}


def test_an_address_waits_until_it_is_confirmed_and_who_did_it_is_noted(told: Cli) -> None:
    assert states(told) == {"mail": "pending"}

    assert "by ann" in told.out("channels", "confirm", "mail")

    assert states(told) == {"mail": "active"}
    shown = told.json("channels", "show", "mail")
    assert (shown["confirmed_by"], shown["notes"][0]["what"]) == ("ann", "confirmed the address")
    assert "ann  confirmed the address" in told.out("channels", "show", "mail")


def test_an_address_can_be_added_as_confirmed(told: Cli) -> None:
    url = "mailto:bob@example.org"
    told.run("channels", "add", "bobs", "--subscriber", "desk", "--url", url, "--confirmed")

    assert states(told)["bobs"] == "active"


def test_a_channel_that_is_no_mail_needs_no_confirmation(told: Cli) -> None:
    said = told.out("channels", "add", "c", "--subscriber", "desk", "--url", "slack://A1/B2/C3")

    assert "link" not in said
    assert states(told)["c"] == "active"


def test_a_channel_is_disabled_with_a_reason_and_enabled_again(told: Cli) -> None:
    told.run("channels", "confirm", "mail")
    told.run("channels", "disable", "mail", "--reason", "on leave")

    assert states(told) == {"mail": "disabled"}
    assert "on leave" in told.out("channels", "list")

    assert told.out("channels", "enable", "mail") == "mail is active.\n"
    assert "on leave" not in told.out("channels", "list")


def test_what_its_document_disabled_is_enabled_too(told: Cli) -> None:
    file = told.folder / "all.yaml"
    told.folder.mkdir(exist_ok=True)
    text = told.out("export").replace("  name: mail", "  name: mail\n  enabled: false")
    file.write_text(text)
    told.run("apply", "-f", str(file), "--yes")
    assert "its document has enabled: no" in told.out("channels", "list")

    assert told.out("channels", "enable", "mail") == "mail is pending.\n"


def test_the_demo_needs_no_confirmation(cli: Cli) -> None:
    cli.run("demo", "load", "--yes")

    assert states(cli) == {"desk-mail": "active", "desk-slack": "active"}


@pytest.mark.parametrize("command", ["show", "confirm", "disable", "enable", "ask"])
def test_a_channel_that_is_not_there_is_named(cli: Cli, command: str) -> None:
    assert cli.error("channels", command, "nothing") == "error: there is no channel 'nothing'"


def test_the_proof_of_a_confirmation_is_not_shown(told: Cli) -> None:
    assert "proof" not in told.json("channels", "show", "mail")


def test_an_address_is_asked_again_where_it_waits(told: Cli) -> None:
    assert told.out("channels", "ask", "mail") == "A new mail with a link is on its way.\n"

    told.run("channels", "confirm", "mail")
    assert "waits for no confirmation" in told.error("channels", "ask", "mail")


def test_a_channel_that_broke_is_told_by_status(told: Cli) -> None:
    async def fail(redis: Redis) -> None:
        store = RedisSubscriberStore(redis, vault())
        await store.stand("mail", lambda it: it.failed(SystemClock().now(), "550", for_good=True))

    told.store(fail)

    problems = json.loads(told.out("status", "--expect", "", "--json", code=1))["problems"]
    assert problems == ["channel mail was disabled, since it failed: 550"]
