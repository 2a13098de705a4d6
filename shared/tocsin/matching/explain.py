"""Say for each part of a rule whether it is true of an article, and where."""

from collections.abc import Iterable
from typing import assert_never

from tocsin.matching.evaluate import Wrapper, find, inside, narrowed
from tocsin.matching.explanation import Clause, ClauseKind, Explanation, Failure, Hit
from tocsin.matching.intervals import Interval
from tocsin.matching.reasons import failures_beside, reason_of
from tocsin.matching.scope import EVERYWHERE, Scope
from tocsin.matching.setting import Setting, excluded, is_from, setting
from tocsin.matching.snippets import snippets
from tocsin.matching.view import ArticleView
from tocsin.rules import (
    And,
    AtLeast,
    Boost,
    Expression,
    Filter,
    FirstWords,
    InField,
    InRegion,
    ListReference,
    Near,
    Not,
    Or,
    Phrase,
    RegionFilter,
    Rule,
    Same,
    SameAccents,
    SameCase,
    Term,
    Wildcard,
    to_text,
)
from tocsin.rules.walk import is_positional


_MOST_HITS = 50


def _none(verdicts: Iterable[bool]) -> bool:
    return not any(verdicts)


_JOINED = {ClauseKind.ALL: all, ClauseKind.ANY: any, ClauseKind.NONE: _none}


def explain(rule: Rule, view: ArticleView) -> Explanation:
    """Return why an article satisfies a rule, or what of it fails."""
    clause = None
    if rule.expression is not None:
        clause = _Explainer(rule.query, view).clause(rule.expression, EVERYWHERE)
    settings = settings_of(rule.regions, view) if rule.regions else ()
    failing = (*failures_beside(rule, settings, view), *_failing(clause))
    found = () if failing else snippets(view, clause, settings)
    return Explanation(not failing, clause, settings, found, failing)


def settings_of(asked: RegionFilter, view: ArticleView) -> tuple[Setting, ...]:
    wanted = dict.fromkeys((*asked.any, *asked.all))
    return (
        *(setting(region, asked, view) for region in wanted),
        *(excluded(region, asked, view) for region in asked.except_),
    )


class _Explainer:
    def __init__(self, query: str, view: ArticleView) -> None:
        self._query = query
        self._view = view

    def clause(self, expression: Expression, scope: Scope, weight: int = 1) -> Clause:
        match expression:
            case Term() | Wildcard() | Phrase() | Near() | Same() | AtLeast():
                return self._words(expression, scope, weight)
            case And(operands):
                return self._joined(ClauseKind.ALL, expression, operands, scope, weight)
            case Or(operands):
                return self._joined(ClauseKind.ANY, expression, operands, scope, weight)
            case Not(operand):
                return self._joined(ClauseKind.NONE, expression, (operand,), scope, weight)
            case InField() | FirstWords() | SameCase() | SameAccents() | Boost() | ListReference():
                return self._wrapped(expression, scope, weight)
            case InRegion(level=level, region=region):
                found = setting(region, RegionFilter(level=level), self._view)
                return self._leaf(ClauseKind.REGION, expression, found.verdict, found.reason, found)
            case Filter():
                verdict = is_from(expression, self._view.article)
                reason = reason_of(expression, self._view, scope)
                return self._leaf(ClauseKind.FILTER, expression, verdict, reason)
            case _:
                assert_never(expression)

    def _words(self, expression: Expression, scope: Scope, weight: int) -> Clause:
        counted = expression.operand if isinstance(expression, AtLeast) else expression
        found = find(counted, self._view, scope)
        least = expression.count if isinstance(expression, AtLeast) else 1
        verdict = len(found) >= least
        return Clause(
            ClauseKind.WORDS,
            *self._written(expression),
            verdict,
            "" if verdict else reason_of(expression, self._view, scope),
            tuple(map(self._hit, found[:_MOST_HITS])),
            len(found),
            self._operands(expression, scope),
            weight,
        )

    def _operands(self, expression: Expression, scope: Scope) -> tuple[Clause, ...]:
        match expression:
            case Near(left, right) | Same(left, right):
                return (self.clause(left, scope), self.clause(right, scope))
            case AtLeast(operand=operand):
                return self._operands(operand, scope)
            case InField() | FirstWords() | SameCase() | SameAccents() | Boost():
                return self._operands(inside(expression), narrowed(expression, scope))
            case _:
                return ()

    def _joined(
        self,
        kind: ClauseKind,
        expression: Expression,
        operands: tuple[Expression, ...],
        scope: Scope,
        weight: int,
    ) -> Clause:
        clauses = tuple(self.clause(operand, scope, weight) for operand in operands)
        verdict = _JOINED[kind](clause.verdict for clause in clauses)
        reason = "" if verdict else reason_of(expression, self._view, scope)
        written = self._written(expression)
        return Clause(kind, *written, verdict, reason, clauses=clauses, weight=weight)

    def _wrapped(self, wrapper: Wrapper, scope: Scope, weight: int) -> Clause:
        """A field around words is one clause; around AND or NOT it has clauses of its own."""
        weight = wrapper.weight if isinstance(wrapper, Boost) else weight
        if is_positional(wrapper):
            return self._words(wrapper, scope, weight)
        inner = self.clause(inside(wrapper), narrowed(wrapper, scope), weight)
        written = self._written(wrapper)
        return Clause(
            ClauseKind.WITHIN,
            *written,
            inner.verdict,
            inner.reason,
            clauses=(inner,),
            weight=weight,
        )

    def _leaf(
        self,
        kind: ClauseKind,
        expression: Expression,
        verdict: bool,  # noqa: FBT001 -- the value, not an option
        reason: str,
        found: Setting | None = None,
    ) -> Clause:
        start, end = expression.place
        text = to_text(expression)
        return Clause(kind, text, start, end, verdict, "" if verdict else reason, setting=found)

    def _written(self, expression: Expression) -> tuple[str, int, int]:
        start, end = expression.place
        return self._query[start:end] or to_text(expression), start, end

    def _hit(self, interval: Interval) -> Hit:
        stream = self._view.streams[interval.stream]
        start, _ = stream.tokens.spans[interval.first]
        _, end = stream.tokens.spans[interval.last]
        return Hit(stream.field, start, end, stream.text[start:end])


def _failing(clause: Clause | None) -> tuple[Failure, ...]:
    """Return the smallest clauses without which the whole would be true."""
    if clause is None or clause.verdict:
        return ()
    if clause.kind in {ClauseKind.ALL, ClauseKind.WITHIN}:
        return tuple(failure for each in clause.clauses for failure in _failing(each))
    hits = clause.hits
    if clause.kind is ClauseKind.NONE:
        hits = tuple(hit for each in clause.clauses for hit in each.hits)
    return (Failure(clause.text, clause.reason, clause.start, clause.end, hits),)
