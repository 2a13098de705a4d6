"""Why, and why not."""

from collections.abc import Callable

import pytest
from hypothesis import given

from strategies import articles, places, rules
from tocsin.article import Article
from tocsin.matching import ArticleView, Clause, ClauseKind, Explanation, evaluate, explain
from tocsin.regions.places import LocatedPlace, Places, PlaceSpan, RegionHit
from tocsin.rules import RegionFilter, Rule, parse


ArticleOf = Callable[..., Article]


def explained(query: str, article: Article, located: Places | None = None) -> Explanation:
    rule = Rule(id="a-rule", name="A rule", query=query, expression=parse(query))
    return explain(rule, ArticleView(article, located or Places()))


def test_each_clause_has_its_verdict_and_its_hits(article_of: ArticleOf) -> None:
    article = article_of("JNIM attacked. Jnim fled.", title="Mali")

    clause = explained("(JNIM OR GSIM) AND Mali", article).clause

    assert clause is not None
    assert (clause.kind, clause.verdict) == (ClauseKind.ALL, True)
    names, mali = clause.clauses
    assert [(each.text, each.verdict, each.count) for each in names.clauses] == [
        ("JNIM", True, 2),
        ("GSIM", False, 0),
    ]
    assert [(hit.field, hit.start, hit.end, hit.text) for hit in names.clauses[0].hits] == [
        ("text", 0, 4, "JNIM"),
        ("text", 15, 19, "Jnim"),
    ]
    assert [(hit.field, hit.text) for hit in mali.hits] == [("title", "Mali")]


def test_a_clause_is_shown_as_it_is_written(article_of: ArticleOf) -> None:
    query = "title:(army|Mali) convoy near8 (attack* OR ambush)"

    clause = explained(query, article_of("w")).clause

    assert clause is not None
    assert [query[each.start : each.end] == each.text for each in clause.walk()]
    assert [each.text for each in clause.clauses] == [
        "title:(army|Mali)",
        "convoy near8 (attack* OR ambush)",
    ]


def test_a_hit_of_near_reaches_from_the_first_word_to_the_last(article_of: ArticleOf) -> None:
    (clause,) = explained("attack NEAR/3 army", article_of("An attack on the army.")).evidence()

    assert [hit.text for hit in clause.hits] == ["attack on the army"]


def test_the_evidence_is_what_made_it_true(article_of: ArticleOf) -> None:
    article = article_of("The army came to Mali.")

    found = explained("(army OR convoy) AND Mali NOT football", article).evidence()

    assert [clause.text for clause in found] == ["army", "Mali"]


def test_many_hits_are_counted_and_the_first_few_shown(article_of: ArticleOf) -> None:
    (clause,) = explained("army", article_of("army " * 500)).evidence()

    assert clause.count == 500
    assert len(clause.hits) == 50


@pytest.mark.parametrize(
    ("query", "failures"),
    [
        ("convoy", ["convoy: not in the article"]),
        ("army convoy tank", ["convoy: not in the article", "tank: not in the article"]),
        ("(convoy OR tank) army", ["(convoy OR tank): none of them is there"]),
        ("army NOT Mali", ["NOT Mali: it is there"]),
        ("title:army", ["title:army: not in the title, though elsewhere in the article"]),
        ("title:tank", ["title:tank: not in the title"]),
        (
            "first2(army)",
            ["first2(army): not in the first 2 words, though elsewhere in the article"],
        ),
        ("lead:tank", ["lead:tank: not in the lead"]),
        ("case:ARMY", ["case:ARMY: there, but not in this case"]),
        ("exact:ármy", ["exact:ármy: there, but not with these accents"]),
        (
            "army NEAR/1 Mali",
            ["army NEAR/1 Mali: both are there, but never with at most 1 word between"],
        ),
        (
            "Mali ONEAR/5 army",
            [
                "Mali ONEAR/5 army: both are there, but never with at most 5 words between in this order"
            ],
        ),
        ("army NEAR/1 tank", ["army NEAR/1 tank: only one of the two is there"]),
        ("convoy NEAR/1 tank", ["convoy NEAR/1 tank: neither is there"]),
        ("army SENTENCE peace", ["army SENTENCE peace: both are there, but never in one sentence"]),
        ("atleast3(army)", ["atleast3(army): there 1 times, and 3 are asked for"]),
        ("lang:fr", ["lang:fr: the article is in en"]),
        ("source:rfi.fr", ["source:rfi.fr: the source is bbc.com"]),
        (
            "title:(army Mali)",
            [
                "army: not in the title, though elsewhere in the article",
                "Mali: not in the title, though elsewhere in the article",
            ],
        ),
    ],
)
def test_what_fails_is_named(query: str, failures: list[str], article_of: ArticleOf) -> None:
    article = article_of("Today the army came to Mali. It brought peace.", source="bbc.com")

    explanation = explained(query, article)

    assert not explanation.matched
    assert [str(failure) for failure in explanation.failing] == failures
    assert explanation.snippets == ()


