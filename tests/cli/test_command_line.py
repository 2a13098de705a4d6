"""The command line as a whole: help, errors, where the store is."""

import os
import pwd
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.shell import COMMAND, Cli, Runner
from tocsin_cli.adapters.data_folder import DataFolder, Whereabouts
from tocsin_cli.app import ingest_url, store_url
from tocsin_cli.commands.command_line import user_name
from tocsin_cli.commands.group import caret, hoist
from tocsin_cli.settings import DEFAULT_REDIS_URL, CliSettings


def command_paths() -> list[tuple[str, ...]]:
    """Return every command there is, as one types it."""

    def below(command: object, path: tuple[str, ...]) -> list[tuple[str, ...]]:
        children = getattr(command, "commands", {})
        found = [step for name, child in children.items() for step in below(child, (*path, name))]
        return [path, *found]

    return below(COMMAND, ())


def leaves() -> list[tuple[str, ...]]:
    """Return the commands that are no mere groups of others."""
    paths = command_paths()
    return [path for path in paths if not any(other[:-1] == path for other in paths if other)]


LEAVES = frozenset(leaves())


@pytest.mark.parametrize("path", command_paths(), ids=" ".join)
def test_every_command_has_a_help_and_whatever_does_something_an_example(
    path: tuple[str, ...],
) -> None:
    found = Runner().call([*path, "--help"])

    assert found.exit_code == 0
    usage, _, examples = " ".join(found.stdout.split()).partition("Example")
    assert f"Usage: tocsin {' '.join(path)}".rstrip() in usage
    assert path not in LEAVES or f"tocsin {' '.join(path)}" in examples


def test_every_command_at_the_top_says_what_it_does() -> None:
    lines = Runner().call(["--help"]).stdout.splitlines()

    for path in command_paths():
        if len(path) == 1:
            line = next(each for each in lines if f"│ {path[0]} " in each)
            assert len(line.split()) > 4


def test_the_version_is_told() -> None:
    assert Runner().call(["version"]).stdout.startswith("tocsin 0.")


def test_an_unknown_command_is_wrong_use() -> None:
    assert Runner().call(["nonsense"]).exit_code == 2


def test_a_store_that_is_away_is_one_line_and_code_3(tmp_path: Path, unused_tcp_port: int) -> None:
    cli = Cli(f"redis://:s3cret@127.0.0.1:{unused_tcp_port}/0", tmp_path)

    for command in (("status",), ("rules", "list"), ("inbox",), ("dead", "list"), ("export",)):
        said = cli.error(*command, code=3)
        assert said.startswith(
            f"error: cannot reach the store at redis://***@127.0.0.1:{unused_tcp_port}/0"
        )
        assert "\n" not in said
        assert "s3cret" not in said


def test_what_is_no_address_of_a_store_is_refused(tmp_path: Path) -> None:
    assert (
        Cli("http://x", tmp_path)
        .error("status", code=3)
        .startswith("error: 'http://x' is no address of a store")
    )
    assert Cli("nonsense", tmp_path).error("status").startswith("error: --redis: expected a URL")


def test_a_wrong_variable_is_named_and_code_2(cli: Cli) -> None:
    said = cli.error("status", code=2, TOCSIN_REDIS_URL="nonsense")

    assert said == "error: TOCSIN_REDIS_URL: must be a URL such as redis://host:6379/0"


def test_shared_options_may_stand_behind_the_command() -> None:
    args = ["rules", "list", "--redis", "redis://x", "--who=bob", "--json"]

    assert hoist(args, ("--redis", "--who")) == [
        "--redis", "redis://x", "--who=bob", "rules", "list", "--json",
    ]  # fmt: skip


def test_what_follows_a_double_dash_is_left_alone() -> None:
    assert hoist(["a", "--", "--who", "b"], ("--who",)) == ["a", "--", "--who", "b"]


@given(st.lists(st.text(st.sampled_from("ab-=w"), max_size=4)))
def test_hoisting_loses_nothing(args: list[str]) -> None:
    assert sorted(hoist(args, ("--w", "-a"))) == sorted(args)


@pytest.mark.parametrize(
    ("text", "position", "shown"),
    [
        ("a AND", 5, "  a AND\n       ^"),
        ("first\nsecond AND", 13, "  second AND\n         ^"),
        ("\ta b", 3, "  \ta b\n  \t  ^"),
        ("马里 (", 3, "  马里 (\n       ^"),
        ("e\u0301 (", 3, "  e\u0301 (\n    ^"),
        ("", 0, "  \n  ^"),
    ],
)
def test_the_caret_stands_under_the_place(text: str, position: int, shown: str) -> None:
    assert caret(text, position).plain == shown


def test_whoever_has_no_name_is_called_by_number(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(uid: int) -> None:
        raise KeyError(uid)

    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(pwd, "getpwuid", unknown)

    assert user_name() == f"uid {os.getuid()}"


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliSettings:
    for name in ("TOCSIN_REDIS_URL", "TOCSIN_INGEST_URL"):
        monkeypatch.delenv(name, raising=False)
    return CliSettings().model_copy(update={"data_dir": tmp_path})


def test_without_a_hint_the_store_is_where_redis_usually_is(settings: CliSettings) -> None:
    assert store_url(settings) == DEFAULT_REDIS_URL
    assert ingest_url(settings) == "http://127.0.0.1:8010"


def test_a_running_up_is_found_by_its_data_folder(settings: CliSettings) -> None:
    whereabouts = Whereabouts(os.getpid(), "redis://:pw@127.0.0.1:7000/0", {"ingest": 7001})

    with DataFolder.create(settings.data_dir).announce(whereabouts):
        assert (settings.data_dir / "up.json").stat().st_mode & 0o777 == 0o600
        assert store_url(settings) == "redis://:pw@127.0.0.1:7000/0"
        assert ingest_url(settings) == "http://127.0.0.1:7001"

    assert store_url(settings) == DEFAULT_REDIS_URL


def test_what_was_asked_for_wins(settings: CliSettings) -> None:
    asked = settings.model_copy(update={"redis_url": "redis://other", "ingest_url": "http://other"})
    with DataFolder.create(settings.data_dir).announce(Whereabouts(os.getpid(), "redis://up", {})):
        assert store_url(asked) == "redis://other"
        assert ingest_url(asked) == "http://other"


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"pid": 999999999, "redis_url": "redis://x", "ports": {}}']
)
def test_whereabouts_that_are_old_or_broken_count_for_nothing(
    settings: CliSettings, text: str
) -> None:
    (settings.data_dir / "up.json").write_text(text)

    assert store_url(settings) == DEFAULT_REDIS_URL
