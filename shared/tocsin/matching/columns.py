"""What is said of many matches, read from all their records at once."""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from tocsin.matching.reading import (
    MOST_PACKED,
    NOT_SIMPLE,
    PAIR_SIZE,
    Label,
    Leaves,
    leaf_between,
)
from tocsin.matching.records import HEAD, PARTING, TEXTS, id_in, label_in
from tocsin.matching.shelf import Picked


def ids(picked: Picked) -> list[str]:
    """Return the ids of rules, in the order of the rules."""
    starts, heads = _heads(picked)
    text = picked.shelf.pieces(starts + HEAD.itemsize, heads["id"] + np.int64(1))
    found = _parted(text)
    if len(found) != len(picked):  # there is one that holds what parts them
        return [id_in(picked.get(at)) for at in range(len(picked))]
    return found


class Columns:
    """The labels and the leaves of rules, in the order of the rules."""

    def __init__(self, picked: Picked, leaves: Callable[[bytes], Leaves | None]) -> None:
        """Take what reads the leaves that are not packed from a record."""
        self._picked = picked
        starts, heads = _heads(picked)
        lengths = TEXTS + heads["id"] + heads["name"].astype(np.int64) + heads["query"]
        text = picked.shelf.pieces(starts + HEAD.itemsize, lengths)
        self.labels = self._labels(_parted(text), heads["version"].tolist())
        counts = heads["leaves"]
        sizes = np.where(counts > MOST_PACKED, 0, counts).astype(np.int64) * PAIR_SIZE
        pairs = picked.shelf.pieces(starts + HEAD.itemsize + lengths, sizes)
        self.leaves = list(self._read_leaves(counts.tolist(), pairs.view("<u2").tolist(), leaves))

    def _labels(self, texts: list[str], versions: list[int]) -> list[Label]:
        if len(texts) != TEXTS * len(versions):
            return [label_in(self._picked.get(at)) for at in range(len(versions))]
        parts = (texts[0::TEXTS], texts[1::TEXTS], versions, texts[2::TEXTS])
        return list(map(Label, *parts))

    def _read_leaves(
        self, counts: list[int], bounds: list[int], leaves: Callable[[bytes], Leaves | None]
    ) -> Iterator[Leaves | None]:
        at = 0
        for place, count in enumerate(counts):
            query = self.labels[place].query
            if count <= MOST_PACKED:
                end = at + 2 * count
                found = [
                    leaf_between(bounds[first], bounds[first + 1], query)
                    for first in range(at, end, 2)
                ]
                at = end
                yield found[0] if count == 1 and isinstance(found[0], str) else tuple(found)
            else:
                yield None if count == NOT_SIMPLE else leaves(self._picked.get(place))


def _heads(picked: Picked) -> tuple[NDArray[np.int64], NDArray[np.void]]:
    starts = picked.shelf.starts(picked.numbers)
    return starts, picked.shelf.blocks(starts, HEAD.itemsize).view(HEAD)[:, 0]


def _parted(text: NDArray[np.uint8]) -> list[str]:
    """Return texts that have a sign behind each of them."""
    found = text.tobytes().decode("utf-8", "surrogatepass").split(PARTING)
    found.pop()
    return found
