"""`tocsin subscribers`, `channels`, `subscriptions`, `sources`: who is told, where, of what."""

from datetime import timedelta
from pathlib import Path

import pytest
from redis.asyncio import Redis

from cli.shell import Cli, plain_lines
from tocsin.adapters.delivery_ledger import RedisDeliveryLedger
from tocsin.ports.deliveries import Delivery


DESK = """
rules:
  - {id: sahel, name: sahel, query: JNIM}
subscribers:
  - {id: desk, name: The desk, time_zone: Africa/Bamako}
channels:
  - {id: mail, name: mail, subscriber: desk, url: "mailto:desk@example.org"}
  - {id: slack, name: slack, subscriber: desk, url: "slack://T00DEMO00/B00DEMO00/demodemodemodemodemodemo"}
subscriptions:
  - {id: sahel.desk, rule: sahel, subscriber: desk, channels: [mail]}
"""


@pytest.fixture
def told(cli: Cli, tmp_path: Path) -> Cli:
    """A desk that is told of a rule by mail and on Slack."""
    manifest = tmp_path / "desk.yaml"
    manifest.write_text(DESK)
    cli.run("apply", "-f", str(manifest), "--yes")
    return cli


def test_what_the_commands_add_is_what_a_file_would_say(cli: Cli, told: Cli) -> None:
    by_file = told.out("export")
    told.run("subscribers", "remove", "desk", "--yes")
    told.run("rules", "delete", "sahel", "--yes")

    cli.run("rules", "add", "sahel", "-q", "JNIM")
    cli.run("subscribers", "add", "desk", "--name", "The desk", "--time-zone", "Africa/Bamako")
    mail = "mailto:desk@example.org"
    cli.run("channels", "add", "mail", "--subscriber", "desk", "--url", mail)
    slack = "slack://T00DEMO00/B00DEMO00/demodemodemodemodemodemo"
    cli.run("channels", "add", "slack", "--subscriber", "desk", "--url", "-", stdin=f"{slack}\n")
    cli.run("subscriptions", "add", "sahel", "--subscriber", "desk", "--channel", "mail")

    assert cli.out("export") == by_file


def test_at_first_there_is_nobody(cli: Cli) -> None:
    assert cli.lines("subscribers", "list") == ["There is no subscriber yet."]
    assert cli.lines("channels", "list") == ["There is no channel yet."]
    assert cli.lines("subscriptions", "list") == ["There is no subscription yet."]
    assert cli.lines("sources", "list") == [
        "There is no feed yet: see `tocsin sources add --help`."
    ]


def test_whoever_was_added_is_listed(told: Cli) -> None:
    assert told.lines("subscribers", "list")[1:] == ["desk The desk Africa/Bamako 2 1"]
    assert told.lines("channels", "list")[1:] == [
        "mail pending desk mail email to d***@example.org its address is not confirmed yet",
        "slack active desk slack slack://…",
    ]
    assert told.lines("subscriptions", "list")[1:] == ["sahel.desk on sahel desk mail instant"]


def test_what_is_secret_of_a_channel_is_never_shown(told: Cli) -> None:
    for command in (("channels", "list", "--json"), ("channels", "list"), ("export",)):
        assert "demodemo" not in told.out(*command)


