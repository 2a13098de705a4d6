"""`tocsin lists`: words that rules share."""

from pathlib import Path

from cli.shell import Cli


def test_a_list_is_made_shown_listed_and_removed(cli: Cli) -> None:
    assert cli.lines("lists", "list") == ["There is none yet: see `tocsin lists put --help`."]

    made = cli.lines("lists", "put", "@jnim", "JNIM", "Katiba Macina")

    assert made == ["+ list jnim", "id: jnim", "entries: JNIM, Katiba Macina"]
    assert cli.lines("lists", "put", "jnim", "JNIM", "Katiba Macina") == ["Nothing to change."]
    assert cli.lines("lists", "list")[1] == "@jnim 2 JNIM, Katiba Macina"
    assert cli.lines("lists", "show", "jnim") == ["JNIM", "Katiba Macina", "named by: no rule"]
    assert cli.json("lists", "show", "jnim")["rules"] == []
    assert cli.lines("lists", "remove", "jnim", "--yes") == ["- list jnim"]
    assert cli.error("lists", "remove", "jnim", "--yes") == "error: there is no list 'jnim'"


def test_entries_may_come_from_a_file(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "names.txt"
    file.write_text("JNIM\n\nGSIM\n")

    cli.out("lists", "put", "jnim", "-f", str(file))

    assert cli.json("lists", "show", "jnim")["entries"] == ["JNIM", "GSIM"]


def test_what_is_wrong_is_named_by_its_entry(cli: Cli) -> None:
    said = cli.error("lists", "put", "jnim", "JNIM", "at*k")

    assert said.startswith("error: /entries/1: '*' stands for the end of a word")


def test_a_rule_may_name_a_list_that_there_is(cli: Cli) -> None:
    cli.out("lists", "put", "jnim", "JNIM", "GSIM")

    cli.out("rules", "add", "r", "--query", "@jnim AND army")
    refused = cli.error("rules", "add", "s", "--query", "@jmin AND army")
    in_use = cli.error("lists", "remove", "jnim", "--yes")

    assert "there is no list 'jmin'" in refused
    assert in_use == "error: list 'jnim' is named by r: change that first"
    assert cli.lines("lists", "show", "jnim")[-1] == "named by: r"


def test_lists_are_applied_before_the_rules_that_name_them_and_exported(
    cli: Cli, tmp_path: Path
) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text(
        "rules:\n- {id: r, name: R, query: '@jnim AND army'}\n"
        "lists:\n- {id: jnim, entries: [JNIM, 'case:IS']}\n"
    )

    cli.out("apply", "-f", str(file), "--yes")
    again = cli.lines("apply", "-f", str(file), "--yes")
    exported = cli.out("export", "--only", "lists")

    assert again == ["Nothing to change; 2 as they are."]
    assert exported == "lists:\n- id: jnim\n  entries:\n  - JNIM\n  - case:IS\n"


def test_a_list_that_goes_while_a_rule_names_it_is_refused(cli: Cli, tmp_path: Path) -> None:
    cli.out("lists", "put", "jnim", "JNIM")
    cli.out("rules", "add", "r", "--query", "@jnim AND army")
    file = tmp_path / "lists.yaml"
    file.write_text("lists: []\n")

    said = cli.error("apply", "-f", str(file), "--yes", "--prune")

    assert said == "error: list 'jnim' is named by r: change that first"


def test_a_query_that_names_a_list_is_tried(cli: Cli, tmp_path: Path) -> None:
    cli.out("lists", "put", "jnim", "JNIM", "GSIM")
    article = tmp_path / "article.txt"
    article.write_text("GSIM attacks\n\nGSIM attacked the army.\n")

    said = cli.out("try", "@jnim AND army", str(article))

    assert "GSIM" in said
