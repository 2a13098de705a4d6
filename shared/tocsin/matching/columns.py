"""What is said of many matches, read from all their records at once."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple, cast

from tocsin.matching.presearch import Reader
from tocsin.matching.presearch.reader import Texts
from tocsin.matching.reading import (
    IS_PLACED,
    MOST_PACKED,
    NOT_SIMPLE,
    Label,
    Leaves,
    Reading,
    leaf_between,
)
from tocsin.matching.record_heap import Selection
from tocsin.matching.records import PARTING, TEXTS, id_in


class Columns(NamedTuple):
    """The labels and the leaves of rules, in the order of the rules."""

    labels: list[Label]
    leaves: list[Leaves | None]


def ids(selection: Selection, reader: Reader) -> list[str]:
    """Return the ids of rules, in the order of the rules."""
    found = reader.ids(selection.records())
    if found is not None:
        texts = _parted(found)
        if len(texts) == len(selection):  # else there is one that holds what parts them
            return texts
    return list(map(id_in, selection))


def columns(selection: Selection, reader: Reader, reading: Callable[[bytes], Reading]) -> Columns:
    """Return what is said of rules; ``reading`` reads a single record."""
    found = reader.texts(selection.records())
    if found is not None:
        texts = _parted(found.texts)
        if len(texts) == TEXTS * len(selection):
            labels = _labels(texts, found.versions)
            return Columns(labels, _leaves(found, texts[2::TEXTS], selection, reading))
    readings = list(map(reading, selection))
    return Columns([each.label for each in readings], [each.leaves for each in readings])


def _labels(texts: list[str], versions: list[int]) -> list[Label]:
    parts = zip(texts[0::TEXTS], texts[1::TEXTS], versions, texts[2::TEXTS], strict=True)
    return list(map(_label, parts))


# What ``Label._make`` does, without a call in Python for each of thousands.
_label = cast("Callable[[tuple[str, str, int, str]], Label]", partial(tuple.__new__, Label))


def _leaves(
    found: Texts, queries: list[str], selection: Selection, reading: Callable[[bytes], Reading]
) -> list[Leaves | None]:
    several: list[Leaves | None] = []
    bounds = found.bounds
    at = 0
    for place, (count, query) in enumerate(zip(found.leaves, queries, strict=True)):
        if count == 1 and bounds[at + 1] < IS_PLACED:  # as half of all rules have
            several.append(query[bounds[at] : bounds[at + 1]])
            at += 2
        elif count <= MOST_PACKED:
            end = at + 2 * count
            pairs = zip(bounds[at:end:2], bounds[at + 1 : end : 2], strict=True)
            several.append(tuple([leaf_between(*pair, query) for pair in pairs]))
            at = end
        else:
            several.append(None if count == NOT_SIMPLE else reading(selection.get(place)).leaves)
    return several


def _parted(texts: bytes) -> list[str]:
    """Return texts that have a sign behind each of them."""
    found = texts.decode("utf-8", "surrogatepass").split(PARTING)
    found.pop()
    return found
