from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import pytest

from tocsin.adapters.gazetteer.load import load
from tocsin.article import Article
from tocsin.documents import RegionCondition, RuleDocument
from tocsin.documents.rule import compile_rule
from tocsin.events import ArticleIngested, ArticleMatched
from tocsin.matching import Engine
from tocsin.ports.placeless import PlacelessArticles
from tocsin.regions.gazetteer import Gazetteer
from tocsin.runtime.atlas import Atlas
from tocsin.runtime.word_lists import WordLists
from tocsin.testing import (
    FakeClock,
    FakeListStore,
    FakePlacelessArticles,
    FakeRegionStore,
    FakeRuleStore,
)
from tocsin_matcher.live_rules import LiveRules
from tocsin_matcher.subscribers import MATCHES_PER_EVENT, Matcher


NOW = datetime(2025, 7, 2, tzinfo=UTC)

ATTACK = Article(
    id="a1",
    title="Army posts attacked near Diboli",
    text="JNIM fighters attacked army posts at Diboli in the Kayes Region of Mali, close to Senegal.",
    fetched_at=NOW,
)


@pytest.fixture(scope="session")
def gazetteer() -> Gazetteer:
    return load()


async def matched(
    gazetteer: Gazetteer,
    article: Article,
    *rules: RuleDocument,
    placeless: PlacelessArticles | None = None,
) -> list[ArticleMatched]:
    clock = FakeClock(NOW)
    store = FakeRuleStore(clock)
    for rule in rules:
        await store.put(rule, who="test")
    engine = Engine()
    atlas = Atlas(gazetteer, FakeRegionStore())
    lists = WordLists(FakeListStore())
    compiled = partial(compile_rule, regions=atlas, lists=lists)
    live = LiveRules(store, engine, compiled, atlas, lists)
    await live.load()
    matcher = Matcher(engine, atlas, atlas, placeless or FakePlacelessArticles(), clock)
    return list(await matcher.match(ArticleIngested.of(article)))


def within(rule_id: str, region: str, query: str = "") -> RuleDocument:
    regions = RegionCondition(any=(region,))
    return RuleDocument(id=rule_id, name=rule_id, query=query, regions=regions)


async def test_a_match_tells_its_words_and_the_way_from_the_place_to_the_region(
    gazetteer: Gazetteer,
) -> None:
    [event] = await matched(gazetteer, ATTACK, within("sahel", "Sahel", "JNIM"))

    [match] = event.matches
    [term] = match.terms
    assert (term.clause, term.count) == ("JNIM", 1)
    assert [ATTACK.text[span.start : span.end] for span in term.spans] == ["JNIM"]
    assert ("Diboli", "Kayes Region", "Mali", "Sahel") in [place.path for place in match.places]
    assert any("JNIM" in snippet.text for snippet in match.snippets)


async def test_every_region_around_the_place_matches_and_no_other_of_its_name(
    gazetteer: Gazetteer,
) -> None:
    rules = [
        within("kayes-region", "Kayes Region"),
        within("mali", "Mali"),
        within("western-africa", "Western Africa"),
        within("kayes-congo", "Kayes in Congo"),
        within("chad", "Chad", "JNIM"),
    ]

    [event] = await matched(gazetteer, ATTACK, *rules)

    assert [match.rule_id for match in event.matches] == ["kayes-region", "mali", "western-africa"]


async def test_an_article_that_matches_no_rule_publishes_nothing(gazetteer: Gazetteer) -> None:
    rule = RuleDocument(id="r", name="r", query="JNIM NOT Diboli")

    assert await matched(gazetteer, ATTACK, rule) == []


async def test_an_article_without_a_place_matches_no_region_and_is_counted_once(
    gazetteer: Gazetteer,
) -> None:
    placeless = FakePlacelessArticles()
    nowhere = replace(ATTACK, id="a2", title="Shares fell", text="They rose.")
    everywhere = RuleDocument(
        id="r", name="r", query="shares", regions=RegionCondition(any=("Africa", "Europe"))
    )

    for article in (nowhere, nowhere, ATTACK):
        assert await matched(gazetteer, article, everywhere, placeless=placeless) == []

    assert await placeless.count(NOW.date()) == 1


async def test_very_many_matches_are_split_over_several_events(gazetteer: Gazetteer) -> None:
    count = MATCHES_PER_EVENT + 1
    rules = [RuleDocument(id=f"r{n:04}", name="r", query="JNIM") for n in range(count)]

    events = await matched(gazetteer, ATTACK, *rules)

    assert [event.part for event in events] == [0, 1]
    assert [m.rule_id for e in events for m in e.matches] == [rule.id for rule in rules]
