"""Rules as a few bytes, of which a million fit where as many trees would not.

A record is the length of the id in two bytes, the id, the leaves (see ``reading``), the version, the lengths of
name and query, these two, and a JSON object where there is more. A query is kept as it is written, and parsed anew when somebody asks for
the rule; what its names stood for is kept beside it, in the order in which they stand.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from struct import Struct
from types import MappingProxyType
from typing import Any, NamedTuple

from tocsin.matching.expression_json import expression_of, json_of
from tocsin.matching.reading import (
    Label,
    Reading,
    length_of_packed,
    packed,
    reading_of,
    unpacked,
)
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
_OF_REGIONS = tuple(field.name for field in fields(RegionFilter))
_written = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def record_of(rule: Rule, lists: SharedLists) -> bytes:
    name, query = _encoded(rule.name), _encoded(rule.query)
    more = dict(_more(rule, lists))
    return b"".join(
        (
            _beginning(rule.id),
            packed(rule),
            _HEAD.pack(rule.version, len(name), len(query)),
            name,
            query,
            _encoded(_written(more)) if more else b"",
        )
    )


def is_of(record: bytes | None, rule_id: str) -> bool:
    """Tell whether a record is that of the rule."""
    return record is not None and record.startswith(_beginning(rule_id))


def id_in(record: bytes) -> str:
    end = (
        record[0] << 8 | record[1]
    ) + _LENGTH  # in place: this is asked for a million times a second
    return record[_LENGTH:end].decode("utf-8", "surrogatepass")


def version_in(record: bytes) -> int:
    return _parts_of(record).version


def rule_in(record: bytes, lists: SharedLists) -> Rule:
    version, name, query, more = _parts_of(record)
    return Rule(
        id=id_in(record),
        name=name,
        query=query,
        expression=_expression(query, more, lists),
        regions=_regions(more["regions"]) if "regions" in more else None,
        languages=tuple(more.get("languages", ())),
        version=version,
    )


def reading_in(record: bytes, lists: SharedLists) -> Reading:
    """Return what is needed to tell of a match."""
    version, name, query, more = _parts_of(record)
    regions = _regions(more["regions"]) if "regions" in more else None
    label = Label(id_in(record), name, version, query)
    found = unpacked(record, _end_of_id(record), label, regions)
    return reading_of(rule_in(record, lists)) if found is None else found


class _Parts(NamedTuple):
    version: int
    name: str
    query: str
    more: Mapping[str, Any]


_HEAD = Struct("<QII")
_NO_MORE: Mapping[str, Any] = MappingProxyType({})


def _parts_of(record: bytes) -> _Parts:
    end = _end_of_id(record)
    at = end + length_of_packed(record, end)
    version, length_of_name, length_of_query = _HEAD.unpack_from(record, at)
    at += _HEAD.size
    middle = at + length_of_name
    end = middle + length_of_query
    name = record[at:middle].decode("utf-8", "surrogatepass")
    query = record[middle:end].decode("utf-8", "surrogatepass")
    more = (
        _NO_MORE
        if end == len(record)
        else json.loads(record[end:].decode("utf-8", "surrogatepass"))
    )
    return _Parts(version, name, query, more)


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _beginning(rule_id: str) -> bytes:
    identity = _encoded(rule_id)
    return len(identity).to_bytes(_LENGTH, "big") + identity


def _end_of_id(record: bytes) -> int:
    return (record[0] << 8 | record[1]) + _LENGTH


def _more(rule: Rule, lists: SharedLists) -> Iterator[tuple[str, Any]]:
    if rule.languages:
        yield "languages", rule.languages
    if rule.regions is not None:
        yield "regions", {name: getattr(rule.regions, name) for name in _OF_REGIONS}
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


def _expression(query: str, more: Mapping[str, Any], lists: SharedLists) -> Expression | None:
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
