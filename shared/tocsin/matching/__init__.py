"""Decide which rules an article matches, and say why.

First ``presearch`` picks the few rules that could match at all, then ``evaluate`` decides;
``explain`` says what became of each clause. The same split as Lucene's Presearcher and
CandidateMatcher (org.apache.lucene.monitor). Read ``view`` first, then ``evaluate``; ``engine`` puts
all together, over a ``rulebook`` of a million rules.
"""

from tocsin.matching.engine import Engine
from tocsin.matching.evaluate import evaluate
from tocsin.matching.explain import explain
from tocsin.matching.explanation import (
    Clause,
    ClauseKind,
    Evidence,
    ExplainedMatch,
    Explanation,
    Failure,
    Hit,
    MarkedSentence,
    Match,
)
from tocsin.matching.matches import Matches
from tocsin.matching.preparing import Preparation, PreparedRule
from tocsin.matching.setting import Setting
from tocsin.matching.sharding import Shard
from tocsin.matching.view import ArticleView


__all__ = [
    "ArticleView",
    "Clause",
    "ClauseKind",
    "Engine",
    "Evidence",
    "ExplainedMatch",
    "Explanation",
    "Failure",
    "Hit",
    "MarkedSentence",
    "Match",
    "Matches",
    "Preparation",
    "PreparedRule",
    "Setting",
    "Shard",
    "evaluate",
    "explain",
]
