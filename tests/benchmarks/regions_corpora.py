"""The corpora of articles whose places people annotated; they are not ours to pass on."""

import json
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tocsin.article import Article


BESIDE_US = Path(__file__).resolve().parents[3] / "shared/data"


CORPORA = Path(os.environ.get("TOCSIN_CORPORA", BESIDE_US)) / "places"


HERE = Path(__file__).parent


# GeoWebNews annotates more than names of places; these are names.
NAMES = {
    *("Literal", "Metonymic", "Mixed", "Coercion", "Literal_Modifier", "Non_Literal_Modifier"),
    *("Embedded_Literal", "Embedded_Non_Lit", "Demonym", "Homonym", "Language"),
}


Document = dict[str, Any]


def as_article(document: Document, *, title: str = "", home: str = "", year: int = 2018) -> Article:
    """Return the document as an article; the year decides who is a member of what."""
    return Article(
        id=str(document.get("id", "")),
        title=title,
        text=document["text"],
        fetched_at=datetime(year, 6, 1, tzinfo=UTC),
        home=home,
        language=document.get("language", "und"),
    )


def gold_of(document: Document) -> list[Document]:
    toponyms: list[Document] = document["toponyms"]
    return [t for t in toponyms if t.get("type", "Literal") in NAMES]


def read(corpus: str) -> list[Document]:
    file = CORPORA / f"{corpus}.jsonl"
    if not file.exists():
        say(f"\n{corpus}: left out, there is no {file}")
        return []
    with file.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def read_homes() -> dict[str, str]:
    return dict(row[:2] for row in _rows(HERE / "homes.tsv"))


def _rows(file: Path) -> Iterator[list[str]]:
    for line in file.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            yield line.split("\t")


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
