from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from strategies import articles, places, rules
from tocsin.article import Article
from tocsin.matching import ArticleView, Engine, evaluate
from tocsin.matching.anchors import anchors_of
from tocsin.regions.places import Places
from tocsin.rules import Rule, parse


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
TestLiveRules.settings = settings(max_examples=50, stateful_step_count=15)


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


def test_a_rule_is_registered_under_its_rarest_word() -> None:
    found = anchors_of(rule_of("(the OR of) AND Mali AND Ouagadougou"))

    assert found is not None
    assert found.keys == {"ouagadougou"}


def test_a_removed_rule_leaves_nothing_behind() -> None:
    engine = Engine()
    engine.put(rule_of("attack* OR ambush"))
    engine.remove("a-rule")
    index = engine._index

    assert len(engine) == 0
    assert not index._by_key
    assert not index._by_prefix
    assert not index._lengths
