"""`tocsin apply` and `tocsin export`: files that stand."""

from pathlib import Path

import pytest

from cli.shell import Cli


MANIFEST = """\
rules:
  - id: sahel
    name: JNIM in the Sahel
    query: JNIM OR GSIM
    regions: {any: [Sahel]}
subscribers:
  - {id: desk, name: The desk}
channels:
  - {id: mail, subscriber: desk, name: Mail, url: 'mailto:desk@example.org'}
subscriptions:
  - {id: told, rule: sahel, subscriber: desk}
sources:
  - {id: rfi, url: 'https://www.rfi.example/rss', name: RFI}
"""


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    file = tmp_path / "rules.yaml"
    file.write_text(MANIFEST)
    return file


def test_what_is_written_stands_after_it_was_applied(cli: Cli, manifest: Path) -> None:
    shown = cli.lines("apply", "-f", str(manifest), "--yes")

    assert "+ rule sahel" in shown
    assert "url: (secret)" in shown
    assert "5 to create; 0 as they are." in shown
    assert shown[-1] == "Applied by ann."
    assert cli.json("rules", "show", "sahel")["name"] == "JNIM in the Sahel"
    assert cli.json("channels", "list")[0]["id"] == "mail"
    assert cli.json("sources", "list")[0]["id"] == "rfi"


def test_to_apply_it_again_changes_nothing(cli: Cli, manifest: Path) -> None:
    cli.run("apply", "-f", str(manifest), "--yes")

    assert cli.lines("apply", "-f", str(manifest)) == ["Nothing to change; 5 as they are."]
    assert cli.json("rules", "show", "sahel")["version"] == 1


def test_a_dry_run_changes_nothing(cli: Cli, manifest: Path) -> None:
    assert "5 to create; 0 as they are." in cli.lines("apply", "-f", str(manifest), "--dry-run")

    assert cli.json("rules", "list") == []


def test_nothing_changes_where_nobody_says_yes(cli: Cli, manifest: Path) -> None:
    said = cli.error("apply", "-f", str(manifest))

    assert said == "error: nothing was changed, as there is nobody to ask: add --yes"
    assert cli.json("rules", "list") == []


def test_it_may_come_from_standard_input(cli: Cli) -> None:
    cli.run("apply", "-f", "-", "--yes", stdin="subscribers: [{id: ann, name: Ann}]")

    assert cli.json("subscribers", "list")[0]["name"] == "Ann"


def test_nothing_is_applied_where_anything_is_wrong(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "wrong.yaml"
    file.write_text(
        "rules:\n"
        "  - {id: good, name: Good, query: JNIM}\n"
        "  - id: bad\n"
        "    name: Bad\n"
        "    query: JNIM AND (attack\n"
        "    regions: {any: [Atlantis Minor]}\n"
        "  - {id: worse, name: Worse, query: x, colour: red}\n"
    )

    said = cli.error("apply", "-f", str(file), "--yes").splitlines()

    assert said[0].startswith(f"error: {file}:5: rule 'bad', query: ")
    assert said[1] == "  JNIM AND (attack"
    assert said[2].strip() == "^"
    assert said[3] == f"error: {file}:7: rule 'worse', colour: extra inputs are not permitted"
    assert cli.json("rules", "list") == []


def test_a_file_that_is_not_there_is_named(cli: Cli) -> None:
    assert cli.error("apply", "-f", "nowhere.yaml") == (
        "error: cannot read nowhere.yaml: no such file or directory"
    )


def test_only_kinds_that_have_a_section_are_pruned(cli: Cli, manifest: Path) -> None:
    cli.run("apply", "-f", str(manifest), "--yes")

    shown = cli.lines("apply", "-f", "-", "--prune", "--dry-run")
    assert shown == ["Nothing to change; 0 as they are."]

    shown = cli.out("apply", "-f", "-", "--prune", "--yes", stdin="sources: []\n").splitlines()
    assert shown[0] == "- source rfi"
    assert cli.json("sources", "list") == []
    assert len(cli.json("rules", "list")) == 1


def test_an_export_applies_without_a_change(cli: Cli, manifest: Path, tmp_path: Path) -> None:
    cli.run("apply", "-f", str(manifest), "--yes")
    exported = tmp_path / "exported.yaml"
    exported.write_text(cli.out("export"))

    assert "desk@example.org" not in exported.read_text()
    assert cli.lines("apply", "-f", str(exported), "--prune") == [
        "Nothing to change; 5 as they are."
    ]


def test_an_export_with_secrets_fills_an_empty_store(
    cli: Cli, manifest: Path, tmp_path: Path
) -> None:
    cli.run("apply", "-f", str(manifest), "--yes")
    exported = tmp_path / "exported.yaml"
    exported.write_text(cli.out("export", "--secrets"))
    cli.store(lambda redis: redis.flushall())

    assert "5 to create; 0 as they are." in cli.lines("apply", "-f", str(exported), "--yes")


def test_only_some_kinds_are_exported(cli: Cli, manifest: Path) -> None:
    cli.run("apply", "-f", str(manifest), "--yes")

    assert cli.out("export", "--only", "sources").startswith("sources:\n- id: rfi\n")


def test_of_an_empty_store_nothing_is_exported(cli: Cli) -> None:
    result = cli.run("export")

    assert result.stdout == ""
    assert result.stderr == "There is nothing yet.\n"


def test_the_demo_set_is_loaded_into_an_empty_store_without_asking(cli: Cli) -> None:
    assert "17 to create; 0 as they are." in cli.lines("demo", "load")
    assert cli.lines("demo", "load") == ["Nothing to change; 17 as they are."]


def test_one_is_asked_before_the_demo_set_changes_what_is_there(cli: Cli) -> None:
    cli.run("rules", "add", "mali", "-q", "own")

    assert cli.error("demo", "load").endswith("there is nobody to ask: add --yes")
    assert cli.json("rules", "show", "mali")["query"] == "own"


def test_the_demo_set_applies_as_it_is_shown(cli: Cli) -> None:
    shown = cli.out("demo", "show")

    assert "17 to create; 0 as they are." in cli.out("apply", "-f", "-", "--yes", stdin=shown)
