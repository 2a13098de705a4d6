"""What keeps absent features apart loses none that is there, whatever its number."""

from collections.abc import Callable

from tocsin.article import Article
from tocsin.matching import Engine
from tocsin.matching.presearch import presearcher
from tocsin.matching.presearch.kernel.scratch import SKETCHED
from tocsin.regions.places import Places
from tocsin.rules import Rule, parse


ArticleOf = Callable[..., Article]


def test_features_of_every_number_are_found(article_of: ArticleOf) -> None:
    engine = Engine(presearcher("numba"))
    around = range(SKETCHED - 60, SKETCHED + 60)
    for number in range(around.stop + 1):
        engine.put(Rule(f"alone {number}", "", f"w{number}", parse(f"w{number}")))
    for number in around:
        for query in (f"w{number} AND w{number + 1}", f"w{number + 1} AND w{number}"):
            engine.put(Rule(query, "", query, parse(query)))

    text = " ".join(f"w{number}" for number in range(around.start, around.stop + 1))
    found = engine.match(article_of(text), Places()).rule_ids

    assert len(found) == len(around) + 1 + 2 * len(around)
