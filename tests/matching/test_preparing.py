"""A rule that was prepared elsewhere is matched as one that was put in."""

import gc
import pickle
from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.presearch.draws import draw_view
from rig.examples import examples
from tocsin.article import Article
from tocsin.matching import Engine, Preparation, PreparedRule
from tocsin.matching.presearch import Frequencies, Kernel, presearcher
from tocsin.matching.presearch.kernel.orders import order_of
from tocsin.matching.records import SharedLists, record_of
from tocsin.regions.places import Places
from tocsin.rules import Level, RegionFilter, Rule, parse


QUERIES = (
    *("army", '"red army"', "attack*", "army AND (mali OR niger) NOT sport", "army NEAR/3 mali"),
    *("title:army", "atleast2 army", "case:US", "(army AND mali) OR niger"),
)
ArticleOf = Callable[..., Article]
kernels = pytest.mark.parametrize("kernel", ["numba", "python"])


def drafts_of(*queries: str) -> list[Rule]:
    return [Rule(f"rule-{number}", "", query) for number, query in enumerate(queries)]


def whole(draft: Rule) -> Rule:
    return replace(draft, expression=parse(draft.query)) if draft.query else draft


def prepared(kernel: Kernel, *drafts: Rule) -> list[PreparedRule]:
    found = [rule for rule in Preparation(kernel)(drafts) if rule is not None]
    assert len(found) == len(drafts)
    return found


@kernels
@settings(max_examples=examples(0.2))
@given(seed=st.integers(0, 1 << 32))
def test_it_matches_what_it_would_match(kernel: Kernel, seed: int) -> None:
    random = Random(seed)
    ordinary = (query for query in random.choices(QUERIES, k=8) if ":" not in query)
    drafts = drafts_of(*ordinary)
    drafts.append(Rule("set", "", regions=RegionFilter(any=("country:ML",)), languages=("fr",)))
    one, other = Engine(presearcher(kernel)), Engine(presearcher(kernel))
    view = draw_view(random)

    one.put_prepared(prepared(kernel, *drafts))
    for draft in drafts:
        other.put(whole(draft))

    assert list(one) == list(other)
    found = [engine.match(view.article, view.places).rule_ids for engine in (one, other)]
    assert found[0] == found[1]


@pytest.mark.parametrize("query", [*QUERIES, "army OR mali", "mali NOT (sport OR police)"])
def test_a_query_that_is_read_without_a_tree_makes_the_same_rule(query: str) -> None:
    regions = RegionFilter(any=("country:ML",))
    for draft in (Rule("a", "A", query, version=3), Rule("a", "A", query, regions=regions)):
        [found] = Preparation("numba")([draft])
        if found is not None:
            rule = whole(draft)
            assert found.record == record_of(rule, SharedLists())
            assert found.order == order_of(rule, Frequencies())


def test_a_rule_is_the_same_in_another_process() -> None:
    regions = RegionFilter(("a",), ("b",), ("c",), Level.ABOUT, 0.7, False, True)  # noqa: FBT003 -- all fields
    rule = Rule("a", "A", "army", parse("army"), regions, ("fr",), 3)

    assert pickle.loads(pickle.dumps(rule)) == rule


def test_no_garbage_is_looked_for_meanwhile_and_again_after() -> None:
    seen: list[bool] = []
    preparation = Preparation("python")

    class Asking(Sequence[Rule]):
        def __len__(self) -> int:
            return 1

        def __getitem__(self, at: Any) -> Any:
            seen.append(gc.isenabled())
            return (Rule("a", "", "army"),)[at]

    preparation(Asking())

    assert set(seen) == {False}
    assert gc.isenabled()


@kernels
def test_one_that_is_there_already_is_replaced(kernel: Kernel, article_of: ArticleOf) -> None:
    engine = Engine(presearcher(kernel))
    engine.put(whole(Rule("a", "", "army")))

    engine.put_prepared(prepared(kernel, Rule("a", "", "police"), Rule("b", "", "army")))

    assert len(engine) == 2
    assert engine.match(article_of("army"), Places()).rule_ids == ["b"]


@kernels
def test_of_two_with_one_id_the_last_counts(kernel: Kernel, article_of: ArticleOf) -> None:
    engine = Engine(presearcher(kernel))

    engine.put_prepared(prepared(kernel, Rule("a", "", "army"), Rule("a", "", "police")))

    assert len(engine) == 1
    assert engine.match(article_of("army"), Places()).rule_ids == []
    assert engine.match(article_of("police"), Places()).rule_ids == ["a"]
    engine.remove("a")
    assert engine.match(article_of("police"), Places()).rule_ids == []


@kernels
def test_numbers_are_used_again(kernel: Kernel, article_of: ArticleOf) -> None:
    engine = Engine(presearcher(kernel))
    for _ in range(3):
        engine.put_prepared(prepared(kernel, *drafts_of(*["army"] * 5)))
        for number in range(4):
            engine.remove(f"rule-{number}")

    assert engine.match(article_of("army"), Places()).rule_ids == ["rule-4"]
    assert len(engine.dump()["rules.lengths"]) <= 10


@kernels
@pytest.mark.parametrize("query", ["@names", "region:Mali", "(", "title:army"])
def test_what_somebody_else_must_read_is_left_out(kernel: Kernel, query: str) -> None:
    assert Preparation(kernel)([Rule("a", "", query)]) == [None]
