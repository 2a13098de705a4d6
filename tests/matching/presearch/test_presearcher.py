"""What every presearcher promises, whichever it is."""

from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.presearch.draws import draw_rule, draw_view
from rig.examples import examples
from tocsin.article import Article
from tocsin.matching import ArticleView, evaluate
from tocsin.matching.presearch import DictionaryPresearcher, Presearcher
from tocsin.matching.presearch.kernel import KernelPresearcher
from tocsin.regions.places import Places, RegionHit
from tocsin.rules import ListReference, RegionFilter, Rule, parse


Make = Callable[[], Presearcher]
ArticleOf = Callable[..., Article]

MAKES: dict[str, Make] = {"dictionary": DictionaryPresearcher, "kernel": KernelPresearcher}
every_presearcher = pytest.mark.parametrize("make", MAKES.values(), ids=MAKES)
seeds = st.integers(0, 1 << 32)


class Live:
    """A presearcher beside the rules that it should have."""

    def __init__(self, make: Make) -> None:
        self.presearcher = make()
        self.rules: dict[int, Rule] = {}

    def add(self, rule: Rule) -> None:
        number = next(n for n in range(len(self.rules) + 1) if n not in self.rules)
        self.presearcher.add(number, rule)
        self.rules[number] = rule

    def remove(self, number: int) -> None:
        self.presearcher.remove(number)
        del self.rules[number]

    def check(self, *views: ArticleView) -> None:
        """Compare the candidates of each article with the rules that evaluation finds."""
        found = self.presearcher.candidates(views)
        for candidates, view in zip(found, views, strict=True):
            certain, possible = set(candidates.certain), set(candidates.possible)
            satisfied = {n for n, rule in self.rules.items() if evaluate(rule, view)}
            assert len(candidates.certain) + len(candidates.possible) == len(certain | possible)
            assert certain <= satisfied <= certain | possible


