"""What a line of rules or articles may hold, and where an article is said to be set."""

from datetime import UTC, date, datetime

import pytest

from tocsin.adapters.gazetteer.load import load
from tocsin_cli.matching import stated
from tocsin_cli.matching.lines import LineError, article_line, rule_line


NOW = datetime(2026, 5, 4, tzinfo=UTC)


def test_a_list_of_regions_means_any_of_them() -> None:
    rule = rule_line(b'{"id": "a", "query": "x1", "regions": ["Mali", "Niger"]}')

    assert rule.regions is not None
    assert rule.regions.any == ("Mali", "Niger")


def test_regions_may_be_a_whole_condition() -> None:
    rule = rule_line(b'{"id": "a", "regions": {"all": ["Mali"], "except": ["Gao"]}}')

    assert rule.regions is not None
    assert (rule.regions.all, rule.regions.except_) == (("Mali",), ("Gao",))


def test_a_rule_for_trying_may_have_an_id_that_no_store_takes() -> None:
    assert rule_line('{"id": "Règle 1", "query": "JNIM"}'.encode()).document().query == "JNIM"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"nope", "is not JSON, expected ident at column 2: write one object a line"),
        (b"[1]", "is no object: write one a line"),
        (b'{"query": "x"}', "id: is missing: write "),
        (b'{"id": 7, "query": "x"}', "id: input should be a valid string"),
        (b'{"id": "a", "querry": "x"}', "querry: extra inputs are not permitted"),
        (b'{"id": "a", "regions": "Mali"}', "regions: "),
    ],
)
def test_a_line_that_is_no_rule_is_told_what_would_be_right(line: bytes, said: str) -> None:
    with pytest.raises(LineError) as error:
        rule_line(line)

    assert str(error.value).startswith(said)


def test_an_article_says_what_it_is_and_leaves_the_rest_open() -> None:
    line = article_line(b'{"id": "a", "title": "T", "text": "B", "language": null, "label": 3}')

    article = line.article(NOW, "country:FR")

    assert (article.title, article.text, article.language) == ("T", "B", "und")
    assert (article.date, article.home) == (NOW, "country:FR")
    assert line.regions is None


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b'{"id": "a", "title": "T"}', "text: is missing"),
        (b'{"id": "a", "title": "T", "text": "B", "language": "english"}', "language: 'english'"),
        (b'{"id": "a", "title": "\\ud800", "text": "B"}', "is not JSON"),
        (b'{"id": "a", "title": "T", "text": "\xff"}', "is not JSON"),
        (b'{"id": "a", "title": "T", "text": "B", "published_at": "2026-01-01T00:00:00"}', "publ"),
    ],
)
def test_a_line_that_is_no_article_is_told_why(line: bytes, said: str) -> None:
    with pytest.raises(LineError) as error:
        article_line(line)

    assert str(error.value).startswith(said)


def test_an_article_is_about_the_regions_that_are_stated_and_all_around_them() -> None:
    found = stated.places(load(), ("admin1:ML-1",), NOW.date())

    assert {hit.level for hit in found.regions.values()} == {"about"}
    assert {"admin1:ML-1", "country:ML", "area:sahel"} <= set(found.regions)
    assert found.regions["admin1:ML-1"].explicit
    assert not found.regions["country:ML"].explicit
    assert found.primary_country == "country:ML"


def test_what_is_around_a_region_is_what_was_on_that_day() -> None:
    gazetteer = load()

    then = stated.places(gazetteer, ("country:ML",), date(2024, 1, 1)).regions
    now = stated.places(gazetteer, ("country:ML",), date(2026, 1, 1)).regions

    left = set(then) - set(now)
    assert "ECOWAS" in {gazetteer.name(region) for region in left}


def test_an_article_may_be_set_nowhere() -> None:
    assert not stated.places(load(), (), NOW.date()).regions
