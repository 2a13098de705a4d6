"""Commands that need no store, and regions of one's own: from a file, or from the store."""

import json
from pathlib import Path

import pytest

from cli.shell import Cli


ZEBRA = {"id": "zebra", "names": ["Camp Zebra"], "parent": "Kayes Region"}
NOWHERE = "redis://127.0.0.1:1/0"
ARTICLE = "Shots fired\nGunmen attacked Camp Zebra at dawn, witnesses said.\n"


@pytest.fixture
def article(tmp_path: Path) -> Path:
    file = tmp_path / "article.txt"
    file.write_text(ARTICLE, encoding="utf-8")
    return file


@pytest.fixture(params=["as JSON", "as YAML"])
def regions(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    file = tmp_path / "regions"
    if request.param == "as JSON":
        file.write_text(json.dumps([ZEBRA]), encoding="utf-8")
    else:
        file.write_text(
            "regions:\n  - {id: zebra, names: [Camp Zebra], parent: Kayes Region}\n"
            "rules:\n  - {id: unread, query: 'a AND ('}\n",
            encoding="utf-8",
        )
    return file


@pytest.fixture
def storeless(cli: Cli) -> Cli:
    return Cli(NOWHERE, cli.folder)


def test_locate_finds_the_regions_of_a_file(storeless: Cli, article: Path, regions: Path) -> None:
    assert "Camp Zebra" not in storeless.out("locate", str(article))

    found = storeless.out("locate", str(article), "--regions", str(regions))

    assert "Camp Zebra, Kayes Region, Mali" in found
    assert "about" in found


def test_try_and_check_know_them_by_name(storeless: Cli, article: Path, regions: Path) -> None:
    own = ("--regions", str(regions))

    assert "1 of 1 match." in storeless.out("try", "gunmen", "-r", "Camp Zebra", str(article), *own)
    assert "Camp Zebra" in storeless.out("rules", "check", "gunmen", "-r", "Camp Zebra", *own)
    assert "no region is called 'Camp Zebra'" in storeless.error(
        "rules", "check", "gunmen", "-r", "Camp Zebra"
    )


@pytest.mark.slow
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_match_knows_them_in_each_process(
    storeless: Cli, tmp_path: Path, regions: Path, jobs: str
) -> None:
    rules, articles = tmp_path / "rules.jsonl", tmp_path / "articles.jsonl"
    rules.write_text(json.dumps({"id": "r", "regions": ["Camp Zebra"]}), encoding="utf-8")
    title, _, text = ARTICLE.partition("\n")
    articles.write_text(json.dumps({"id": "a", "title": title, "text": text}), encoding="utf-8")

    given = ("match", "--rules", str(rules), "--articles", str(articles), "--jobs", jobs)
    found = storeless.out(*given, "--regions", str(regions))

    assert json.loads(found) == {"id": "a", "matches": ["r"]}


def test_those_of_the_store_are_known_when_asked_for(cli: Cli, article: Path) -> None:
    cli.out("regions", "add", "Camp Zebra", "--in", "Kayes Region", "--id", "zebra")

    assert "Camp Zebra, Kayes" not in cli.out("locate", str(article))
    assert "Camp Zebra, Kayes" in cli.out("locate", str(article), "--store-regions")
    assert "1 of 1 match." in cli.out(
        "try", "gunmen", "-r", "Camp Zebra", str(article), "--store-regions"
    )


def test_what_the_store_lists_can_be_read_back(cli: Cli, article: Path, tmp_path: Path) -> None:
    cli.out("regions", "add", "Camp Zebra", "--in", "Mali", "--at", "14.5,-11", "--id", "zebra")
    file = tmp_path / "own.json"
    file.write_text(cli.out("regions", "list", "--json"), encoding="utf-8")

    found = Cli(NOWHERE, cli.folder).out("locate", str(article), "--regions", str(file))

    assert "Camp Zebra, Mali" in found


def test_a_region_of_the_file_counts_before_the_stores(
    cli: Cli, article: Path, regions: Path
) -> None:
    cli.out("regions", "add", "Camp Zebra", "--in", "Niger", "--id", "zebra")

    found = cli.out("locate", str(article), "--regions", str(regions), "--store-regions")

    assert "Camp Zebra, Kayes Region, Mali" in found
    assert "Niger" not in found


def test_what_is_wrong_with_a_file_is_told_with_its_line(
    storeless: Cli, article: Path, tmp_path: Path
) -> None:
    def refused(text: str) -> str:
        file = tmp_path / "wrong.yaml"
        file.write_text(text, encoding="utf-8")
        return storeless.error("locate", str(article), "--regions", str(file))

    wrong = refused("regions:\n  - id: zebra\n    names: [Camp Zebra]\n    parent: Nowhereland\n")
    assert "wrong.yaml:4" in wrong
    assert "no region is called 'Nowhereland'" in wrong
    assert "there is no region in" in refused("rules: []\n")
    assert "cannot read" in storeless.error("locate", str(article), "--regions", "/nowhere.yaml")


def test_a_store_that_is_away_is_told_of_where_it_is_asked_for(
    storeless: Cli, article: Path
) -> None:
    said = storeless.error("locate", str(article), "--store-regions", code=3)

    assert "127.0.0.1:1" in said
