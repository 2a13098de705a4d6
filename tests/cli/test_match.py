"""`tocsin match`: files of rules against files of articles."""

import json
import multiprocessing
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from cli.shell import Cli
from tocsin.documents import RuleDocument, compile_rule
from tocsin.errors import TocsinError
from tocsin.matching import Engine
from tocsin.matching.presearch import presearcher, warm
from tocsin_cli.app import gazetteer
from tocsin_cli.commands.line_workers import answering
from tocsin_cli.matching.answer import Recipe
from tocsin_cli.pushing.batches import NumberedLine


RULES = [
    {"id": "sahel", "query": "JNIM OR GSIM", "regions": ["Sahel"]},
    {"id": "about-mali", "regions": {"any": ["Mali"], "level": "about"}},
    {"id": "french", "query": "attaque*", "languages": ["fr"]},
]
KAYES = {
    "id": "a1",
    "title": "JNIM claims attack in Kayes, Mali",
    "text": "The group said on Monday that it had attacked a convoy near Diboli.",
    "language": "en",
}
STATED = {"id": "a2", "title": "Attaque", "text": "GSIM", "language": "fr", "regions": ["Mali"]}
NOWHERE = {"id": "a3", "title": "JNIM in Kayes, Mali", "text": "", "regions": []}


@pytest.fixture(scope="module", autouse=True)
def _compiled_before() -> None:
    """Or the first command would say that it compiles."""
    warm(presearcher())


@pytest.fixture
def rules(tmp_path: Path) -> str:
    return written(tmp_path / "rules.jsonl", RULES)


def written(path: Path, lines: Sequence[Any]) -> str:
    path.write_text(
        "".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines)
    )
    return str(path)


def answers(text: str) -> list[Any]:
    return [json.loads(line) for line in text.splitlines()]


def test_each_article_is_answered_in_order_with_the_rules_it_matches(
    cli: Cli, rules: str, tmp_path: Path
) -> None:
    articles = written(tmp_path / "articles.jsonl", [KAYES, STATED, NOWHERE])

    said = cli.run("match", "--rules", rules, "--articles", articles)

    assert answers(said.stdout) == [
        {"id": "a1", "matches": ["about-mali", "sahel"]},
        {"id": "a2", "matches": ["about-mali", "french", "sahel"]},
        {"id": "a3", "matches": []},
    ]
    assert said.stderr == ""


def test_plain_python_answers_the_same(cli: Cli, rules: str, tmp_path: Path) -> None:
    articles = written(tmp_path / "articles.jsonl", [KAYES, STATED, NOWHERE])
    asked = ("match", "--rules", rules, "--articles", articles, "--explain")

    assert cli.out(*asked, TOCSIN_MATCHER_KERNEL="python") == cli.out(*asked)


def test_articles_may_come_from_standard_input(cli: Cli, rules: str) -> None:
    said = cli.out("match", "--rules", rules, "--articles", "-", stdin=json.dumps(STATED))

    assert [answer["id"] for answer in answers(said)] == ["a2"]


def test_not_both_can_come_from_standard_input(cli: Cli) -> None:
    said = cli.error("match", "--rules", "-", "--articles", "-")

    assert said == "error: only one of --rules and --articles can be standard input"


def test_an_explanation_tells_the_words_and_the_places(cli: Cli, rules: str) -> None:
    said = cli.out(
        "match", "--rules", rules, "--articles", "-", "--explain", stdin=json.dumps(KAYES)
    )

    why = answers(said)[0]["explain"]["sahel"]
    span = {"field": "title", "start": 0, "end": 4, "text": "JNIM"}
    assert why["terms"] == [{"clause": "JNIM", "count": 1, "spans": [span]}]
    assert ["Diboli", "Kayes Region", "Mali", "Sahel"] in [each["path"] for each in why["places"]]


def test_a_bad_line_is_named_and_the_others_are_answered(
    cli: Cli, rules: str, tmp_path: Path
) -> None:
    lost = {**STATED, "regions": ["Mali", "Nowhereland"]}
    articles = written(tmp_path / "articles.jsonl", ["nope", KAYES, "", lost, STATED])

    said = cli.run("match", "--rules", rules, "--articles", articles, code=1)

    assert [answer["id"] for answer in answers(said.stdout)] == ["a1", "a2"]
    first, second = said.stderr.splitlines()
    assert first.startswith(f"error: {articles}:1: is not JSON")
    assert second.startswith(f"error: {articles}:4: regions/1: no region is called 'Nowhereland'")