def test_a_wrong_address_is_refused_without_repeating_it(told: Cli) -> None:
    said = told.error(
        "channels", "add", "new", "--subscriber", "desk", "--url", "nonsense://s3cret"
    )

    assert said.startswith("error: /url: no channel of ours; use mailto:address")
    assert "s3cret" not in said


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("subscribers", "add", "desk"), "there is a subscriber 'desk' already"),
        (("subscribers", "add", "x", "--time-zone", "Mars"), "/time_zone: no time zone is called"),
        (("subscribers", "remove", "nobody"), "there is no subscriber 'nobody'"),
        (
            ("channels", "add", "new", "--subscriber", "nobody", "--url", "mailto:a@b.org"),
            "there is no subscriber 'nobody'",
        ),
        (("subscriptions", "add", "nope", "--subscriber", "desk"), "there is no rule 'nope'"),
        (
            (
                "subscriptions",
                "add",
                "sahel",
                "--subscriber",
                "desk",
                "--channel",
                "nope",
                "--id",
                "x",
            ),
            "there is no channel 'nope'",
        ),
        (("channels", "test", "nope"), "there is no channel 'nope'"),
        (("sources", "remove", "nope"), "there is no source 'nope'"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(told: Cli, command: tuple[str, ...], said: str) -> None:
    line = told.error(*command)

    assert line.startswith(f"error: {said}")
    assert "\n" not in line


def test_whoever_is_removed_takes_along_what_is_theirs(told: Cli) -> None:
    shown = told.lines("subscribers", "remove", "desk", "--yes")

    assert shown[:4] == [
        "- subscription sahel.desk",
        "- channel mail",
        "- channel slack",
        "- subscriber desk",
    ]
    assert told.json("channels", "list") == []
    assert told.json("subscriptions", "list") == []


def test_a_subscription_outlives_one_of_its_subscribers_channels(told: Cli) -> None:
    told.run("channels", "remove", "slack", "--yes")

    assert told.json("subscriptions", "list")[0]["channels"] == ["mail"]


def test_a_channel_is_tested_on_the_path_of_the_real_alerts(told: Cli) -> None:
    said = told.error("channels", "test", "mail", "--wait", "0")

    assert said == (
        "error: nobody has sent it in 0 s: is the notifier running? See `tocsin status`"
    )
    (delivery,) = told.json("deliveries", "list")
    assert (delivery["channel"], delivery["state"]) == ("mail", "pending")
    assert "Test alert from Tocsin" in told.out("deliveries", "show", delivery["id"])


def test_the_status_counts_deliveries_by_where_they_are(cli: Cli) -> None:
    assert "deliveries none yet" in plain_lines(cli.out("status", code=1))

    cli.store(die)

    assert "deliveries 1 dead" in plain_lines(cli.out("status", code=1))


def test_deliveries_that_died_are_revived(cli: Cli) -> None:
    cli.store(die)

    assert cli.lines("deliveries", "list", "--state", "dead")[1].startswith("d1 dead 0 s ago")
    assert cli.lines("deliveries", "revive", "--all") == ["1 will be tried again."]

    assert cli.json("deliveries", "list")[0]["state"] == "pending"
    assert [each["outcome"] for each in cli.json("deliveries", "show", "d1")["history"]] == [
        "dead",
        "revived",
    ]


def test_a_delivery_that_is_not_dead_cannot_be_revived(cli: Cli) -> None:
    assert cli.error("deliveries", "revive", "nope").startswith("error: there is no dead delivery")


async def die(redis: Redis) -> None:
    ledger = RedisDeliveryLedger(redis)
    await ledger.enqueue([Delivery("d1", "a1", "sahel", "s1", "mail", "{}")])
    (claim,) = await ledger.claim("me", 1, timedelta(seconds=30))
    await ledger.begin(claim, timedelta(seconds=30))
    await ledger.dead(claim, "no such mailbox")


def test_a_source_is_added_listed_and_removed(cli: Cli) -> None:
    cli.run("sources", "add", "https://www.rfi.example/en/rss", "--home", "France")

    (source,) = cli.json("sources", "list")
    assert (source["id"], source["home"]) == ("rfi.example", "country:FR")
    assert cli.lines("sources", "list")[1].startswith("rfi.example ok never")
    assert cli.lines("sources", "poll", "rfi.example") == ["rfi.example is due now."]

    cli.run("sources", "remove", "rfi.example", "--yes")
    assert cli.json("sources", "list") == []


def test_a_second_source_of_one_host_needs_an_id_of_its_own(cli: Cli) -> None:
    cli.run("sources", "add", "https://rfi.example/a")

    assert cli.error("sources", "add", "https://rfi.example/b") == (
        "error: there is a source 'rfi.example' already: choose another --id"
    )
    cli.run("sources", "add", "https://rfi.example/b", "--id", "rfi-b")


def test_how_alerts_come_is_said_when_subscribing(told: Cli) -> None:
    told.run(
        *("subscriptions", "add", "sahel", "--subscriber", "desk", "--id", "weekly"),
        *("--digest", "weekly@mon,thu 07:00", "--mode", "both", "--throttle", "5/1h"),
        *("--updates", "all", "--priority", "breaking", "--quiet", "bypass"),
    )

    assert told.lines("subscriptions", "list")[2:] == [
        (
            "weekly on sahel desk all instant 5/1h, digest weekly@mon,thu 07:00, updates all, "
            "breaking, also in quiet hours"
        )
    ]


def test_what_was_said_of_how_is_exported_and_applied_as_it_was(told: Cli) -> None:
    told.run(
        *("subscribers", "add", "ann", "--quiet", "22:00-07:00", "--quiet", "sat,sun 00:00-24:00"),
        "--nothing-matched",
    )
    told.run(*("subscriptions", "add", "sahel", "--subscriber", "ann", "--digest", "hourly"))

    exported = told.out("export")

    assert "mode: digest" in exported
    assert "quiet_hours:\n  - 22:00-07:00\n  - sat,sun 00:00-24:00" in exported
    assert "nothing_matched: true" in exported


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--digest", "noon"), "/digest: 'noon' is no schedule; write hourly, daily@07:00"),
        (("--digest", "daily@25:00"), "/digest: '25:00' is no time of day; write it as 07:00"),
        (("--throttle", "often"), "/throttle: 'often' is no throttle; write a number of messages"),
        (("--mode", "both"), "mode both needs digest, which says when: hourly"),
    ],
)
def test_a_wrong_way_of_being_told_is_refused_with_the_right_one(
    told: Cli, options: tuple[str, ...], said: str
) -> None:
    assert said in told.error("subscriptions", "add", "sahel", "--subscriber", "desk", *options)


