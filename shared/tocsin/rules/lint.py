"""What can be read and matched and is probably not what was meant."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from tocsin.rules.expression import (
    And,
    Expression,
    InRegion,
    Literal,
    Not,
    Or,
    Place,
    SameCase,
    Term,
    Wildcard,
)
from tocsin.rules.impossible import impossible
from tocsin.rules.lexer import Kind, lex
from tocsin.rules.likelihood import likelihood, of_word
from tocsin.rules.parser import sound
from tocsin.rules.rule import Rule
from tocsin.rules.stop_words import is_stop_word
from tocsin.rules.walk import children, walk
from tocsin.rules.words import fixed_prefix, matches


@dataclass(frozen=True, slots=True)
class Hint:
    """Something at characters ``start`` to ``end`` of the query that its writer should look at.

    ``fix`` is the whole query as it was more likely meant, where we can tell.
    """

    problem: str
    start: int
    end: int
    fix: str | None = None

    @property
    def column(self) -> int:
        return self.start + 1


# A rule for people should not wake them for every fifth article.
_TOO_OFTEN = 0.2
_SHORT_PREFIX = 3
_OPERATORS = frozenset({"and", "or", "not", "near"})

# Beginnings of so many words that they tell next to nothing.
_PRODUCTIVE = frozenset(
    {
        *("anti", "auto", "cont", "conf", "cons", "comm", "comp", "conc", "disc", "euro", "fore"),
        *("inte", "inter", "inst", "over", "para", "post", "pres", "prod", "prof", "prop", "repr"),
        *("stra", "super", "trans", "under", "contr", "gouv", "gobi"),
    }
)


def lint(rule: Rule, region_name: Callable[[str], str] | None = None) -> tuple[Hint, ...]:
    """Return what is doubtful in a rule, in the order of the query; it need not be resolved.

    ``region_name`` tells what people call a region; with it, a region that is asked for twice,
    as a word and beside the query, is noticed.
    """
    if rule.expression is None:
        return ()
    found = {
        hint
        for check in (_words_or_operators, _bare_words, _unquoted_regions, _needless, _wildcards)
        for hint in check(rule.query, rule.expression)
    }
    found.update(_conflicts(rule))
    found.update(_too_often(rule))
    found.update(_regions_twice(rule, region_name))
    return tuple(sorted(found, key=lambda hint: (hint.start, hint.end, hint.problem)))


def _hint(query: str, place: Place, problem: str, instead: str | None = None) -> Hint:
    fix = None if instead is None else query[: place.start] + instead + query[place.end :]
    return Hint(problem, place.start, place.end, sound(fix))


def _words_or_operators(query: str, expression: Expression) -> Iterator[Hint]:
    for node in walk(expression):
        word = query[node.place.start : node.place.end]
        if isinstance(node, Term) and word.lower() in _OPERATORS:
            problem = (
                f"word or operator? {word!r} is looked for as a word: operators are in capitals"
            )
            yield _hint(query, node.place, problem, word.upper())
    for lexeme in lex(query):
        if lexeme.kind is Kind.SAME and lexeme.text == "same":
            problem = "'same' is read as PARAGRAPH; to look for the word, put it in quotes"
            yield _hint(query, lexeme.place, problem, '"same"')


def _bare_words(query: str, expression: Expression) -> Iterator[Hint]:
    """Yield each run of words with nothing between them."""
    for node in walk(expression):
        if isinstance(node, And):
            for run in _runs(query, node.operands):
                place = Place(run[0].place.start, run[-1].place.end)
                phrase = f'"{query[place.start : place.end]}"'
                yield _hint(
                    query,
                    place,
                    f"all of them are asked for; did you mean the phrase {phrase}?",
                    phrase,
                )


def _runs(query: str, operands: Sequence[Expression]) -> Iterator[list[Expression]]:
    run: list[Expression] = []
    for operand in operands:
        if not _is_bare(query, operand) or (run and not _is_next(query, run[-1], operand)):
            yield from [run] if len(run) > 1 else []
            run = []
        if _is_bare(query, operand):
            run.append(operand)
    yield from [run] if len(run) > 1 else []


def _is_bare(query: str, operand: Expression) -> bool:
    """Tell whether it is a plain word; a small one between is more likely an operator."""
    word = query[operand.place.start : operand.place.end]
    return isinstance(operand, Literal) and word == operand.text and word.lower() not in _OPERATORS


def _is_next(query: str, first: Expression, second: Expression) -> bool:
    return query[first.place.end : second.place.start].isspace()


def _unquoted_regions(query: str, expression: Expression) -> Iterator[Hint]:
    for node in walk(expression):
        if isinstance(node, And):
            for region, word in pairwise(node.operands):
                if isinstance(region, InRegion) and _is_rest_of_name(query, region, word):
                    place = Place(region.place.start, word.place.end)
                    level, _, name = query[place.start : place.end].partition(":")
                    whole = f'{level}:"{name.strip()}"'
                    yield _hint(
                        query, place, f"a name of several words goes in quotes: {whole}?", whole
                    )


def _is_rest_of_name(query: str, region: InRegion, word: Expression) -> bool:
    return (
        _is_bare(query, word)
        and _is_next(query, region, word)
        and query[word.place.start].isupper()
        and query[region.place.end - 1 : region.place.end] not in {'"', ")", "”"}
    )


def _needless(query: str, expression: Expression) -> Iterator[Hint]:
    """Yield words that are in nearly every article, or said twice."""
    for node in _outside_case(expression):
        if isinstance(node, Term) and all(map(is_stop_word, node.words)):
            if node.text.isupper() and len(node.text) > 1 and node.text.lower() not in _OPERATORS:
                problem = f"{node.text!r} also finds {node.text.lower()!r}; for capitals only write case:{node.text}"
                yield _hint(query, node.place, problem, f"case:{node.text}")
            elif node.text.lower() not in _OPERATORS:
                yield _hint(query, node.place, f"{node.text!r} is in nearly every article")
        if isinstance(node, Or | And):
            yield from _repeated(query, node)


def _repeated(query: str, node: And | Or) -> Iterator[Hint]:
    seen: list[Literal] = []
    for operand in node.operands:
        if not isinstance(operand, Literal):
            continue
        twice = next(
            (each for each in seen if _covers(each, operand) or _covers(operand, each)), None
        )
        if twice is not None:
            narrow = operand if _covers(twice, operand) else twice
            wide = twice if narrow is operand else operand
            needless = narrow if isinstance(node, Or) else wide
            yield _hint(
                query,
                needless.place,
                f"needless beside {(wide if needless is narrow else narrow).text!r}",
            )
        seen.append(operand)


def _covers(wide: Literal, narrow: Literal) -> bool:
    """Tell whether wherever ``narrow`` is found, ``wide`` is."""
    return len(wide.words) == len(narrow.words) and all(map(matches, wide.words, narrow.words))


def _outside_case(expression: Expression) -> Iterator[Expression]:
    """Yield all but what is looked for in its case: WHO is no stop word."""
    yield expression
    if not isinstance(expression, SameCase):
        for child in children(expression):
            yield from _outside_case(child)


def _wildcards(query: str, expression: Expression) -> Iterator[Hint]:
    for node in walk(expression):
        if isinstance(node, Wildcard) and node.words[0].endswith("*"):
            prefix = fixed_prefix(node.words[0])
            if len(prefix) <= _SHORT_PREFIX or prefix in _PRODUCTIVE:
                yield _hint(
                    query, node.place, f"{node.text} stands for hundreds or thousands of words"
                )


def _conflicts(rule: Rule) -> Iterator[Hint]:
    assert rule.expression is not None
    for place, problem in impossible(rule.expression, rule):
        yield Hint(problem, place.start, place.end)


def _too_often(rule: Rule) -> Iterator[Hint]:
    expression = rule.expression
    assert expression is not None
    if rule.regions is not None and (rule.regions.any or rule.regions.all):
        return
    share = likelihood(expression)
    if share < _TOO_OFTEN:
        return
    common = max(_required(expression), key=_commonness, default=None)
    place = expression.place if common is None else common.place
    reason = f" because of {common.text!r}" if common is not None else ""
    about = f"about {round(share * 100)} of 100 articles" if share < 1 else "every article"
    yield Hint(f"would fire on {about}{reason}", place.start, place.end)


def _required(expression: Expression) -> list[Literal]:
    return [
        node
        for node in walk(expression)
        if isinstance(node, Literal)
        and len(node.words) == 1
        and of_word(node.words[0]) >= _TOO_OFTEN
    ]


def _commonness(literal: Literal) -> float:
    return of_word(literal.words[0])


def _regions_twice(rule: Rule, region_name: Callable[[str], str] | None) -> Iterator[Hint]:
    if rule.regions is None or rule.expression is None:
        return
    asked = {*rule.regions.any, *rule.regions.all}
    names = {region_name(each).casefold() for each in asked} if region_name else set()
    for node in _wanted(rule.expression):
        if isinstance(node, InRegion) and node.region in asked:
            problem = f"{node.name} is asked for in the query and beside it"
            yield Hint(problem, node.place.start, node.place.end)
        if isinstance(node, Literal) and node.text.casefold() in names:
            problem = (
                f"{node.text!r} is asked for as a word, and as a region beside the query: "
                "articles that only name places in it are left out"
            )
            yield Hint(problem, node.place.start, node.place.end)


def _wanted(expression: Expression) -> Iterator[Expression]:
    """Yield what each matching article must have: the operands of the outermost AND."""
    if isinstance(expression, And):
        for operand in expression.operands:
            yield from _wanted(operand)
    elif not isinstance(expression, Not):
        yield expression
