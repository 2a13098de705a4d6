"""`tocsin rules`: written, changed, switched, looked at."""

import json
import sys
import tempfile
from pathlib import Path

import pytest
from redis.asyncio import Redis

from cli.shell import Cli
from tocsin.adapters import keys


def test_without_rules_one_is_told_how_to_add_one(cli: Cli) -> None:
    assert cli.lines("rules", "list") == ["There is no rule yet: see `tocsin rules add --help`."]


def test_a_rule_is_added_and_listed(cli: Cli) -> None:
    cli.run("rules", "add", "sahel", "--name", "JNIM", "-q", "JNIM OR GSIM", "-r", "Sahel")

    assert cli.lines("rules", "list") == [
        "rule version name looks for",
        "sahel on 1 JNIM JNIM OR GSIM in Sahel",
    ]
    assert cli.json("rules", "list")[0]["regions"]["any"] == ["Sahel"]


def test_a_rule_is_shown_with_what_it_means(cli: Cli) -> None:
    cli.run("rules", "add", "sahel", "-q", "JNIM NOT football", "-r", "Mali", "--about")

    shown = cli.out("rules", "show", "sahel")

    assert "query: JNIM NOT football" in shown
    assert "Version 1. An article matches if it mentions JNIM" in shown


def test_an_added_rule_must_be_new(cli: Cli) -> None:
    cli.run("rules", "add", "sahel", "-q", "JNIM")

    assert cli.error("rules", "add", "sahel", "-q", "GSIM") == (
        "error: there is a rule 'sahel' already: change it with `tocsin rules set`"
    )


def test_a_query_that_cannot_be_read_is_shown_with_a_caret(cli: Cli) -> None:
    said = cli.error("rules", "add", "sahel", "-q", "JNIM AND (attack OR")

    message, query, pointer = said.splitlines()
    assert message.startswith("error: ")
    assert "column" in message
    assert query == "  JNIM AND (attack OR"
    assert pointer.strip() == "^"
    assert cli.json("rules", "list") == []


def test_an_unknown_region_is_named_with_what_is_like_it(cli: Cli) -> None:
    said = cli.error("rules", "add", "sahel", "-q", "JNIM", "-r", "Sahell")

    assert said.startswith("error: no region is called 'Sahell'")


def test_a_wrong_id_is_refused_in_one_line(cli: Cli) -> None:
    said = cli.error("rules", "add", "Not An Id", "-q", "JNIM")

    assert said.startswith("error: /id: string should match pattern")
    assert "\n" not in said


def test_only_what_is_given_is_changed(cli: Cli) -> None:
    cli.run("rules", "add", "sahel", "--name", "JNIM", "-q", "JNIM", "-r", "Mali")

    shown = cli.lines("rules", "set", "sahel", "-q", "GSIM", "--reason", "they call it so")

    assert "- query: JNIM" in shown
    assert "+ query: GSIM" in shown
    rule = cli.json("rules", "show", "sahel")
    assert (rule["name"], rule["query"], rule["regions"]["any"]) == ("JNIM", "GSIM", ["Mali"])


def test_to_change_nothing_makes_no_new_version(cli: Cli) -> None:
    cli.run("rules", "add", "sahel", "-q", "JNIM")

    assert cli.lines("rules", "set", "sahel", "-q", "JNIM") == ["Nothing to change."]
    assert cli.json("rules", "show", "sahel")["version"] == 1


def test_a_rule_is_switched_off_and_on(cli: Cli) -> None:
    cli.run("rules", "add", "sahel", "-q", "JNIM")

    cli.run("rules", "disable", "sahel")
    assert cli.json("rules", "show", "sahel")["enabled"] is False
    cli.run("rules", "enable", "sahel")
    assert cli.json("rules", "show", "sahel")["enabled"] is True


def test_the_history_tells_who_did_what_and_why(cli: Cli) -> None:
    cli.run("rules", "add", "sahel", "-q", "JNIM")
    cli.run("rules", "disable", "sahel", "--reason", "too many", "--who", "bob")

    history = cli.json("rules", "history", "sahel")

    assert [(each["action"], each["who"], each["reason"]) for each in history] == [
        ("disabled", "bob", "too many"),
        ("created", "ann", ""),
    ]
    assert "version 2, disabled by bob 0 s ago: too many" in cli.out("rules", "history", "sahel")


def test_a_rule_is_deleted_only_after_a_yes(cli: Cli) -> None:
    cli.run("rules", "add", "sahel", "-q", "JNIM")

    assert cli.error("rules", "delete", "sahel") == (
        "error: nothing was changed, as there is nobody to ask: add --yes"
    )
    cli.run("rules", "delete", "sahel", "--yes")

    assert cli.error("rules", "show", "sahel") == "error: there is no rule 'sahel'"
    assert cli.json("rules", "history", "sahel")[0]["action"] == "deleted"


def test_a_rule_is_edited_in_ones_own_editor(cli: Cli, tmp_path: Path) -> None:
    cli.run("rules", "add", "sahel", "-q", "JNIM")

    cli.run("rules", "edit", "sahel", EDITOR=editor(tmp_path, "text.replace('JNIM', 'GSIM')"))

    assert cli.json("rules", "show", "sahel")["query"] == "GSIM"