@every_presearcher
@settings(max_examples=examples(0.4))
@given(seed=seeds)
def test_no_rule_is_missed_and_none_that_is_certain_is_wrong(make: Make, seed: int) -> None:
    random = Random(seed)
    live = Live(make)
    for _ in range(3):
        for _ in range(random.randint(1, 30)):
            live.add(draw_rule(random))
        for number in random.sample(sorted(live.rules), len(live.rules) // 3):
            live.remove(number)

        live.check(*(draw_view(random) for _ in range(random.randint(1, 3))))


def rule_of(query: str) -> Rule:
    return Rule(id="a-rule", name="A rule", query=query, expression=parse(query))


@pytest.fixture
def view_of(article_of: ArticleOf) -> Callable[..., ArticleView]:
    def build(text: str, **fields: object) -> ArticleView:
        return ArticleView(article_of(text, **fields), Places())

    return build


ViewOf = Callable[..., ArticleView]


@every_presearcher
def test_a_rule_that_is_one_word_needs_no_evaluation(make: Make, view_of: ViewOf) -> None:
    presearcher = make()
    presearcher.add(0, rule_of("army"))

    (found,) = presearcher.candidates([view_of("The army came")])

    assert list(found.certain) == [0]
    assert list(found.possible) == []


@every_presearcher
@pytest.mark.parametrize(
    ("query", "text", "is_certain"),
    [
        ("(army OR police) AND Mali NOT football", "Police in Mali", True),
        ("(army AND Mali) OR (police AND Niger)", "Police in Niger", True),
        ('"armed attack" NEAR/3 (army OR poli*)', "armed attack on the policeman", True),
        ('"armed attack" ONEAR/3 army', "army: armed attack", None),
        ("army NEAR/2 Mali", "army one two three Mali", None),
        ("title:army OR lead:army", "army", True),
        ("author:army", "army", None),
        ("atleast2(army)", "army", False),
        ("army SENTENCE Mali", "The army. Mali.", False),
    ],
)
def test_what_can_be_told_from_features_is(
    make: Make,
    view_of: ViewOf,
    query: str,
    text: str,
    is_certain: bool | None,  # noqa: FBT001 -- a column of the table
) -> None:
    presearcher = make()
    presearcher.add(0, rule_of(query))

    (found,) = presearcher.candidates([view_of(text)])

    assert list(found.certain) == ([0] if is_certain else [])
    assert list(found.possible) == ([0] if is_certain is False else [])


@every_presearcher
def test_a_removed_rule_is_no_candidate_any_more(make: Make, view_of: ViewOf) -> None:
    presearcher = make()
    presearcher.add(0, rule_of("army"))
    presearcher.add(1, rule_of("army OR police"))
    presearcher.remove(0)

    (found,) = presearcher.candidates([view_of("The army came")])

    assert list(found.certain) == [1]


@every_presearcher
def test_a_number_is_used_again(make: Make, view_of: ViewOf) -> None:
    presearcher = make()
    presearcher.add(0, rule_of("army"))
    presearcher.remove(0)
    presearcher.add(0, rule_of("police"))

    army, police = presearcher.candidates([view_of("The army"), view_of("The police")])

    assert list(army.certain) == []
    assert list(police.certain) == [0]


@every_presearcher
def test_a_rule_of_regions_alone_is_found_by_them(make: Make, article_of: ArticleOf) -> None:
    presearcher = make()
    presearcher.add(0, Rule(id="r", name="R", regions=RegionFilter(any=("country:ML",))))
    hit = RegionHit("country:ML", 0.9, "mention", explicit=True, places=())

    inside = ArticleView(article_of("text"), Places(regions={"country:ML": hit}))
    outside = ArticleView(article_of("text"), Places())

    assert [list(found.certain) for found in presearcher.candidates([inside, outside])] == [[0], []]


@every_presearcher
def test_a_rule_that_asks_for_nothing_certain_is_always_a_candidate(
    make: Make, article_of: ArticleOf
) -> None:
    presearcher = make()
    except_mali = RegionFilter(except_=("country:ML",), min_probability=0.1)
    presearcher.add(0, Rule(id="r", name="R", regions=except_mali))

    (found,) = presearcher.candidates([ArticleView(article_of("text"), Places())])

    assert list(found.possible) == [0]


@every_presearcher
def test_a_list_that_was_not_resolved_is_refused(make: Make) -> None:
    presearcher = make()

    with pytest.raises(ValueError, match="the list @names was not resolved"):
        presearcher.add(0, Rule(id="r", name="R", expression=ListReference("names")))


@every_presearcher
def test_no_articles_have_no_candidates(make: Make) -> None:
    assert make().candidates([]) == []


@every_presearcher
def test_a_rule_of_two_thousand_words_is_found_by_each(make: Make, view_of: ViewOf) -> None:
    live = Live(make)
    names = " OR ".join(f"n{number}" for number in range(1_999))
    live.add(rule_of(f"({names}) AND army"))

    live.check(view_of("n0 and the army"), view_of("n1998 and the army"), view_of("army"))


@every_presearcher
def test_an_article_of_a_quarter_of_a_million_letters_is_read_whole(
    make: Make, view_of: ViewOf
) -> None:
    live = Live(make)
    live.add(rule_of('"the very end"'))
    live.add(rule_of("word NEAR/3 end"))

    live.check(view_of("word " * 50_000 + "is the very end"))


@every_presearcher
def test_an_article_of_one_word_over_and_over_has_all_phrases_of_it(
    make: Make, view_of: ViewOf
) -> None:
    live = Live(make)
    for length in range(2, 40):
        live.add(rule_of('"' + "over " * length + '"'))
    live.add(rule_of('"over over" NEAR/2 over*'))

    live.check(view_of("over " * 1_000), view_of("over " * 20))


@every_presearcher
@pytest.mark.parametrize(
    ("query", "text"),
    [
        ('"armed group"', "an armed\u2029group"),
        ("한국", "\u1112\u1161\u11ab\u1100\u116e\u11a8"),
        ("3.5", "３．５"),
        ("5", "３．５"),
    ],
)
def test_what_is_written_otherwise_is_read_alike(
    make: Make, view_of: ViewOf, query: str, text: str
) -> None:
    live = Live(make)
    live.add(rule_of(query))

    live.check(view_of(text))
