"""What the notifier is told of a match."""

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from tocsin.adapters.gazetteer.load import load
from tocsin.article import Article
from tocsin.documents import RegionCondition, RuleDocument, compile_rule
from tocsin.events import ArticleSummary, RuleMatch
from tocsin.matching import Engine
from tocsin.regions.gazetteer import Gazetteer
from tocsin.regions.geoparser import Geoparser
from tocsin.regions.places import LocatedPlace, Places, PlaceSpan, RegionHit


ArticleOf = Callable[..., Article]

# The demo's article; and the one that it retells, which is not ours to ship, where there is it.
PAGES = [
    Path(__file__).parents[2] / "services/cli/tocsin_cli/demo/article.txt",
    *map(Path, filter(None, [os.environ.get("TOCSIN_SEED_ARTICLE")])),
]


class Names:
    def resolve(self, name: str) -> str:
        return {"Sahel": "area:sahel"}[name]

    def name(self, region_id: str) -> str:
        return {"area:sahel": "Sahel"}[region_id]

    def path(self, place_id: str, region_id: str, on: date) -> tuple[str, ...]:
        assert on == date(2025, 7, 2)
        return ("Diboli", "Kayes Region", "Mali", self.name(region_id))


def test_a_match_is_told_with_its_evidence(article_of: ArticleOf) -> None:
    article = article_of("JNIM attacked Diboli. The army fled from JNIM.")
    place = LocatedPlace("place:x:diboli-ml", "Diboli", 0.97, (PlaceSpan("text", 14, 20),))
    hit = RegionHit("area:sahel", 0.98, "about", explicit=False, places=(place,))
    engine = Engine()
    engine.put(
        compile_rule(
            RuleDocument(
                id="sahel-jnim",
                name="JNIM in the Sahel",
                query="JNIM",
                regions=RegionCondition(any=("Sahel",)),
                version=3,
            ),
            Names(),
        )
    )

    (match,) = engine.match(article, Places((place,), {"area:sahel": hit}))
    told = RuleMatch.of(match, article, Names())

    assert told.model_dump() == {
        "rule_id": "sahel-jnim",
        "rule_name": "JNIM in the Sahel",
        "rule_version": 3,
        "query": "JNIM",
        "terms": (
            {
                "clause": "JNIM",
                "count": 2,
                "spans": (
                    {"field": "text", "start": 0, "end": 4, "text": "JNIM"},
                    {"field": "text", "start": 41, "end": 45, "text": "JNIM"},
                ),
            },
        ),
        "places": (
            {
                "region": "area:sahel",
                "region_name": "Sahel",
                "level": "about",
                "probability": 0.97,
                "path": ("Diboli", "Kayes Region", "Mali", "Sahel"),
                "spans": ({"field": "text", "start": 14, "end": 20, "text": "Diboli"},),
            },
        ),
        "snippets": (
            {"text": "JNIM attacked Diboli.", "marks": ((0, 4), (14, 20))},
            {"text": "The army fled from JNIM.", "marks": ((19, 23),)},
        ),
    }


def test_an_articles_lead_is_its_first_paragraph_on_one_line(article_of: ArticleOf) -> None:
    article = article_of("One\nparagraph.\n\nAnother.")

    assert ArticleSummary.of(article).lead == "One paragraph."


def test_a_long_lead_is_cut_between_words(article_of: ArticleOf) -> None:
    lead = ArticleSummary.of(article_of("words " * 200)).lead

    assert len(lead) <= 401
    assert lead.endswith("words…")


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return load()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_article_that_all_began_with_is_explained(
    page: Path, article_of: ArticleOf, gazetteer: Gazetteer
) -> None:
    title, _, text = page.read_text().partition("\n")
    article = article_of(text.strip(), title=title)
    document = RuleDocument(
        id="jnim", name="JNIM", query="JNIM", regions=RegionCondition(any=("Sahel",))
    )
    engine = Engine()
    engine.put(compile_rule(document, gazetteer))

    (match,) = engine.match(article, Geoparser(gazetteer).locate(article))
    told = RuleMatch.of(match, article, gazetteer)

    (jnim,) = told.terms
    assert (jnim.clause, jnim.count) == ("JNIM", article.text.count("JNIM"))
    assert {span.text for span in jnim.spans} == {"JNIM"}
    paths = {place.path for place in told.places}
    assert ("Diboli", "Kayes Region", "Mali", "Sahel") in paths
    assert any("JNIM" in snippet.text for snippet in told.snippets)
