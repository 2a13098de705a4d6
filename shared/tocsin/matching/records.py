"""Rules as a few bytes, of which a million fit where as many trees would not.

A record is a head; the id, the name and the query, each with a 0 behind it; the leaves (see ``reading``); and
a JSON object where there is more. A query is kept as it is written, and parsed anew when somebody asks for
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
    MOST_PACKED,
    NOT_SIMPLE,
    Label,
    Packed,
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
# The version; how many bytes the name, the query and the id take; how many leaves are packed.
# ``presearch.kernel.records`` reads the same.
_HEAD = Struct("<QIIHBx")
PARTING = "\0"
TEXTS = 3
_BEHIND = b"\0"
_OF_REGIONS = tuple(field.name for field in fields(RegionFilter))
_written = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def record_of(rule: Rule, lists: SharedLists, leaves: Packed | None = None) -> bytes:
    """Return the record; ``leaves`` are given where the rule's expression is not."""
    identity, name, query = _encoded(rule.id), _encoded(rule.name), _encoded(rule.query)
    found = packed(rule) if leaves is None else leaves
    more = dict(_more(rule, lists))
    return _BEHIND.join(
        (
            _HEAD.pack(rule.version, len(name), len(query), len(identity), found.leaves) + identity,
            name,
            query,
            found.pairs + _encoded(_written(more)) if more else found.pairs,
        )
    )


def is_of(record: bytes, rule_id: str) -> bool:
    """Tell whether a record is that of the rule."""
    return id_in(record) == rule_id


def id_in(record: bytes) -> str:
    _, _, _, length, _ = _HEAD.unpack_from(record)
    return record[_HEAD.size : _HEAD.size + length].decode("utf-8", "surrogatepass")


def version_in(record: bytes) -> int:
    version: int
    version, _, _, _, _ = _HEAD.unpack_from(record)
    return version


def rule_in(record: bytes, lists: SharedLists) -> Rule:
    parts = _parts_of(record)
    more = _more_in(parts)
    return Rule(
        id=parts.label.id,
        name=parts.label.name,
        query=parts.label.query,
        expression=_expression(parts.label.query, more, lists),
        regions=_regions(more["regions"]) if "regions" in more else None,
        languages=tuple(more.get("languages", ())),
        version=parts.label.version,
    )


def reading_in(record: bytes, lists: SharedLists) -> Reading:
    """Return what is needed to tell of a match."""
    parts = _parts_of(record)
    more = _more_in(parts)
    if parts.leaves <= MOST_PACKED:
        leaves = unpacked(parts.pairs, parts.label.query)
    elif parts.leaves == NOT_SIMPLE:
        leaves = None
    else:
        return reading_of(rule_in(record, lists))
    return Reading(parts.label, _regions(more["regions"]) if "regions" in more else None, leaves)


def regions_in(record: bytes) -> RegionFilter | None:
    more = _more_in(_parts_of(record))
    return _regions(more["regions"]) if "regions" in more else None


class _Parts(NamedTuple):
    label: Label
    leaves: int
    pairs: bytes
    more: bytes


_NO_MORE: Mapping[str, Any] = MappingProxyType({})


def _parts_of(record: bytes) -> _Parts:
    version, length_of_name, length_of_query, length_of_id, leaves = _HEAD.unpack_from(record)
    name = _HEAD.size + length_of_id + 1
    query = name + length_of_name + 1
    pairs = query + length_of_query + 1
    more = pairs + length_of_packed(leaves)
    label = Label(
        record[_HEAD.size : name - 1].decode("utf-8", "surrogatepass"),
        record[name : query - 1].decode("utf-8", "surrogatepass"),
        version,
        record[query : pairs - 1].decode("utf-8", "surrogatepass"),
    )
    return _Parts(label, leaves, record[pairs:more], record[more:])


def _more_in(parts: _Parts) -> Mapping[str, Any]:
    if not parts.more:
        return _NO_MORE
    found: Mapping[str, Any] = json.loads(parts.more.decode("utf-8", "surrogatepass"))
    return found


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


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
