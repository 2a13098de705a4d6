"""What `tocsin up` decides: pure, so each decision is a table."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.errors import StartError
from tocsin.runtime import process
from tocsin.runtime.supervision import CANCEL_TIMEOUT_S
from tocsin_cli.settings import CliSettings
from tocsin_cli.supervision import diagnosis
from tocsin_cli.supervision.backoff import FIRST_S, HEALTHY_S, LONGEST_S, next_delay
from tocsin_cli.supervision.plan import Wanted, in_stop_order, longest_stop_s, plan
from tocsin_cli.supervision.roles import Role, parse_only, parse_replicas


REDIS_URL = "redis://:secret@127.0.0.1:6399/0"


def test_only_who_needs_the_keys_gets_them() -> None:
    own = Path("/data/secret-keys")
    wanted = Wanted(tuple(Role))

    children = plan(wanted, CliSettings(), {}, REDIS_URL, own)

    holders = {child.role for child in children if child.env.get("TOCSIN_SECRET_KEYS_FILE")}
    assert holders == {Role.NOTIFIER, Role.CONSOLE}


def test_no_service_is_killed_while_it_finishes_what_it_has_in_hand() -> None:
    own_end_s = process.CLOSING_S + CANCEL_TIMEOUT_S

    assert longest_stop_s(CliSettings(grace_s=300)) > 300 + own_end_s


def test_a_process_that_keeps_ending_is_started_ever_later_up_to_ten_seconds() -> None:
    delays = [0.0]
    for _ in range(8):
        delays.append(next_delay(delays[-1], ran_for=0.1))

    assert delays[1:] == pytest.approx([0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10, 10])


def test_a_healthy_minute_makes_past_failures_forgotten() -> None:
    assert next_delay(LONGEST_S, ran_for=HEALTHY_S) == FIRST_S


@given(st.lists(st.floats(min_value=0, max_value=1_000), min_size=1))
def test_the_delay_is_always_within_its_bounds(lives: list[float]) -> None:
    delay = 0.0
    for ran_for in lives:
        delay = next_delay(delay, ran_for)
        assert FIRST_S <= delay <= LONGEST_S


def test_nothing_asked_for_means_everything() -> None:
    assert parse_only("") == tuple(Role)


def test_roles_come_in_the_order_in_which_they_stop_however_they_are_named() -> None:
    assert parse_only("notifier, ingest") == (Role.INGEST, Role.NOTIFIER)


def test_an_unknown_role_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(StartError, match="'matchr'; there are: ingest, matcher, notifier"):
        parse_only("matchr")


def test_replicas_are_read_by_name() -> None:
    assert parse_replicas("matcher=2,notifier=3") == {Role.MATCHER: 2, Role.NOTIFIER: 3}


@pytest.mark.parametrize("text", ["matcher", "matcher=0", "matcher=x", "matcher=17", "console=2"])
def test_a_number_of_replicas_that_cannot_be_is_refused(text: str) -> None:
    with pytest.raises(StartError, match="--replicas"):
        parse_replicas(text)


def test_replicas_listen_on_ports_of_their_own() -> None:
    wanted = Wanted((Role.MATCHER,), {Role.MATCHER: 3})

    children = plan(wanted, CliSettings(), {}, REDIS_URL)

    assert [(child.name, child.port) for child in children] == [
        ("matcher", 8011),
        ("matcher-2", 8111),
        ("matcher-3", 8211),
    ]
    assert [child.env["TOCSIN_MATCHER_PORT"] for child in children] == ["8011", "8111", "8211"]


def test_every_process_is_told_where_the_store_is() -> None:
    children = plan(Wanted(tuple(Role)), CliSettings(), {}, REDIS_URL)

    assert {child.env["TOCSIN_REDIS_URL"] for child in children} == {REDIS_URL}
    assert "secret" not in repr(children)


def test_with_the_demo_inbox_alerts_go_there() -> None:
    (notifier, *_) = plan(Wanted((Role.NOTIFIER, Role.INBOX)), CliSettings(), {}, REDIS_URL)

    assert notifier.env["TOCSIN_NOTIFIER_RELAY"] == (
        "smtp://127.0.0.1:8025?from=alerts@tocsin.example"
    )
    assert notifier.env["TOCSIN_NOTIFIER_SLACK_URL"] == "http://127.0.0.1:8026/services"
    assert notifier.env["TOCSIN_EGRESS_ALLOW"] == "127.0.0.1:8025,127.0.0.1:8026"


def test_only_the_notifier_may_call_the_demo_inbox() -> None:
    children = plan(Wanted(tuple(Role)), CliSettings(), {}, REDIS_URL)

    allowed = [child.role for child in children if "TOCSIN_EGRESS_ALLOW" in child.env]
    assert allowed == [Role.NOTIFIER]


def test_without_the_demo_inbox_nothing_private_may_be_called() -> None:
    (notifier,) = plan(Wanted((Role.NOTIFIER,)), CliSettings(), {}, REDIS_URL)

    assert not {"TOCSIN_NOTIFIER_RELAY", "TOCSIN_EGRESS_ALLOW"} & notifier.env.keys()


@pytest.mark.parametrize("variable", ["TOCSIN_NOTIFIER_RELAY", "TOCSIN_NOTIFIER_RELAY_FILE"])
def test_a_relay_of_the_users_own_is_left_alone(variable: str) -> None:
    wanted = Wanted((Role.NOTIFIER, Role.INBOX))

    (notifier, *_) = plan(wanted, CliSettings(), {variable: "mine"}, REDIS_URL)

    assert "TOCSIN_NOTIFIER_RELAY" not in notifier.env


def test_whoever_brings_work_in_stops_first() -> None:
    children = plan(Wanted(tuple(Role), {Role.MATCHER: 2}), CliSettings(), {}, REDIS_URL)

    groups = [[child.name for child in group] for group in in_stop_order(children)]

    assert groups == [["ingest"], ["matcher", "matcher-2"], ["notifier"], ["console"], ["inbox"]]


FULL = (
    "the disk is full: Valkey cannot write to /data. Nothing acknowledged is lost; free space and "
    "it goes on"
)
LOG = "18216:M 24 Nov 2026 06:17:46.636 # "


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (
            LOG + "Can't open or create append-only dir appendonlydir: Operation not permitted",
            "Can't open or create append-only dir appendonlydir: Operation not permitted",
        ),
        ("18216:M 24 Nov 2026 06:17:45.765 * Ready to accept connections tcp", None),
        (LOG + "WARNING Memory overcommit must be enabled! Without it, …", None),
        ("no log line at all", None),
    ],
)
def test_of_valkeys_log_only_what_matters_is_shown(line: str, shown: str | None) -> None:
    assert diagnosis.severe(line) == shown


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (
            # As Valkey 9.1.2 wrote it on a file system of 2 MB.
            [
                LOG + "Short write while writing to the AOF file: (nwritten=6517, expected=10060)",
                LOG + "Can't recover from AOF write error when the AOF fsync policy is 'always'. "
                "Exiting...",
            ],
            FULL,
        ),
        (
            [LOG + "Write error writing append only file on disk: No space left on device"],
            FULL,
        ),
        (
            [LOG + "Can't open or create append-only dir appendonlydir: Operation not permitted"],
            "Valkey cannot write to /data: operation not permitted",
        ),
        (
            [
                LOG + "Warning: Could not create server TCP listening socket 127.0.0.1:6399: "
                "bind: Address already in use",
                LOG + "Failed listening on port 6399 (tcp), aborting.",
            ],
            "port 6399 is taken; choose another for Valkey with TOCSIN_VALKEY_PORT",
        ),
        (
            [LOG + "Fatal error, can't open config file '/x': No such file"],
            "Valkey ended with code 1: Fatal error, can't open config file '/x': No such file",
        ),
        ([], "Valkey ended with code 1: its log says nothing"),
    ],
)
def test_the_end_of_valkey_is_explained(lines: list[str], said: str) -> None:
    assert diagnosis.explain(lines, Path("/data"), 6399, 1) == said


def test_damaged_data_are_named_with_a_way_out() -> None:
    line = LOG + "Bad file format reading the append only file appendonly.aof.1.incr.aof: make a …"

    said = diagnosis.explain([line], Path("/data"), 6399, 1)

    assert "the data in /data are damaged" in said
    assert "--data DIR" in said