def test_bad_rules_are_all_named_before_anything_is_matched(cli: Cli, tmp_path: Path) -> None:
    bad = [
        {"id": "a", "query": "JNIM AND ("},
        {"id": "b", "query": "JNIM", "regions": ["Nowhereland"]},
        {"id": "c", "query": "JNIM"},
        {"id": "c", "query": "GSIM"},
        {"id": "d"},
    ]
    rules = written(tmp_path / "rules.jsonl", bad)

    said = cli.run("match", "--rules", rules, "--articles", "-", stdin=json.dumps(KAYES), code=1)

    assert said.stdout == ""
    errors = [line for line in said.stderr.splitlines() if line.startswith("error: ")]
    assert [error.split(":")[2] for error in errors] == ["1", "2", "4", "5"]
    assert "  JNIM AND (" in said.stderr.splitlines()
    assert "'c' is also the id at line 3" in said.stderr


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("army AND (Mali", "query: this bracket is never closed at column 10"),
        ("a" * 20_001, "query: string should have at most 20000 characters"),
    ],
)
def test_rules_that_are_all_wrong_are_named(
    cli: Cli, tmp_path: Path, query: str, problem: str
) -> None:
    rules = written(tmp_path / "rules.jsonl", [{"id": "a", "query": query}])
    articles = written(tmp_path / "articles.jsonl", [KAYES])

    said = cli.error("match", "--rules", rules, "--articles", articles)

    assert said.startswith(f"error: {rules}:1: {problem}")


def test_a_disabled_rule_matches_nothing(cli: Cli, tmp_path: Path) -> None:
    both = [{"id": "on", "query": "GSIM"}, {"id": "off", "query": "GSIM", "enabled": False}]
    rules = written(tmp_path / "rules.jsonl", both)

    said = cli.out("match", "--rules", rules, "--articles", "-", stdin=json.dumps(STATED))

    assert answers(said)[0]["matches"] == ["on"]


def test_a_file_without_rules_is_refused(cli: Cli, tmp_path: Path) -> None:
    rules = written(tmp_path / "rules.jsonl", [])

    said = cli.error("match", "--rules", rules, "--articles", "-")

    assert said == f"error: there is no rule in {rules}"


def test_a_file_that_is_not_there_is_named(cli: Cli, rules: str) -> None:
    said = cli.error("match", "--rules", rules, "--articles", "nowhere.jsonl")

    assert said == "error: cannot read nowhere.jsonl: no such file or directory"


@pytest.mark.slow
def test_several_processes_answer_as_one_does(cli: Cli, rules: str, tmp_path: Path) -> None:
    many = [{**STATED, "id": f"n{number}", "text": "GSIM " * (number % 5)} for number in range(200)]
    articles = written(tmp_path / "articles.jsonl", [*many[:150], "nope", *many[150:]])
    asked = ("match", "--rules", rules, "--articles", articles, "--explain")

    one = cli.run(*asked, code=1)
    two = cli.run(*asked, "--jobs", "2", code=1)

    assert two.stdout == one.stdout
    assert two.stderr == one.stderr
    assert len(answers(one.stdout)) == 200


@pytest.mark.slow
def test_a_process_that_dies_ends_the_work_with_an_error() -> None:
    rule = compile_rule(RuleDocument(id="a", name="a", query="GSIM"), gazetteer())
    engine = Engine()
    engine.put(rule)
    recipe = Recipe(engine, gazetteer, datetime(2026, 5, 4, tzinfo=UTC), explain=False)
    batches = [[NumberedLine(number, json.dumps(STATED).encode())] for number in range(1, 9)]

    with answering(recipe, 2) as answer:
        answered = answer(iter(batches))
        assert next(answered)[0].answer == {"id": "a2", "matches": ["a"]}
        for process in multiprocessing.active_children():
            process.kill()
            process.join()

        with pytest.raises(TocsinError, match="a process at work has ended"):
            list(answered)