@pytest.mark.parametrize(
    ("options", "how"),
    [
        (("--digest", "daily@07:00"), "digest daily@07:00"),
        (("--digest", "hourly", "--mode", "both"), "instant, digest hourly"),
        (("--throttle", "5/1h"), "instant 5/1h"),
        (("--priority", "low", "--quiet", "bypass"), "instant, low, also in quiet hours"),
        (("--updates", "first"), "instant, updates first"),
    ],
)
def test_how_alerts_come_is_changed(told: Cli, options: tuple[str, ...], how: str) -> None:
    told.run("subscriptions", "set", "sahel.desk", *options)

    assert told.lines("subscriptions", "list")[1:] == [f"sahel.desk on sahel desk mail {how}"]


def test_what_is_not_named_stays_as_it_was(told: Cli) -> None:
    told.run("subscriptions", "set", "sahel.desk", "--digest", "hourly", "--mode", "both")

    told.run("subscriptions", "set", "sahel.desk", "--digest", "daily@07:00")
    said = told.lines("subscriptions", "set", "sahel.desk", "--off", "--all-channels")

    assert said == [
        "~ subscription sahel.desk",
        *("- channels: mail", "+ channels: (none)", "- enabled: yes", "+ enabled: no"),
    ]
    assert told.lines("subscriptions", "list")[1:] == [
        "sahel.desk off sahel desk all instant, digest daily@07:00"
    ]


@pytest.mark.parametrize("back", [("--mode", "instant"), ("--digest", "")])
def test_a_digest_is_given_up_by_either_word(told: Cli, back: tuple[str, ...]) -> None:
    told.run("subscriptions", "set", "sahel.desk", "--digest", "hourly")

    told.run("subscriptions", "set", "sahel.desk", *back)

    assert told.lines("subscriptions", "list")[1:] == ["sahel.desk on sahel desk mail instant"]


def test_a_subscriber_is_changed_where_something_is_said(told: Cli) -> None:
    told.run("subscribers", "set", "desk", "--quiet", "22:00-07:00", "--nothing-matched")
    told.run("subscribers", "set", "desk", "--name", "Sahel desk", "--no-nothing-matched")

    (desk,) = told.json("subscribers", "list")
    assert (desk["name"], desk["time_zone"]) == ("Sahel desk", "Africa/Bamako")
    assert (desk["quiet_hours"], desk["nothing_matched"]) == (["22:00-07:00"], False)

    told.run("subscribers", "set", "desk", "--no-quiet")
    assert told.json("subscribers", "list")[0]["quiet_hours"] == []


def test_a_change_that_changes_nothing_says_so(told: Cli) -> None:
    assert told.lines("subscribers", "set", "desk", "--name", "The desk") == [
        "The subscriber 'desk' is so already."
    ]


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("subscriptions", "set", "nope", "--off"), "there is no subscription 'nope'"),
        (("subscribers", "set", "nope", "--name", "x"), "there is no subscriber 'nope'"),
        (("subscriptions", "set", "sahel.desk", "--digest", "noon"), "/digest: 'noon' is no"),
        (("subscriptions", "set", "sahel.desk", "--mode", "both"), "mode both needs digest"),
        (("subscriptions", "set", "sahel.desk", "--channel", "nope"), "there is no channel 'nope'"),
        (("subscribers", "set", "desk", "--time-zone", "Mars"), "/time_zone: no time zone is"),
    ],
)
def test_a_change_that_cannot_be_is_said_in_one_line(
    told: Cli, command: tuple[str, ...], said: str
) -> None:
    before = told.out("export")

    line = told.error(*command)

    assert said in line
    assert "\n" not in line
    assert told.out("export") == before
