"""What is needed to change the arrays, beyond what matching reads."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Ledger(NamedTuple):
    """What the arrays of ``Lookup`` do not tell.

    By segment of the tables: ``depths``: uint8, how many first bits its keys share; ``loads``:
    uint16, how many of its cells are in use.

    By id of a feature: ``kinds``: uint8, its Kind and 1, 0 where the id is free. ``origins``: uint64, its
    key, or of a phrase the phrase (or word) << 32 | the word that it is made of; of a free id the next
    free one. ``sizes``: uint8, the length of a prefix. ``uses``: uint32, how often rules, and
    longer phrases, mention it; at 0 it is forgotten.

    By number of a rule: ``ways``: uint8, how it is registered (see ``editing``); ``homes``: uint32,
    where.

    ``spare``: uint64 (CELLS, 2), where the cells of a segment wait while it is split.
    """

    depths: NDArray[np.uint8]
    loads: NDArray[np.uint16]
    kinds: NDArray[np.uint8]
    origins: NDArray[np.uint64]
    sizes: NDArray[np.uint8]
    uses: NDArray[np.uint32]
    ways: NDArray[np.uint8]
    homes: NDArray[np.uint32]
    spare: NDArray[np.uint64]
