import pickle
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from rig.examples import examples
from strategies import articles, places, rules
from tocsin.article import Article
from tocsin.matching import ArticleView, Engine, evaluate
from tocsin.matching.presearch import Kernel, presearcher
from tocsin.regions.places import Places
from tocsin.rules import ListReference, Rule, parse


ArticleOf = Callable[..., Article]


def matched(engine: Engine, article: Article, places: Places) -> list[str]:
    return [match.rule.id for match in engine.match(article, places)]


def expected(rules: dict[str, Rule], article: Article, places: Places) -> list[str]:
    view = ArticleView(article, places)
    return sorted(rule_id for rule_id, rule in rules.items() if evaluate(rule, view))


@given(st.lists(rules(), max_size=8), articles(), places())
def test_the_engine_finds_what_evaluation_finds(
    many: list[Rule], article: Article, located: Places
) -> None:
    engine = Engine()
    for each in many:
        engine.put(each)

    live = {each.id: each for each in many}
    assert len(engine) == len(live)
    assert matched(engine, article, located) == expected(live, article, located)


class LiveRules(RuleBasedStateMachine):
    """Rules come, change and go; what matches is always what the living rules say."""

    def __init__(self) -> None:
        super().__init__()
        self.engine = Engine()
        self.live: dict[str, Rule] = {}

    @rule(changed=rules())
    def put(self, changed: Rule) -> None:
        self.engine.put(changed)
        self.live[changed.id] = changed

    @rule(rule_id=st.sampled_from("abcdefghij"))
    def remove(self, rule_id: str) -> None:
        self.engine.remove(rule_id)
        self.live.pop(rule_id, None)

    @rule(article=articles(), located=places())
    def match(self, article: Article, located: Places) -> None:
        assert matched(self.engine, article, located) == expected(self.live, article, located)

    @invariant()
    def counts(self) -> None:
        assert len(self.engine) == len(self.live)


TestLiveRules = LiveRules.TestCase
TestLiveRules.settings = settings(max_examples=examples(0.5), stateful_step_count=15)


def rule_of(query: str, rule_id: str = "a-rule") -> Rule:
    return Rule(id=rule_id, name="A rule", query=query, expression=parse(query))


def test_matches_come_in_the_order_of_the_rules_ids(article_of: ArticleOf) -> None:
    engine = Engine()
    for rule_id in ("b", "c", "a"):
        engine.put(rule_of("army", rule_id))

    assert matched(engine, article_of("the army"), Places()) == ["a", "b", "c"]


def test_a_changed_rule_holds_from_the_next_article_on(article_of: ArticleOf) -> None:
    engine = Engine()
    engine.put(rule_of("army"))
    engine.put(rule_of("convoy"))

    assert matched(engine, article_of("the army"), Places()) == []
    assert matched(engine, article_of("the convoy"), Places()) == ["a-rule"]


def test_many_articles_are_matched_at_once_as_one_by_one(article_of: ArticleOf) -> None:
    engine = Engine()
    engine.put(rule_of("army", "a"))
    engine.put(rule_of("atleast2(convoy)", "b"))
    articles_ = [article_of("the army"), article_of("convoy, convoy"), article_of("nothing")]

    together = engine.match_many((article, Places()) for article in articles_)

    assert [matches.rule_ids for matches in together] == [["a"], ["b"], []]


def test_no_articles_have_no_matches() -> None:
    assert Engine().match_many([]) == []


def test_matches_are_counted_and_cut_without_being_explained(article_of: ArticleOf) -> None:
    engine = Engine()
    for rule_id in "abc":
        engine.put(rule_of("army", rule_id))

    matches = engine.match(article_of("the army"), Places())

    assert len(matches) == 3
    assert [match.rule.id for match in matches[1:]] == ["b", "c"]
    assert matches[0] is matches[0]
    assert matches[-1].explanation.matched


def test_what_matches_is_known_before_anybody_counts_the_articles_words(
    article_of: ArticleOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    def counted(view: ArticleView) -> None:
        raise AssertionError(view)

    engine = Engine()
    engine.put(rule_of("army"))
    monkeypatch.setattr(ArticleView, "streams", property(counted))

    matches = engine.match(article_of("the army"), Places())

    assert len(matches) == 1
    assert matches.rule_ids == ["a-rule"]


def test_matches_tell_of_the_rules_as_they_were(article_of: ArticleOf) -> None:
    engine = Engine()
    engine.put(rule_of("army"))
    matches = engine.match(article_of("the army"), Places())

    engine.put(rule_of("convoy"))
    engine.remove("a-rule")
    engine.put(rule_of("police", "another"))

    assert matches[0].rule == rule_of("army")


def test_a_rule_that_cannot_be_matched_leaves_the_one_before_in_force(
    article_of: ArticleOf,
) -> None:
    engine = Engine()
    engine.put(rule_of("army"))

    with pytest.raises(ValueError, match="the list @names was not resolved"):
        engine.put(Rule(id="a-rule", name="A rule", expression=ListReference("names")))

    assert matched(engine, article_of("the army"), Places()) == ["a-rule"]


def test_the_engine_tells_which_rules_it_has() -> None:
    engine = Engine()
    engine.put(rule_of("army", "a"))
    engine.put(rule_of("convoy", "b"))
    engine.remove("a")

    assert "b" in engine
    assert "a" not in engine
    assert 1 not in engine
    assert list(engine) == [rule_of("convoy", "b")]


def test_removing_what_is_not_there_does_nothing() -> None:
    engine = Engine()
    engine.remove("a-rule")

    assert len(engine) == 0


@pytest.mark.parametrize("before", ["numba", "python"])
@pytest.mark.parametrize("after", ["numba", "python"])
def test_an_engine_goes_on_from_what_another_dumped(
    article_of: ArticleOf, before: Kernel, after: Kernel
) -> None:
    engine = Engine(presearcher(before))
    for rule_id in "abcd":
        engine.put(rule_of(f"army OR {rule_id}{rule_id}", rule_id))
    engine.remove("b")

    other = Engine(presearcher(after))
    other.load(engine.dump())
    other.put(rule_of("convoy", "e"))
    other.remove("c")

    assert len(other) == 3
    assert matched(other, article_of("the army"), Places()) == ["a", "d"]
    assert matched(other, article_of("the convoy"), Places()) == ["e"]


@pytest.mark.parametrize("kernel", ["numba", "python"])
def test_an_engine_is_sent_to_another_process_as_it_is(
    article_of: ArticleOf, kernel: Kernel
) -> None:
    engine = Engine(presearcher(kernel))
    engine.put(rule_of("army AND Mali"))

    sent = pickle.loads(pickle.dumps(engine))

    assert matched(sent, article_of("the army in Mali"), Places()) == ["a-rule"]


def test_rules_are_loaded_into_an_empty_engine_only() -> None:
    engine = Engine()
    engine.put(rule_of("army"))

    with pytest.raises(ValueError, match="1 rules are in force already"):
        engine.load(Engine().dump())
