"""`tocsin rules import`, `lint` and `show --english`."""

import json
from pathlib import Path

import pytest

from cli.shell import Cli


def written(path: Path, text: str) -> str:
    path.write_text(text, encoding="utf-8")
    return str(path)


@pytest.fixture
def queries(tmp_path: Path) -> str:
    return written(
        tmp_path / "queries.txt", 'mali intitle:attack\n\nfiletype:pdf mali\n"al qaeda\n'
    )


def test_a_translation_is_shown_with_what_changed_and_what_was_lost(cli: Cli, queries: str) -> None:
    said = cli.out("rules", "import", queries, "--dialect", "google", code=1)

    assert "google-1  mali intitle:attack\n  becomes  mali AND title:attack\n" in said
    assert "  lost     filetype:pdf at column 1: articles have no file type" in said
    assert "  refused  line 3: it cannot be carried over whole" in said
    assert (
        '  refused  line 4: a quote is opened and never closed at column 1; did you mean: "al qaeda"'
        '\n  "al qaeda\n  ^' in said
    )
    assert said.endswith("1 to save, 2 refused. Nothing is saved without --save.\n")
    assert cli.json("rules", "list") == []


def test_only_what_is_carried_over_whole_is_saved(cli: Cli, queries: str) -> None:
    said = cli.out("rules", "import", queries, "--dialect", "google", "--save", code=1)

    assert said.endswith("1 saved, 0 there already, 2 refused.\n")
    rules = cli.json("rules", "list")
    assert [(rule["id"], rule["query"]) for rule in rules] == [
        ("google-1", "mali AND title:attack")
    ]


def test_losses_can_be_accepted(cli: Cli, queries: str) -> None:
    cli.out("rules", "import", queries, "--dialect", "google", "--save", "--accept-losses", code=1)

    assert [rule["id"] for rule in cli.json("rules", "list")] == ["google-1", "google-2"]


def test_to_import_again_changes_nothing(cli: Cli, tmp_path: Path) -> None:
    asked = ("rules", "import", written(tmp_path / "q.txt", "mali\n"), "--dialect", "google")
    cli.run(*asked, "--save")

    said = cli.out(*asked, "--save")

    assert said.endswith("0 saved, 1 there already, 0 refused.\n")
    assert cli.json("rules", "show", "google-1")["version"] == 1


def test_another_rule_with_the_id_is_not_replaced(cli: Cli, tmp_path: Path) -> None:
    cli.run("rules", "add", "google-1", "-q", "JNIM")
    file = written(tmp_path / "q.txt", "mali\n")

    said = cli.out("rules", "import", file, "--dialect", "google", "--save", code=1)

    assert "there is another rule 'google-1': give an --id-prefix" in said
    assert cli.json("rules", "show", "google-1")["query"] == "JNIM"


def test_a_table_gives_ids_and_names(cli: Cli, tmp_path: Path) -> None:
    table = 'Name,Query,id,folder\n"JNIM, Mali","jnim AND\n""mali""",jnim,x\n,gsim,gsim,x\n'
    file = written(tmp_path / "rules.csv", table)

    asked = ("rules", "import", file, "--dialect", "lucene", "--id-prefix", "old-")
    cli.run(*asked, "--save", "--reason", "moved")

    rules = cli.json("rules", "list")
    assert [(rule["id"], rule["name"]) for rule in rules] == [
        ("old-gsim", "gsim"),
        ("old-jnim", "JNIM, Mali"),
    ]
    assert cli.json("rules", "history", "old-jnim")[0]["reason"] == "moved"


def test_a_table_without_queries_is_refused(cli: Cli, tmp_path: Path) -> None:
    file = written(tmp_path / "rules.csv", "id,text\na,b\n")

    said = cli.error("rules", "import", file, "--dialect", "lucene")

    assert said.startswith(f"error: {file}:1: expected a head with the column query")


def test_a_row_that_is_none_is_refused_at_its_line(cli: Cli, tmp_path: Path) -> None:
    file = written(tmp_path / "rules.csv", 'id,query\na,"x1\ny1"\nb\nc,\nd,mali\n')

    rows = json.loads(cli.out("rules", "import", file, "--dialect", "lucene", "--json", code=1))

    assert [(row["line"], row["refused"] is None) for row in rows] == [
        (2, True),
        (4, False),
        (5, False),
        (6, True),
    ]


def test_lines_of_json_from_standard_input_are_taken(cli: Cli) -> None:
    lines = (
        '{"id": "a", "query": "mali"}\n{"id": "a", "query": "niger"}\n{"id": "b"}\n{"query": " "}\n'
    )

    said = cli.out(
        *("rules", "import", "-", "--format", "jsonl", "--dialect", "talkwalker"),
        stdin=lines,
        code=1,
    )

    assert "'a' is also the id at line 1" in said
    assert "line 3: expected an object such as" in said
    assert "line 4: query: is empty" in said
    assert said.endswith("1 to save, 3 refused. Nothing is saved without --save.\n")


def test_an_id_that_no_rule_can_have_is_refused(cli: Cli, tmp_path: Path) -> None:
    file = written(tmp_path / "rules.jsonl", '{"id": "No Id", "query": "mali"}\n')

    said = cli.out("rules", "import", file, "--dialect", "google", code=1)

    assert "id: expected at most 64 small letters, digits" in said


def test_a_file_without_queries_is_refused(cli: Cli, tmp_path: Path) -> None:
    file = written(tmp_path / "q.txt", "\n")

    assert cli.error("rules", "import", file, "--dialect", "google") == (
        f"error: there is no query in {file}"
    )


def test_hints_point_at_what_they_are_about(cli: Cli) -> None:
    said = cli.out("rules", "lint", "-q", "JNIM OR att*")

    assert said.splitlines() == [
        "hint: query: att* stands for hundreds or thousands of words at column 9",
        "  JNIM OR att*",
        "          ^",
        "1 rule, 0 errors, 1 hint.",
    ]


def test_an_error_is_pointed_at_and_fails(cli: Cli) -> None:
    said = cli.out("rules", "lint", "-q", "JNIM AND (", code=1)

    assert said.startswith("error: query: expected a word")
    assert said.splitlines()[1:3] == ["  JNIM AND (", "            ^"]
    assert said.endswith("1 rule, 1 error, 0 hints.\n")


def test_all_rules_are_looked_at_where_none_is_named(cli: Cli) -> None:
    cli.run("rules", "add", "good", "-q", "JNIM")
    cli.run("rules", "add", "wide", "-q", "JNIM attack")

    assert cli.lines("rules", "lint")[-1] == "2 rules, 0 errors, 1 hint."
    assert cli.lines("rules", "lint", "good") == ["1 rule, 0 errors, 0 hints."]
    (hint,) = cli.json("rules", "lint")
    assert (hint["rule"], hint["level"], hint["column"]) == ("wide", "hint", 1)
    assert hint["fix"] == '"JNIM attack"'


def test_a_rule_that_is_not_there_cannot_be_looked_at(cli: Cli) -> None:
    assert cli.error("rules", "lint", "nothing") == "error: there is no rule 'nothing'"


def test_a_rule_is_told_as_a_sentence(cli: Cli) -> None:
    cli.run("rules", "add", "sahel", "-q", "JNIM NOT football", "-r", "Mali")

    said = cli.out("rules", "show", "sahel", "--english")

    assert said.startswith("An article matches if it mentions JNIM")
