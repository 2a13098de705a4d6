"""`tocsin push` with a real ingest."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cli.shell import Cli
from rig.processes import Process, free_port, script, wait_until_ready
from tocsin.adapters.article_log import RedisArticleLog


pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def ingest(valkey_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    port = free_port()
    process = Process(
        "ingest",
        [script("tocsin-ingest")],
        tmp_path_factory.mktemp("ingest") / "log",
        {
            "TOCSIN_REDIS_URL": valkey_url,
            "TOCSIN_INGEST_PORT": str(port),
            "TOCSIN_UNSAFE_STORE": "1",
        },
    )
    process.start()
    wait_until_ready(process, port)
    yield f"http://127.0.0.1:{port}"
    process.stop()


def push(cli: Cli, ingest: str, *args: str, code: int = 0, stdin: str = "") -> list[str]:
    result = cli.run("push", "--ingest", ingest, *args, code=code, stdin=stdin)
    return (result.stderr + result.stdout).splitlines()


def test_the_demo_is_new_once(cli: Cli, ingest: str) -> None:
    first = push(cli, ingest, "--demo")
    again = push(cli, ingest, "--demo")

    assert first[0] == "1 new, 0 known, 0 rejected."
    assert again == [
        "0 new, 1 known, 0 rejected.",
        "What is known already causes no second alert.",
    ]


def test_the_demo_is_read_as_an_article(cli: Cli, ingest: str) -> None:
    push(cli, ingest, "--demo", "--source", "demo.example")

    (event,) = cli.store(lambda redis: RedisArticleLog(redis).recent_articles(1))

    assert event.title == "Army says 80 fighters dead after raids on seven Malian towns"
    assert event.source == "demo.example"
    assert event.published_at is not None
    assert event.published_at.date().isoformat() == "2025-07-02"
    for name in ("Diboli", "Kayes", "Sandaré", "Gogui", "Nioro du Sahel", "Molodo", "Niono"):
        assert name in event.text
    assert "Leave a comment" not in event.text


def test_files_of_every_kind_are_pushed(cli: Cli, ingest: str, tmp_path: Path) -> None:
    folder = tmp_path / "articles"
    (folder / "deeper").mkdir(parents=True)
    (folder / "one.txt").write_text("Army repels raids\n\nNear Kayes the army repelled raids.")
    (folder / "deeper" / "two.json").write_text('{"title": "two", "text": "JNIM"}')
    (folder / "three.json").write_text('[{"title": "three"}, {"title": "four"}]')
    (folder / "five.html").write_text(
        "<html><head><title>Five</title></head><body><article><h1>Five</h1>"
        + "<p>The army says that it repelled raids near Kayes and Niono on Monday.</p>" * 5
        + "</article></body></html>"
    )
    (folder / "six.ndjson").write_text('{"title": "six"}\n\n{"title": "seven"}\n')
    (folder / "picture.png").write_bytes(b"\x89PNG")
    (folder / ".hidden.txt").write_text("no")

    assert push(cli, ingest, str(folder))[0] == "7 new, 0 known, 0 rejected."


def test_what_is_rejected_is_named_with_its_line_and_field(
    cli: Cli, ingest: str, tmp_path: Path
) -> None:
    lines = tmp_path / "a.ndjson"
    lines.write_text('{"title": "good"}\n{oops\n{"title": "x", "url": "ftp://x"}\n{"colour": 1}\n')

    said = push(cli, ingest, str(lines), code=1)

    assert said[-2:] == ["1 new, 0 known, 3 rejected.", f"Article {said[-1].split()[1]}"]
    assert [line.split(": ")[0] for line in said[:3]] == [
        f"rejected {lines}:{number}" for number in (2, 3, 4)
    ]
    assert f"rejected {lines}:3: url: expected a web address" in said[1]


def test_a_list_names_what_is_rejected_by_its_item(cli: Cli, ingest: str, tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_text('[{"title": "good"}, {"colour": 1}]')

    assert push(cli, ingest, str(file), code=1)[0].startswith(f"rejected {file}:item 2: colour: ")


def test_standard_input_is_looked_at(cli: Cli, ingest: str) -> None:
    assert push(cli, ingest, "-", stdin='{"title": "a"}\n{"title": "b"}\n')[0].startswith("2 new")
    assert push(cli, ingest, "-", stdin="\nArmy repels\n\nIt did so.")[0].startswith("1 new")
    assert push(cli, ingest, "-", "--type", "json", stdin='{"title": "c"}')[0].startswith("1 new")


def test_thousands_of_lines_are_pushed_in_batches(cli: Cli, ingest: str, tmp_path: Path) -> None:
    lines = tmp_path / "many.jsonl"
    lines.write_text("".join(f'{{"title": "article {number}"}}\n' for number in range(2_100)))

    assert push(cli, ingest, str(lines)) == ["2,100 new, 0 known, 0 rejected."]
    assert push(cli, ingest, str(lines))[0] == "0 new, 2,100 known, 0 rejected."


def test_the_outcome_is_told_to_scripts(cli: Cli, ingest: str, tmp_path: Path) -> None:
    file = tmp_path / "a.ndjson"
    file.write_text('{"title": "good"}\n{}\n')

    result = cli.run("push", "--ingest", ingest, str(file), "--json", code=1)

    told = json.loads(result.stdout)
    assert len(told["new"]) == 1
    assert told["rejected"][0].startswith(f"{file}:2: ")


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ((), "error: there is nothing to push: name files, or try --demo"),
        (("nowhere.txt",), "error: there is no file nowhere.txt"),
    ],
)
def test_what_cannot_be_pushed_is_said(cli: Cli, args: tuple[str, ...], said: str) -> None:
    assert cli.error("push", *args) == said


def test_a_file_of_unknown_kind_is_refused_before_anything_is_pushed(
    cli: Cli, tmp_path: Path
) -> None:
    file = tmp_path / "a.pdf"
    file.write_bytes(b"%PDF")

    assert cli.error("push", str(file)).startswith(f"error: cannot tell what {file} holds")


def test_an_ingest_that_is_away_is_one_line_and_code_3(cli: Cli, tmp_path: Path) -> None:
    away = replace(cli, folder=tmp_path)

    said = away.error(
        "push", "--demo", "--ingest", f"http://127.0.0.1:{free_port()}", "--patience", "0", code=3
    )

    assert said.startswith("error: ingest at http://127.0.0.1:")
    assert "\n" not in said
