"""Expressions as JSON values, with all that a query does not say: what names stood for, and places."""

from dataclasses import fields
from enum import Enum
from functools import cache
from typing import Any, get_args, get_type_hints

from tocsin.rules import Expression, Place


# A node is the name of its class and the values of its fields, in order.
_CLASSES: dict[str, Any] = {each.__name__: each for each in get_args(Expression)}


def json_of(expression: Expression) -> list[Any]:
    made_of: Any = type(expression)
    return [made_of.__name__, *(_value(getattr(expression, name)) for name in _types(made_of))]


def expression_of(node: list[Any]) -> Expression:
    name, *values = node
    made_of = _CLASSES[name]
    types = _types(made_of).items()
    read = {name: _read(type_, value) for (name, type_), value in zip(types, values, strict=True)}
    found: Expression = made_of(**read)
    return found


@cache
def _types(made_of: Any) -> dict[str, Any]:
    hints = get_type_hints(made_of)
    return {each.name: hints[each.name] for each in fields(made_of) if each.init}


def _value(value: Any) -> Any:
    if type(value).__name__ in _CLASSES:
        return json_of(value)
    if isinstance(value, tuple) and not isinstance(value, Place):
        return [json_of(each) for each in value]
    return value


def _read(type_: Any, value: Any) -> Any:
    if type_ is Place:
        return Place(*value)
    if isinstance(type_, type) and issubclass(type_, Enum):
        return type_(value)
    if isinstance(value, list):
        several = bool(value) and isinstance(value[0], list)
        return tuple(map(expression_of, value)) if several else expression_of(value)
    return value
