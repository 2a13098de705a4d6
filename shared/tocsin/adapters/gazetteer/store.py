"""Write the artefact, and map it into memory.

A folder of few files: tries and arrays, which are mapped and so cost neither time nor memory
until they are used, and one JSON file with all that is small. ``manifest.json`` holds each
file's SHA-256; their hash is the gazetteer's version.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import marisa_trie
import numpy as np
import numpy.typing as npt

from tocsin.errors import StartError
from tocsin.regions.hierarchy import Edge
from tocsin.regions.tables import Head, Tables


FORMAT = 3
ATTRIBUTION = (
    "Place names, coordinates and populations: GeoNames (https://www.geonames.org/), CC BY 4.0"
)


@dataclass(slots=True)
class Compiled:
    """What the artefact holds, before it is written."""

    heads: list[Head]
    edges: list[Edge]
    capitals: list[int]
    redirects: dict[str, str]
    abbreviations: dict[str, tuple[str, bool]]
    names: marisa_trie.Trie
    offsets: npt.NDArray[np.uint32]
    postings: npt.NDArray[np.uint32]
    places: npt.NDArray[np.void]
    display: marisa_trie.Trie
    codes: marisa_trie.Trie
    words: marisa_trie.RecordTrie


def write(compiled: Compiled, folder: Path) -> str:
    """Write the files and return the version."""
    folder.mkdir(parents=True, exist_ok=True)
    compiled.names.save(str(folder / "names.marisa"))
    compiled.display.save(str(folder / "display.marisa"))
    compiled.codes.save(str(folder / "codes.marisa"))
    compiled.words.save(str(folder / "words.marisa"))
    np.save(folder / "offsets.npy", compiled.offsets)
    np.save(folder / "postings.npy", compiled.postings)
    np.save(folder / "places.npy", compiled.places)
    (folder / "heads.json").write_text(_to_json(compiled), encoding="utf-8")
    return _write_manifest(folder)


class DamagedGazetteerError(StartError):
    """A file of the artefact is not there or not what was written."""

    def __init__(self, file: Path, problem: str) -> None:
        super().__init__(
            f"the gazetteer's {file.name} {problem} ({file.parent}): install the package anew, or "
            "build it with python -m tocsin.adapters.gazetteer.build"
        )
        self.file = file


def read(folder: Path) -> Tables:
    """Map the files; their sizes are checked, their content only by the tests.

    Raises:
        DamagedGazetteerError: a file is missing, of another format or cut off.
    """
    _check(folder)
    small = json.loads((folder / "heads.json").read_text(encoding="utf-8"))
    return Tables(
        version=version(folder),
        heads=tuple(_head(row) for row in small["heads"]),
        edges=tuple(_edge(row) for row in small["edges"]),
        capitals=frozenset(small["capitals"]),
        redirects=small["redirects"],
        abbreviations={form: (region, after) for form, region, after in small["abbreviations"]},
        names=marisa_trie.Trie().mmap(str(folder / "names.marisa")),
        offsets=_mapped(folder / "offsets.npy"),
        postings=_mapped(folder / "postings.npy"),
        places=_mapped(folder / "places.npy"),
        display=marisa_trie.Trie().mmap(str(folder / "display.marisa")),
        codes=marisa_trie.Trie().mmap(str(folder / "codes.marisa")),
        words=marisa_trie.RecordTrie("<BHHH").mmap(str(folder / "words.marisa")),
    )


def _mapped(file: Path) -> npt.NDArray[Any]:
    # As a plain array: memmap's own class costs a microsecond at every look.
    mapped: npt.NDArray[Any] = np.load(file, mmap_mode="r")
    return mapped.view(np.ndarray)


def version(folder: Path) -> str:
    manifest: Mapping[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return str(manifest["version"])


def _check(folder: Path) -> None:
    file = folder / "manifest.json"
    if not file.exists():
        raise DamagedGazetteerError(file, "is missing")
    manifest = json.loads(file.read_text(encoding="utf-8"))
    if manifest["format"] != FORMAT:
        raise DamagedGazetteerError(file, f"is of format {manifest['format']}, not {FORMAT}")
    for name, size in manifest["bytes"].items():
        found = (folder / name).stat().st_size if (folder / name).exists() else 0
        if found != size:
            raise DamagedGazetteerError(folder / name, f"has {found:,} bytes instead of {size:,}")


def _write_manifest(folder: Path) -> str:
    files = [
        file
        for file in sorted(folder.iterdir())
        if file.suffix in {".marisa", ".npy"} or file.name == "heads.json"
    ]
    hashes = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}
    sizes = {file.name: file.stat().st_size for file in files}
    total = hashlib.sha256(json.dumps([FORMAT, hashes]).encode()).hexdigest()[:16]
    manifest = {
        "format": FORMAT,
        "version": total,
        "attribution": ATTRIBUTION,
        "sha256": hashes,
        "bytes": sizes,
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    return total


def _to_json(compiled: Compiled) -> str:
    small = {
        "heads": [
            [
                *(head.id, head.kind, head.name, head.names, head.country, head.division),
                *(head.latitude, head.longitude, head.population),
            ]
            for head in compiled.heads
        ],
        "edges": [
            [e.child, e.parent, e.relation, _text(e.since), _text(e.until)] for e in compiled.edges
        ],
        "capitals": compiled.capitals,
        "redirects": compiled.redirects,
        "abbreviations": [[form, *of] for form, of in compiled.abbreviations.items()],
    }
    return json.dumps(small, ensure_ascii=False, separators=(",", ":"))


def _head(row: list[Any]) -> Head:
    identity, kind, name, names, *rest = row
    return Head(identity, kind, name, tuple(names), *rest)


def _edge(row: list[Any]) -> Edge:
    child, parent, relation, since, until = row
    return Edge(child, parent, relation, _date(since), _date(until))


def _text(day: date | None) -> str:
    return day.isoformat() if day else ""


def _date(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
