"""Log entries, whichever logger they come through, without secrets."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from tocsin.runtime import logs


@pytest.fixture
def logged() -> None:
    """Here entries are rendered, unlike elsewhere in this folder."""


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    logs.beside_output()
    root.handlers, root.level = handlers, level
    logging.captureWarnings(capture=False)


def entries(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_an_event_is_one_json_object_with_its_fields(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("matcher", style="json", level="INFO")

    structlog.get_logger().info("article matched", article="a1", rules=3)

    (entry,) = entries(capsys)
    assert entry.pop("timestamp").endswith("Z")
    assert entry == {
        "event": "article matched",
        "level": "info",
        "service": "matcher",
        "article": "a1",
        "rules": 3,
    }


def test_entries_of_libraries_look_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("matcher", style="json", level="INFO")

    logging.getLogger("a.library").warning("sent to %s", "somebody", extra={"attempt": 2})

    (entry,) = entries(capsys)
    assert (entry["event"], entry["level"], entry["attempt"]) == ("sent to somebody", "warning", 2)


def test_the_console_shows_fields_too(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("matcher", style="console", level="INFO")

    structlog.get_logger().info("article matched", rules=3)

    line = capsys.readouterr().err
    assert "article matched" in line
    assert "rules=3" in line


def test_entries_below_the_level_are_not_written(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("matcher", style="json", level="WARNING")

    structlog.get_logger().info("quiet")
    logging.getLogger("library").info("quiet")

    assert entries(capsys) == []


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("at redis://user:pw@host:6379/0", "at redis://***@host:6379/0"),
        ("redis://:p%40w@host", "redis://***@host"),
        ("redis://:p@w@host:6379/0", "redis://***@host:6379/0"),
        ("redis://:p'w@host/0", "redis://***@host/0"),
        ('redis://:p"w@host/0', "redis://***@host/0"),
        ("smtp://user:p'w@host", "smtp://***"),
        ("{'url': 'slack://A/B/C', 'a': 1}", "{'url': 'slack://***', 'a': 1}"),
        ("https://host/feed?api_key=abc&a=1", "https://host/feed?api_key=***&a=1"),
        ("https://host/feed?access_token=a'c", "https://host/feed?access_token=***"),
        ("https://user:pw@host/feed?a=1", "https://***@host/feed?a=1"),
        ("https://host/feed?token=abc&a=1", "https://host/feed?token=***&a=1"),
        ("slack://TokenA/TokenB/TokenC", "slack://***"),
        ("mailtos://user:pw@host?to=a@b", "mailtos://***"),
        ("https://hooks.slack.com/services/T0/B0/XX", "https://hooks.slack.com/services/***"),
        ("https://rfi.fr/en/africa", "https://rfi.fr/en/africa"),
        ("no address: a@b.org", "no address: a@b.org"),
    ],
)
def test_credentials_of_urls_are_hidden(text: str, masked: str) -> None:
    assert logs.mask(text) == masked


@pytest.mark.parametrize("style", ["json", "console"])
def test_secrets_are_hidden_wherever_they_stand(
    capsys: pytest.CaptureFixture[str], style: str
) -> None:
    logs.configure("notifier", style=style, level="INFO")
    secret = "redis://user:s3cr3t@host"
    error = RuntimeError(secret)

    structlog.get_logger().error(
        secret, url=secret, urls=[secret], by_name={"url": secret}, error=error, exc_info=error
    )
    logging.getLogger("apprise").error("failed: %s", secret, exc_info=error)

    written = capsys.readouterr().err
    assert "s3cr3t" not in written
    assert "***@host" in written


def test_fields_bound_to_the_context_are_written(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("matcher", style="json", level="INFO")

    with structlog.contextvars.bound_contextvars(trace_id="t1"):
        structlog.get_logger().info("article matched")

    (entry,) = entries(capsys)
    assert entry["trace_id"] == "t1"


@pytest.mark.parametrize("style", ["json", "console", "a command's"])
def test_a_traceback_shows_no_values_of_variables(
    capsys: pytest.CaptureFixture[str], style: str
) -> None:
    def work() -> None:
        password = "hunter2"
        raise ValueError(f"https://ann:{password}@news.example is away")

    if style == "a command's":
        logs.beside_output()
    else:
        logs.configure("ingest", style=style, level="INFO")

    try:
        work()
    except ValueError:
        structlog.get_logger().exception("cannot fetch")

    said = capsys.readouterr().err
    assert "https://***@news.example is away" in said
    assert "cannot fetch" in said
    assert "hunter2" not in said
