"""Rules as a few bytes, of which a million fit where as many trees would not.

A record is the length of the id in two bytes, the id, and JSON: ``[name, version, query]``, and an object
where there is more. A query is kept as it is written, and parsed anew when somebody asks for
the rule; what its names stood for is kept beside it, in the order in which they stand.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import Any

from tocsin.matching.expression_json import expression_of, json_of
from tocsin.rules import (
    Expression,
    Filter,
    InRegion,
    Level,
    ListReference,
    RegionFilter,
    Rule,
    parse,
)
from tocsin.rules.resolve import mapped, may_name


class SharedLists:
    """The lists that rules name, each once, however many rules do."""

    def __init__(self, texts: list[str] | None = None) -> None:
        self.texts = texts or []  # JSON
        self._numbers = {text: number for number, text in enumerate(self.texts)}
        self._lists: dict[int, Expression] = {}
        # Most rules come with the very value that one before them had.
        self._lately: dict[int, tuple[Expression, int]] = {}

    def number(self, alternatives: Expression) -> int:
        known = self._lately.get(id(alternatives))
        if known is None:
            known = (alternatives, self._add(alternatives))
            if len(self._lately) >= _MOST_LATELY:
                self._lately.clear()
            self._lately[id(alternatives)] = known
        return known[1]

    def alternatives(self, number: int) -> Expression:
        if number not in self._lists:
            self._lists[number] = expression_of(json.loads(self.texts[number]))
        return self._lists[number]

    def _add(self, alternatives: Expression) -> int:
        text = json.dumps(json_of(alternatives))
        if text not in self._numbers:
            self._numbers[text] = len(self.texts)
            self.texts.append(text)
        return self._numbers[text]


_MOST_LATELY = 1_000
_LENGTH = 2
_written = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def record_of(rule: Rule, lists: SharedLists) -> bytes:
    values: list[Any] = [rule.name, rule.version, rule.query]
    if more := dict(_more(rule, lists)):
        values.append(more)
    return _beginning(rule.id) + _written(values).encode("utf-8", "surrogatepass")


def is_of(record: bytes | None, rule_id: str) -> bool:
    """Tell whether a record is that of the rule."""
    return record is not None and record.startswith(_beginning(rule_id))


def id_in(record: bytes) -> str:
    return record[_LENGTH : _end_of_id(record)].decode("utf-8", "surrogatepass")


def version_in(record: bytes) -> int:
    version: int = json.loads(record[_end_of_id(record) :].decode("utf-8", "surrogatepass"))[1]
    return version


def rule_in(record: bytes, lists: SharedLists) -> Rule:
    written = record[_end_of_id(record) :].decode("utf-8", "surrogatepass")
    name, version, query, *others = json.loads(written)
    more: dict[str, Any] = others[0] if others else {}
    return Rule(
        id=id_in(record),
        name=name,
        query=query,
        expression=_expression(query, more, lists),
        regions=_regions(more["regions"]) if "regions" in more else None,
        languages=tuple(more.get("languages", ())),
        version=version,
    )


def _beginning(rule_id: str) -> bytes:
    identity = rule_id.encode("utf-8", "surrogatepass")
    return len(identity).to_bytes(_LENGTH, "big") + identity


def _end_of_id(record: bytes) -> int:
    return _LENGTH + int.from_bytes(record[:_LENGTH], "big")


def _more(rule: Rule, lists: SharedLists) -> Iterator[tuple[str, Any]]:
    if rule.languages:
        yield "languages", rule.languages
    if rule.regions is not None:
        yield "regions", asdict(rule.regions)
    if rule.expression is not None and not rule.query.strip():
        yield "expression", json_of(rule.expression)
    elif meant := _meant(rule, lists):
        yield "meant", meant


def _meant(rule: Rule, lists: SharedLists) -> list[str | int]:
    """Return what the names in a query stand for, one after another."""
    found: list[str | int] = []
    if rule.expression is None or not may_name(rule.query):
        return found

    def look(leaf: Expression) -> Expression:
        match leaf:
            case InRegion(region=region) | Filter(region=region):
                found.append(region)
            case ListReference(alternatives=alternatives) if alternatives is not None:
                found.append(lists.number(alternatives))
            case _:
                pass
        return leaf

    mapped(rule.expression, look)
    return found if any(each != "" for each in found) else []


def _expression(query: str, more: dict[str, Any], lists: SharedLists) -> Expression | None:
    if "expression" in more:
        return expression_of(more["expression"])
    if not query.strip():
        return None
    expression = parse(query)
    return _resolved(expression, more["meant"], lists) if "meant" in more else expression


def _resolved(expression: Expression, meant: list[Any], lists: SharedLists) -> Expression:
    names = iter(meant)

    def name(leaf: Expression) -> Expression:
        match leaf:
            case InRegion() | Filter():
                return replace(leaf, region=next(names))
            case ListReference():
                return replace(leaf, alternatives=lists.alternatives(next(names)))
            case _:
                return leaf

    return mapped(expression, name)


def _regions(values: dict[str, Any]) -> RegionFilter:
    return RegionFilter(
        any=tuple(values["any"]),
        all=tuple(values["all"]),
        except_=tuple(values["except_"]),
        level=Level(values["level"]),
        min_probability=values["min_probability"],
        include_descendants=values["include_descendants"],
        explicit_only=values["explicit_only"],
    )
