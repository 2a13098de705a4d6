"""The gazetteer that ships with the package, memory-mapped."""

from pathlib import Path

from tocsin.adapters.gazetteer import store
from tocsin.regions.gazetteer import Gazetteer


DATA = Path(__file__).parent / "data"


def load(folder: Path = DATA) -> Gazetteer:
    return Gazetteer(store.read(folder))
