"""`tocsin locate`: texts in, places and regions out."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from cli.shell import Cli
from rig.processes import script


KAYES = {
    "id": "a1",
    "text": "Bamako, Mali \u2013 The army said it had fought in Kayes and Diboli, near Senegal.",
    "date": "2025-07-02",
}
PLACE = {"start", "end", "name", "region", "lat", "lon", "probability", "country"}
REGION = {"id", "level", "probability", "share"}


def lines(*given: Any) -> str:
    return "".join(f"{each if isinstance(each, str) else json.dumps(each)}\n" for each in given)


def located(cli: Cli, *given: Any) -> list[dict[str, Any]]:
    said = cli.out("locate", "--jsonl", stdin=lines(*given))
    return [json.loads(line) for line in said.splitlines()]


def test_a_line_is_answered_with_its_places_its_regions_and_its_country(cli: Cli) -> None:
    [found] = located(cli, KAYES)

    assert list(found) == ["id", "places", "regions", "primary_country"]
    assert found["id"] == "a1"
    assert found["primary_country"] == "country:ML"
    assert all(place.keys() == PLACE for place in found["places"])
    assert all(region.keys() == REGION for region in found["regions"])
    kayes = next(place for place in found["places"] if place["name"] == "Kayes")
    assert kayes["region"] == "place:2455518"
    assert kayes["country"] == "country:ML"
    assert kayes["lat"] == pytest.approx(14.45, abs=0.1)
    assert kayes["lon"] == pytest.approx(-11.44, abs=0.1)
    regions = {region["id"]: region for region in found["regions"]}
    assert regions["country:ML"]["level"] == "about"
    assert regions["country:ML"]["share"] == 1.0
    assert regions["country:SN"]["level"] == "mention"
    assert regions["country:SN"]["share"] < 0.35
    assert regions["area:sahel"]["probability"] > 0.9


def test_every_place_stands_where_it_is_said_to(cli: Cli) -> None:
    text = "من باماكو إلى السنغال. Мали и Сенегал. São Tomé, N'Djamena, 马里 西非."

    [found] = located(cli, {"id": 1, "title": "Mali", "text": text})

    assert found["id"] == 1
    assert [place["name"] for place in found["title_places"]] == ["Mali"]
    assert len(found["places"]) >= 6
    for place in found["places"]:
        assert text[place["start"] : place["end"]] == place["name"]


def test_a_text_without_a_place_is_answered_too(cli: Cli) -> None:
    [found] = located(cli, {"id": "x", "text": "Nothing happened."})

    assert found == {"id": "x", "places": [], "regions": [], "primary_country": None}


def test_the_date_decides_who_is_a_member(cli: Cli) -> None:
    text = "Soldiers patrolled Bamako, Mali."

    before, after = located(
        cli,
        {"id": "b", "text": text, "date": "2025-01-28"},
        {"id": "a", "text": text, "date": "2025-01-29T00:00:00Z"},
    )

    assert "area:ecowas" in {region["id"] for region in before["regions"]}
    assert "area:ecowas" not in {region["id"] for region in after["regions"]}


def test_a_home_tells_namesakes_apart(cli: Cli) -> None:
    text = "The council of Richmond met on Monday."

    britain, virginia = located(
        cli,
        {"id": "gb", "text": text, "home": "England"},
        {"id": "va", "text": text, "home": "admin1:US-VA"},
    )

    assert britain["primary_country"] == "country:GB"
    assert virginia["primary_country"] == "country:US"


def test_a_bad_line_is_named_with_its_field_and_loses_no_other(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "in.jsonl"
    bad = ["nope", "[1]", {"id": "b"}, {**KAYES, "date": "soon"}, {**KAYES, "home": "Nowhereland"}]
    file.write_text(lines(*bad, "", KAYES))

    said = cli.run("locate", "--jsonl", str(file), code=1)

    assert [json.loads(line)["id"] for line in said.stdout.splitlines()] == ["a1"]
    assert [error.split(": ")[1:3] for error in said.stderr.splitlines()] == [
        [f"{file}:1", "is not JSON, expected ident at column 2"],
        [f"{file}:2", "is no object"],
        [f"{file}:3", "text"],
        [f"{file}:4", "date"],
        [f"{file}:5", "home"],
    ]


def test_a_file_is_shown_with_evidence_levels_and_probabilities(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "article.txt"
    file.write_text(f"Army fights in western Mali\n\n{KAYES['text']}\n")

    said = cli.lines("locate", str(file))

    assert said[0] == "Army fights in western Mali"
    kayes = next(n for n, line in enumerate(said) if "place:2455518" in line)
    assert said[kayes].startswith("0.")
    assert "Kayes, Kayes Region, Mali" in said[kayes]
    assert said[kayes + 1].startswith("'Kayes' in the text: ")
    assert "rather than Kayes Region" in said[kayes + 2]
    assert "about 1.00 1.00 Mali country:ML" in said
    assert any(line.startswith("mention") and "Senegal" in line for line in said)


def test_everything_shows_what_was_not_believed_too(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "article.txt"
    file.write_text("Chad Smith plays\n\nThe drummer met Mr Jordan in Nice.\n")

    shown = cli.out("locate", str(file))
    everything = cli.out("locate", "--all", str(file))

    assert "Nice" in shown
    assert "Jordan" not in shown
    assert "'Jordan', if it were Jordan" in everything
    assert "title before -" in everything


def test_a_file_without_a_place_says_what_follows(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "article.txt"
    file.write_text("Nothing happened\n\nAgain.")

    said = cli.out("locate", str(file))

    assert "No place was found: no rule that asks for a region matches this." in said


def test_what_cannot_be_is_refused(cli: Cli) -> None:
    assert cli.error("locate").startswith("error: name a file")
    assert cli.error("locate", "nowhere.txt").startswith("error: cannot read nowhere.txt: ")
    assert cli.error("locate", "--jsonl", "--home", "FR").startswith("error: --home goes without")


@pytest.mark.slow
def test_several_processes_locate_as_one_does(tmp_path: Path) -> None:
    file = tmp_path / "in.jsonl"
    many = [{**KAYES, "id": number} for number in range(100)]
    file.write_text(lines(*many[:40], "nope", *many[40:]))

    def run(*options: str) -> subprocess.CompletedProcess[str]:
        command = [script("tocsin"), "locate", "--jsonl", *options]
        with file.open() as stdin:
            return subprocess.run(command, stdin=stdin, capture_output=True, text=True, check=False)

    one, two = run(), run("--jobs", "2")

    assert one.returncode == two.returncode == 1
    assert [json.loads(line)["id"] for line in two.stdout.splitlines()] == list(range(100))
    assert two.stdout == one.stdout
    assert two.stderr == one.stderr
    assert one.stderr.startswith("error: standard input:41: is not JSON")
