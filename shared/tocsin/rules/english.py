"""Say a rule in plain English, so that its writer can see whether it was understood."""

from collections.abc import Callable, Iterable
from typing import assert_never

from tocsin.rules.expression import (
    And,
    AtLeast,
    Boost,
    Expression,
    FieldName,
    Filter,
    FilterKind,
    FirstWords,
    InField,
    InRegion,
    Level,
    ListReference,
    Near,
    Not,
    Or,
    Phrase,
    Same,
    SameAccents,
    SameCase,
    Term,
    Unit,
    Wildcard,
)
from tocsin.rules.rule import RegionFilter, Rule
from tocsin.rules.walk import is_positional


def in_english(rule: Rule, region_name: Callable[[str], str]) -> str:
    """Return a rule as one sentence; ``region_name`` tells what people call a region."""
    wanted: list[str] = []
    unwanted: list[str] = []
    if rule.expression is not None:
        wanted, unwanted = _claims(rule.expression)
    if rule.regions is not None:
        wanted += _settings(rule.regions, region_name)
        unwanted += [_set_in(region_name(region), rule.regions) for region in rule.regions.except_]
    if rule.languages:
        wanted.append(f"is written in {_any(rule.languages)}")
    return f"An article matches if it {_sentence(wanted, unwanted)}."


def describe(expression: Expression) -> str:
    """Return what an expression says of an article: ``mentions JNIM or GSIM, and is in Mali``."""
    return _sentence(*_claims(expression))


def _sentence(wanted: list[str], unwanted: list[str]) -> str:
    if not unwanted:
        return _all(wanted or ["is about anything"])
    if not wanted:
        return f"is none that {_or(unwanted)}"
    return f"{_all(wanted)}, unless it {_or(unwanted)}"


def _claims(expression: Expression, place: str = "") -> tuple[list[str], list[str]]:
    """Return what the article must be like, and what it must not be like."""
    operands = expression.operands if isinstance(expression, And) else (expression,)
    wanted = [_claim(each, place) for each in operands if not isinstance(each, Not)]
    unwanted = [_claim(each.operand, place) for each in operands if isinstance(each, Not)]
    return wanted, unwanted


def _claim(expression: Expression, place: str = "") -> str:
    """Return a verb phrase; ``place`` narrows where the words are: `` in its title``."""
    match expression:
        case And():
            return f"({_sentence(*_claims(expression, place))})"
        case Or(operands) if not is_positional(expression):
            return _regions(operands) or f"({_or(_claim(each, place) for each in operands)})"
        case Not(operand):
            return f"is not one that {_claim(operand, place)}"
        case InField(name, operand):
            return _in_field(name, operand)
        case FirstWords(count, operand):
            return _claim(operand, f" in its first {count} words{place}")
        case AtLeast(count, operand):
            return f"mentions {_things(operand)} at least {count} times{place}"
        case InRegion(name, level):
            return f"is about {name}" if level is Level.ABOUT else f"is in {name}"
        case Filter():
            return _filter(expression)
        case (SameCase() | SameAccents() | Boost()) as wrapper if not is_positional(wrapper):
            return _claim(wrapper.operand, place)
        case _:
            verb = "has" if place else "mentions"
            return f"{verb} {_things(expression)}{place}"


def _in_field(name: FieldName, operand: Expression) -> str:
    match name:
        case FieldName.TITLE | FieldName.LEAD | FieldName.BODY:
            return _claim(operand, f" in its {name}")
        case FieldName.URL:
            return _claim(operand, " in its address")
        case FieldName.AUTHOR:
            return (
                f"is by {_things(operand)}"
                if is_positional(operand)
                else _claim(operand, " as author")
            )
        case FieldName.TAG:
            return (
                f"is tagged {_things(operand)}"
                if is_positional(operand)
                else _claim(operand, " as tag")
            )
        case _:
            assert_never(name)


def _things(expression: Expression) -> str:  # noqa: C901 -- one case for each kind of node
    """Return a noun phrase for what is looked for in the text."""
    match expression:
        case Term(text):
            return text
        case Phrase(text):
            return f"“{text}”"
        case Wildcard(text) if text.endswith("*") and "?" not in text:
            return f"words that begin with {text[:-1]}"
        case Wildcard(text):
            return f"words such as {text}"
        case Near(left, right, distance, ordered):
            between = f"with at most {distance} word{'' if distance == 1 else 's'} between"
            order = "followed by" if ordered else "and"
            return f"{_grouped(left)} {order} {_grouped(right)} {between}"
        case Same(left, right, unit):
            name = "sentence" if unit is Unit.SENTENCE else "paragraph"
            return f"{_grouped(left)} and {_grouped(right)} in one {name}"
        case Or(operands):
            return _any(_grouped(each) for each in operands)
        case InField(name, operand):
            return f"{_grouped(operand)} (in its {name})"
        case FirstWords(count, operand):
            return f"{_grouped(operand)} (in its first {count} words)"
        case SameCase(operand):
            return f"{_grouped(operand)} (in this case)"
        case SameAccents(operand):
            return f"{_grouped(operand)} (with these accents)"
        case Boost(operand):
            return f"{_grouped(operand)} (shown first)"
        case ListReference(name):
            return f"anything on the list {name}"
        case And() | Not() | AtLeast() | InRegion() | Filter():
            return f"what {_claim(expression)}"
        case _:
            assert_never(expression)


def _grouped(expression: Expression) -> str:
    text = _things(expression)
    return f"({text})" if isinstance(expression, Or | Near | Same) else text


def _filter(asked: Filter) -> str:
    match asked.kind:
        case FilterKind.LANGUAGE:
            return f"is written in {asked.value}"
        case FilterKind.SOURCE:
            return f"comes from {asked.value}"
        case FilterKind.SOURCE_COUNTRY:
            return f"comes from a source in {asked.value}"
        case _:
            assert_never(asked.kind)


def _regions(operands: tuple[Expression, ...]) -> str:
    """Return ``is in Mali or the Sahel``; nothing where the operands are not all so alike."""
    names = [each.name for each in operands if isinstance(each, InRegion)]
    levels = {each.level for each in operands if isinstance(each, InRegion)}
    if len(names) < len(operands) or len(levels) > 1:
        return ""
    return f"is {'about' if Level.ABOUT in levels else 'in'} {_any(names)}"


def _settings(asked: RegionFilter, region_name: Callable[[str], str]) -> list[str]:
    claims = []
    if asked.any:
        claims.append(_set_in(_any(map(region_name, asked.any)), asked))
    return claims + [_set_in(region_name(region), asked) for region in asked.all]


def _set_in(names: str, asked: RegionFilter) -> str:
    if asked.explicit_only:
        names += ", which it names"
    elif not asked.include_descendants:
        names += " itself"
    return f"is about {names}" if asked.level is Level.ABOUT else f"is in {names}"


def _any(names: Iterable[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} or {last}" if most else last


def _or(claims: Iterable[str]) -> str:
    return " or ".join(claims)


def _all(claims: list[str]) -> str:
    *most, last = claims
    if not most:
        return last
    comma = "," if len(most) > 1 else ""
    return f"{', '.join(most)}{comma} and {last}"
