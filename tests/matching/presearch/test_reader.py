"""What the compiled reader tells of long articles and of many rules is what is there."""

from collections.abc import Callable

from tocsin.article import Article
from tocsin.matching import Engine
from tocsin.matching.presearch import presearcher
from tocsin.matching.presearch.kernel.reader import KernelReader
from tocsin.regions.places import Places
from tocsin.rules import Rule, parse


ArticleOf = Callable[..., Article]


def test_a_word_may_stand_anywhere_any_number_of_times() -> None:
    text = "An army. " * 20_000

    spans, parts = KernelReader().locate("Army", text, ["army", "an army", "navy"])

    (army, both, navy) = parts
    assert army == (0, 20_001)
    assert both == (20_001, 40_001)
    assert navy == (40_001, 40_001)
    assert (spans.streams[0], spans.starts[0], spans.ends[0]) == (0, 0, 4)
    starts = [spans.starts[at] for at in range(1, 20_001)]
    assert starts == [3 + 9 * at for at in range(20_000)]
    assert spans.streams[1:20_001] == [1] * 20_000


def test_what_does_not_fold_letter_by_letter_is_left_to_others() -> None:
    reader = KernelReader()

    assert reader.locate("Title", "Straße", ["army"]).parts == [None]
    assert reader.locate("Title", "\x1e", ["army"]).parts == [None]
    assert reader.locate("Title", "Army 🙂", ["army"]).parts == [None]
    some = reader.locate("Title", "Army", ["straße", "a?my", "السلام", "army", "🙂"]).parts
    assert some == [None] * 5  # since two units make one sign, none can be told where it ends
    some = reader.locate("Title", "Army", ["straße", "a?my", "السلام", "army"]).parts
    assert some == [None, None, None, (0, 1)]


def test_records_of_any_number_and_length_are_read(article_of: ArticleOf) -> None:
    engine = Engine(presearcher("numba"))
    rules = [
        Rule(f"r{n:05}", "name " * 20, query := f"army OR {' OR '.join(words)}", parse(query))
        for n in range(3_000)
        for words in [[f"word{at}" for at in range(n % 60 + 1)]]
    ]
    for rule in rules:
        engine.put(rule)

    found = engine.match(article_of("An army."), Places())

    assert found.rule_ids == [rule.id for rule in rules]
    assert [match.label.query for match in found] == [rule.query for rule in rules]
    assert {evidence.text for match in found for evidence in match.evidence} == {"army"}


def test_rules_of_many_words_each_are_read(article_of: ArticleOf) -> None:
    engine = Engine(presearcher("numba"))
    query = " OR ".join(["army", *(f"word{at}" for at in range(200))])
    for number in range(400):
        engine.put(Rule(f"r{number}", "", query, parse(query)))

    found = engine.match(article_of("An army."), Places())

    assert [len(match.evidence) for match in found] == [1] * 400
