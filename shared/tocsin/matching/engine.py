"""The two steps together: choose the candidates, then decide and explain."""

from tocsin.article import Article
from tocsin.matching.anchors import keys_of
from tocsin.matching.evaluate import evaluate
from tocsin.matching.explain import explain
from tocsin.matching.explanation import Explanation, Match
from tocsin.matching.index import RuleIndex
from tocsin.matching.view import ArticleView
from tocsin.regions.places import Places
from tocsin.rules import Rule


class Engine:
    """All rules in force. A change holds from the next article on."""

    def __init__(self) -> None:
        self._index = RuleIndex()

    def __len__(self) -> int:
        return len(self._index)

    def put(self, rule: Rule) -> None:
        """Add a rule, in place of the one with its id if there is one."""
        self._index.put(rule)

    def remove(self, rule_id: str) -> None:
        """Forget a rule; nothing happens where there is none."""
        self._index.remove(rule_id)

    def match(self, article: Article, places: Places) -> list[Match]:
        """Return the rules that an article satisfies, ordered by id, each with the reasons."""
        view = ArticleView(article, places)
        candidates = self._index.candidates(keys_of(view))
        matched = sorted(rule_id for rule_id, rule in candidates.items() if evaluate(rule, view))
        return [
            Match(candidates[rule_id], explain(candidates[rule_id], view)) for rule_id in matched
        ]

    def explain(self, rule: Rule, article: Article, places: Places) -> Explanation:
        """Tell why an article satisfies a rule or does not; the rule need not be in force."""
        return explain(rule, ArticleView(article, places))
