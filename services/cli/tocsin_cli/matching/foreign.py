"""Queries of other tools, as they are found in a file."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import count

from pydantic import BaseModel, ConfigDict, ValidationError

from tocsin_cli.matching.lines import LineError


class Layout(StrEnum):
    LINES = "lines"  # a query each
    CSV = "csv"
    JSONL = "jsonl"


BY_SUFFIX = {".csv": Layout.CSV, ".jsonl": Layout.JSONL, ".ndjson": Layout.JSONL}
_EMPTY = LineError("query", "is empty: write what is looked for")


class Foreign(BaseModel):
    """A query with what it was called there; ``id`` and ``name`` may be empty."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    query: str
    id: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What stands at a line, counted from 1; ``number`` counts the queries."""

    line: int
    number: int
    query: Foreign | LineError


def found(lines: Iterable[str], layout: Layout) -> Iterator[Found]:
    """Yield each query, or what is wrong instead of it; empty lines are none.

    Raises:
        LineError: the head of a CSV names no column for the query.
    """
    numbers = count(1)
    for line, query in _read(lines, layout):
        yield Found(line, next(numbers), query)


def _read(lines: Iterable[str], layout: Layout) -> Iterator[tuple[int, Foreign | LineError]]:
    if layout is Layout.CSV:
        yield from _rows(lines)
        return
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if text:
            yield number, Foreign(query=text) if layout is Layout.LINES else _object(text)


def _object(text: str) -> Foreign | LineError:
    try:
        foreign = Foreign.model_validate_json(text)
    except ValidationError:
        return LineError("", 'expected an object such as {"id": "mali", "query": "…"}')
    return foreign if foreign.query.strip() else _EMPTY


def _rows(lines: Iterable[str]) -> Iterator[tuple[int, Foreign | LineError]]:
    """Yield the rows, each at its first line."""
    reader = csv.reader(lines, strict=True)
    head = [column.strip().lower() for column in next(reader, [])]
    if "query" not in head:
        raise LineError("", "expected a head with the column query; id and name are read too")
    first = reader.line_num + 1
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield first, LineError("", f"is no row of CSV: {error}")
        else:
            if any(map(str.strip, row)):
                yield first, _row(head, row)
        first = reader.line_num + 1


def _row(head: list[str], row: list[str]) -> Foreign | LineError:
    if len(row) != len(head):
        return LineError("", f"expected {len(head)} columns as in the head, found {len(row)}")
    fields = dict(zip(head, row, strict=True))
    query = fields["query"].strip()
    if not query:
        return _EMPTY
    return Foreign(query=query, **{key: fields.get(key, "").strip() for key in ("id", "name")})
