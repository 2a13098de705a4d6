"""Compile the gazetteer: ``python -m tocsin.adapters.gazetteer.build [FOLDER]``."""

import sys
from pathlib import Path

from tocsin.adapters.gazetteer import store
from tocsin.adapters.gazetteer.compiler import compile_gazetteer
from tocsin.adapters.gazetteer.load import DATA


def main(folder: Path = DATA) -> None:
    compiled = compile_gazetteer()
    version = store.write(compiled, folder)
    size = sum(file.stat().st_size for file in folder.iterdir())
    sys.stdout.write(
        f"gazetteer {version}: {len(compiled.heads) + len(compiled.places):,} regions, "
        f"{len(compiled.names):,} names, {size / 1e6:.1f} MB in {folder}\n"
    )


if __name__ == "__main__":
    main(*(Path(argument) for argument in sys.argv[1:2]))