def test_a_not_that_fails_shows_what_is_there(article_of: ArticleOf) -> None:
    (failure,) = explained("army NOT Mali", article_of("The army of Mali")).failing

    assert [hit.text for hit in failure.hits] == ["Mali"]


def test_a_near_miss_has_one_failure(article_of: ArticleOf) -> None:
    article = article_of("JNIM attacked an army convoy in Mali")

    explanation = explained("JNIM attack* (army OR FAMa) Mali Djibo", article)

    assert [failure.text for failure in explanation.failing] == ["Djibo"]


@given(rules(), articles(), places())
def test_an_explanation_agrees_with_the_evaluation(
    rule: Rule, article: Article, located: Places
) -> None:
    view = ArticleView(article, located)

    explanation = explain(rule, view)

    assert explanation.matched is evaluate(rule, view)
    assert bool(explanation.failing) is not explanation.matched
    for clause in walk(explanation.clause):
        assert clause.count >= len(clause.hits)
        for hit in clause.hits:
            texts = [stream.text for stream in view.streams if stream.field == hit.field]
            assert any(text[hit.start : hit.end] == hit.text for text in texts)
    for snippet in explanation.snippets:
        assert all(0 <= start < end <= len(snippet.text) for start, end in snippet.marks)


def walk(clause: Clause | None) -> list[Clause]:
    return [] if clause is None else list(clause.walk())


def marked(explanation: Explanation) -> list[str]:
    return [
        "".join(
            f"[{snippet.text[start:end]}]" if inside else snippet.text[start:end]
            for start, end, inside in pieces(snippet.text, snippet.marks)
        )
        for snippet in explanation.snippets
    ]


def pieces(text: str, marks: tuple[tuple[int, int], ...]) -> list[tuple[int, int, bool]]:
    found = []
    last = 0
    for start, end in marks:
        found += [(last, start, False), (start, end, True)]
        last = end
    return [*found, (last, len(text), False)]


def test_snippets_show_the_sentences_with_the_hits_marked(article_of: ArticleOf) -> None:
    article = article_of("It rained. The army met a convoy. Nothing else. The army left.")

    explanation = explained("army AND convoy", article)

    assert marked(explanation) == ["The [army] met a [convoy].", "The [army] left."]


def test_the_heaviest_clause_leads(article_of: ArticleOf) -> None:
    article = article_of("The army met a convoy. The army left Djibo.")

    explanation = explained("army AND convoy AND Djibo^9", article)

    assert marked(explanation) == ["The [army] left [Djibo].", "The [army] met a [convoy]."]


def test_of_words_that_are_near_only_they_are_marked(article_of: ArticleOf) -> None:
    explanation = explained("attack NEAR/3 army", article_of("An attack on the army in Mali."))

    assert marked(explanation) == ["An [attack] on the [army] in Mali."]


def test_places_are_marked_too(article_of: ArticleOf) -> None:
    text = "It rained. Rain fell on Diboli."
    start = text.index("Diboli")
    place = LocatedPlace("place:1", "Diboli", 0.9, (PlaceSpan("text", start, start + 6),))
    hit = RegionHit("area:sahel", 0.9, "about", explicit=False, places=(place,))
    rule = Rule(id="a-rule", name="A rule", regions=RegionFilter(any=("area:sahel",)))

    explanation = explain(
        rule, ArticleView(article_of(text), Places((place,), {"area:sahel": hit}))
    )

    assert marked(explanation) == ["Rain fell on [Diboli]."]
    assert [setting.region for setting in explanation.regions()] == ["area:sahel"]


def test_a_very_long_sentence_is_cut_around_its_first_mark(article_of: ArticleOf) -> None:
    article = article_of("word " * 200 + "JNIM " + "word " * 200)

    (snippet,) = marked(explained("JNIM", article))

    assert "[JNIM]" in snippet
    assert snippet.startswith("…word")
    assert snippet.endswith("word…")
    assert len(snippet) < 400


def test_a_snippet_is_one_line(article_of: ArticleOf) -> None:
    assert marked(explained("army", article_of("The\narmy came."))) == ["The [army] came."]