def test_an_edit_that_changes_nothing_changes_nothing(cli: Cli, tmp_path: Path) -> None:
    cli.run("rules", "add", "sahel", "-q", "JNIM")

    said = cli.out("rules", "edit", "sahel", EDITOR=editor(tmp_path, "text"))

    assert said == "Nothing to change.\n"


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("JNIM", "JNIM AND", "the edited text:4: rule 'sahel', query: "),
        ("sahel", "other", "the edited text must hold the one rule 'sahel'"),
    ],
)
def test_an_edit_that_is_wrong_is_refused_and_kept(
    cli: Cli, tmp_path: Path, before: str, after: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    cli.run("rules", "add", "sahel", "-q", "JNIM")
    standing = cli.out("export")

    change = editor(tmp_path, f"text.replace({before!r}, {after!r})")
    refused = cli.error("rules", "edit", "sahel", EDITOR=change)

    assert said in refused
    assert cli.json("rules", "show", "sahel")["query"] == "JNIM"
    [kept] = tmp_path.glob("tocsin-*.yaml")
    assert f"tocsin apply -f {kept}" in refused
    assert kept.read_text() == standing.replace(before, after)
    assert kept.stat().st_mode & 0o777 == 0o600


def test_an_editor_that_is_none_is_named(cli: Cli) -> None:
    cli.run("rules", "add", "sahel", "-q", "JNIM")

    assert "the editor 'no-such-editor' failed" in cli.error(
        "rules", "edit", "sahel", EDITOR="no-such-editor"
    )


def test_a_query_is_checked_without_being_kept(cli: Cli) -> None:
    lines = cli.lines("rules", "check", "jnim | gsim", "-r", "Mali")

    assert lines[0] == "jnim OR gsim"
    assert lines[1].startswith("An article matches if it mentions")
    assert cli.json("rules", "list") == []


def test_rules_are_found_by_what_they_mention(cli: Cli) -> None:
    cli.run("rules", "add", "sahel", "-q", "JNIM")
    cli.run("rules", "add", "other", "-q", "football")

    assert [rule["id"] for rule in cli.json("rules", "list", "--search", "jnim")] == ["sahel"]


def editor(folder: Path, expression: str) -> str:
    """Return an editor that replaces the text of a file by an expression of it."""
    script = folder / "editor.py"
    script.write_text(
        "import pathlib, sys\n"
        "file = pathlib.Path(sys.argv[1])\n"
        "text = file.read_text()\n"
        f"file.write_text({expression})\n"
    )
    return f"{sys.executable} {script}"


def spoil(cli: Cli, key: str, document_id: str) -> None:
    """Store what no version of us understands."""

    async def work(redis: Redis) -> None:
        await redis.hset(key, document_id, json.dumps({"id": document_id, "colour": "red"}))

    cli.store(work)


def test_a_rule_that_cannot_be_read_is_told_beside_the_others(cli: Cli) -> None:
    cli.run("rules", "add", "sahel", "-q", "JNIM")
    cli.run("rules", "add", "chad", "-q", "Boko")
    spoil(cli, keys.RULES, "sahel")

    written = cli.run("export")

    assert "chad" in written.stdout
    assert "sahel" not in written.stdout
    problems = json.loads(cli.out("status", "--json", code=1))["problems"]
    assert "rule sahel cannot be read: name: Field required; colour: Extra" in " ".join(problems)
    assert "document cannot be read" in written.stderr
    assert "sahel" in written.stderr
    assert (
        cli.error("rules", "show", "sahel").splitlines()[-1].endswith(": put it anew, or delete it")
    )


def test_a_rule_that_cannot_be_read_is_put_anew_from_a_file(cli: Cli, tmp_path: Path) -> None:
    cli.run("rules", "add", "sahel", "-q", "JNIM")
    file = tmp_path / "rules.yaml"
    file.write_text(cli.out("export"))
    spoil(cli, keys.RULES, "sahel")

    cli.run("apply", "-f", str(file), "--prune", "--yes")

    assert cli.json("rules", "list")[0]["version"] == 2


def test_a_rule_that_cannot_be_read_is_kept_until_it_is_deleted(cli: Cli, tmp_path: Path) -> None:
    cli.run("rules", "add", "sahel", "-q", "JNIM")
    cli.run("rules", "add", "chad", "-q", "Boko")
    spoil(cli, keys.RULES, "sahel")
    file = tmp_path / "rules.yaml"
    file.write_text(cli.out("export"))
    cli.run("apply", "-f", str(file), "--prune", "--yes")

    deleted = cli.lines("rules", "delete", "sahel", "--yes")

    assert deleted[0].startswith("- rule sahel, which cannot be read: ")
    assert "there is no rule 'sahel'" in cli.error("rules", "delete", "sahel", "--yes")


def test_a_list_that_cannot_be_read_can_be_removed(cli: Cli) -> None:
    cli.run("lists", "put", "jnim", "JNIM")
    spoil(cli, keys.LISTS, "jnim")

    removed = cli.lines("lists", "remove", "jnim", "--yes")

    assert removed[0].startswith("- list jnim, which cannot be read: ")
    assert cli.json("lists", "list") == []


def test_a_list_a_region_and_a_source_that_cannot_be_read_are_told(cli: Cli) -> None:
    for kind, key in (("list", keys.LISTS), ("region", keys.REGIONS), ("source", keys.SOURCES)):
        spoil(cli, key, f"a-{kind}")

    problems = json.loads(cli.out("status", "--json", code=1))["problems"]

    for kind in ("list", "region", "source"):
        assert any(each.startswith(f"{kind} a-{kind} cannot be read: ") for each in problems)
    removed = cli.lines("sources", "remove", "a-source", "--yes")
    assert removed[0].startswith("- source a-source, which cannot be read: ")
