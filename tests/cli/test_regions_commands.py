"""`tocsin regions`: the world's, and one's own."""

import json
from importlib.util import find_spec
from pathlib import Path

import pytest

from cli.shell import Cli
from tocsin.adapters.gazetteer import build
from tocsin_cli.app import gazetteer


ZEBRA = ("regions", "add", "Camp Zebra", "Zebra Point", "--in", "Kayes Region", "--id", "zebra")


def test_a_region_of_ones_own_is_added_listed_shown_and_removed(cli: Cli) -> None:
    added = cli.lines(*ZEBRA, "--at", "14.5, -11.0")

    assert added == [
        "+ region place:c:zebra",
        "id: place:c:zebra",
        "names: Camp Zebra, Zebra Point",
        "parent: admin1:ML-1",
        "latitude: 14.5",
        "longitude: -11.0",
    ]
    assert cli.lines("regions", "list")[1] == (
        "place:c:zebra Camp Zebra, Zebra Point Kayes Region 14.5, -11"
    )
    assert "lies in: Kayes Region (admin1:ML-1)" in cli.lines("regions", "show", "zebra point")
    assert cli.json("regions", "search", "camp zeb")[0]["id"] == "place:c:zebra"
    assert cli.lines(*ZEBRA, "--at", "14.5,-11") == ["Nothing to change."]

    assert cli.lines("regions", "remove", "place:c:zebra", "--yes") == ["- region place:c:zebra"]
    assert cli.lines("regions", "list") == ["There is none yet: see `tocsin regions add --help`."]
    assert cli.error("regions", "remove", "place:c:zebra", "--yes") == (
        "error: there is no region 'place:c:zebra'"
    )


def test_an_id_is_made_up_where_none_is_given(cli: Cli) -> None:
    cli.out("regions", "add", "Camp Zebra", "--in", "Mali")

    [region] = cli.json("regions", "list")
    assert region["id"].startswith("place:c:")
    assert len(region["id"]) == len("place:c:") + 36


def test_what_is_wrong_is_named_by_its_field(cli: Cli) -> None:
    def refused(*options: str) -> str:
        return cli.error("regions", "add", *options)

    assert refused("Camp Zebra", "--in", "Nowhereland").startswith(
        "error: /parent: no region is called 'Nowhereland'"
    )
    assert refused("Camp Zebra", "Mali", "--in", "Mali").startswith(
        "error: /names/1: 'Mali' is the"
    )
    assert refused("Camp Zebra", "--in", "Mali", "--id", "country:FR").startswith(
        "error: /id: 'country:FR' would be a region of the gazetteer's"
    )
    assert refused("Camp Zebra", "--in", "Mali", "--at", "95,0").startswith("error: /latitude: ")
    assert refused("Camp Zebra", "--in", "Mali", "--at", "14.5").startswith("error: --at: expected")
    assert cli.json("regions", "list") == []


def test_a_rule_can_name_it_and_then_it_cannot_be_removed(cli: Cli) -> None:
    cli.out(*ZEBRA)
    cli.out("rules", "add", "camp", "-q", "shots", "-r", "Camp Zebra")

    refusal = cli.error("regions", "remove", "place:c:zebra", "--yes")

    assert refusal == "error: region 'place:c:zebra' is named by camp: change that first"
    cli.out("rules", "delete", "camp", "--yes")
    cli.out("regions", "remove", "place:c:zebra", "--yes")


def test_a_file_holds_regions_with_the_rules_that_name_them(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "all.yaml"
    file.write_text(
        "rules:\n"
        "  - {id: camp, name: Camp, query: shots, regions: {any: [Camp Zebra]}}\n"
        "regions:\n"
        "  - {id: zebra, names: [Camp Zebra], parent: Kayes Region}\n"
    )

    applied = cli.lines("apply", "-f", str(file), "--yes")

    assert applied[0] == "+ region place:c:zebra"
    assert cli.json("rules", "list")[0]["id"] == "camp"
    assert cli.lines("apply", "-f", str(file), "--yes") == ["Nothing to change; 2 as they are."]
    exported = cli.out("export")
    assert "- id: place:c:zebra\n  names:\n  - Camp Zebra\n  parent: admin1:ML-1\n" in exported
    file.write_text(exported)
    assert cli.lines("apply", "-f", str(file), "--yes") == ["Nothing to change; 2 as they are."]

    file.write_text("regions: []\n")
    refusal = cli.error("apply", "-f", str(file), "--prune", "--yes")
    assert "region 'place:c:zebra' is named by camp" in refusal
    file.write_text("regions: []\nrules: []\n")
    cli.out("apply", "-f", str(file), "--prune", "--yes")
    assert cli.out("export") == ""


def test_a_mistake_in_a_file_is_named_with_line_and_field(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "all.yaml"
    file.write_text(
        "regions:\n"
        "  - id: zebra\n"
        "    names: [Camp Zebra]\n"
        "    parent: Nowhereland\n"
        "  - id: country:ML\n"
        "    names: [Camp Alpha]\n"
        "    parent: Mali\n"
    )

    first, second = cli.error("apply", "-f", str(file), "--yes").splitlines()

    assert f"{file}:4: region 'zebra', parent: no region is called 'Nowhereland'" in first
    assert f"{file}:5: region 'country:ML', id: 'country:ML' would be a region" in second


def test_a_region_is_shown_as_of_a_day(cli: Cli) -> None:
    before = cli.out("regions", "show", "Mali", "--on", "2025-01-28")
    after = cli.out("regions", "show", "Mali", "--on", "2025-01-29")
    members = cli.json("regions", "show", "ECOWAS", "--on", "2025-01-29")["children"]

    assert "ECOWAS (area:ecowas)" in next(
        line for line in before.splitlines() if line.startswith("lies in")
    )
    assert "until 2025-01-29: ECOWAS (area:ecowas)" in after
    assert "country:ML" not in members
    assert "country:SN" in members


def test_a_region_is_shown_with_ids_names_parents_and_children(cli: Cli) -> None:
    said = cli.out("regions", "show", "Kayes Region")

    assert said.startswith("Kayes Region  admin1:ML-1  admin1\n")
    assert "卡伊地区" in said
    assert "lies in: Mali (country:ML)" in said
    assert "Diboli (place:x:diboli-ml)" in said
    found = cli.json("regions", "show", "admin1:ML-1")
    assert found["parents"] == ["country:ML"]
    assert "place:2455518" in found["children"]


def test_an_id_that_was_given_up_leads_to_what_took_its_place(cli: Cli) -> None:
    said = cli.lines("regions", "show", "country:AN")

    assert said[0] == "country:AN was given up; it means country:CW."
    assert said[1].startswith("Curaçao country:CW")


@pytest.mark.timeout(900)  # half a minute, on a machine that has nothing else to do
def test_the_gazetteer_is_compiled_where_it_can_be_and_else_told_what_is_missing(
    cli: Cli, tmp_path: Path
) -> None:
    missing = [name for name in build.SOURCES if find_spec(name) is None]
    asked = ("regions", "build", "--to", str(tmp_path / "gazetteer"))

    if missing:
        said = cli.error(*asked)
        assert said.startswith(f"error: compiling the gazetteer needs {', '.join(missing)}")
        assert f"pip install {' '.join(missing)}" in said
    else:
        assert "It is the one in use." in cli.out(*asked)
        manifest = json.loads((tmp_path / "gazetteer" / "manifest.json").read_text())
        assert manifest["version"] == gazetteer().version
