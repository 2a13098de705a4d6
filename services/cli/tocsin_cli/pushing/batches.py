"""Cuts lines into requests that ingest takes."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass


# Half of what ingest takes at once (1,000 lines, 10 MB): it answers sooner.
MOST_LINES = 500
MOST_BYTES = 5 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class NumberedLine:
    """A line without its end; ``number`` counts from 1, empty lines too."""

    number: int
    text: bytes


def numbered(lines: Iterable[bytes]) -> Iterator[NumberedLine]:
    """Yield the lines that hold something."""
    for number, line in enumerate(lines, 1):
        text = line.strip(b"\r\n\t \xef\xbb\xbf" if number == 1 else b"\r\n\t ")
        if text:
            yield NumberedLine(number, text)


def cut(
    lines: Iterable[NumberedLine], most_lines: int = MOST_LINES, most_bytes: int = MOST_BYTES
) -> Iterator[Sequence[NumberedLine]]:
    """Yield the lines in batches, none empty; a line that is too large for any has one of its own."""
    batch: list[NumberedLine] = []
    size = 0
    for line in lines:
        length = len(line.text) + 1
        if batch and (len(batch) == most_lines or size + length > most_bytes):
            yield batch
            batch, size = [], 0
        batch.append(line)
        size += length
    if batch:
        yield batch
