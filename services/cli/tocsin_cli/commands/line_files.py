"""Files with a JSON object a line: read, answered and written as they come."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from tocsin.errors import TocsinError, cause_of
from tocsin_cli.commands.files import STDIN, name_of
from tocsin_cli.commands.group import say_error
from tocsin_cli.commands.line_workers import Answered, Answers
from tocsin_cli.commands.output import err
from tocsin_cli.manifests import ManifestError, Problem
from tocsin_cli.pushing.batches import NumberedLine, cut, numbered


AT_ONCE = 32  # lines that one process gets


def answer_lines(path: Path, answers: Answers, jobs: int, doing: str) -> int:
    """Write an answer for each line of a file; name those that are wrong, return how many.

    ``doing`` is shown beside the progress.
    """
    with opened(path) as lines, progress(path, doing) as advance:
        # Whoever writes to us line by line should be answered one by one.
        one_by_one = jobs == 1 and not path.is_file()
        batches = _batches(lines, 1 if one_by_one else AT_ONCE, advance)
        return sum(_write(name_of(path), each) for each in answers(batches))


def _write(name: str, answered: Sequence[Answered]) -> int:
    """Write the answers and what is wrong; return how many lines are wrong."""
    bad = 0
    for each in answered:
        if each.answer is None:
            say_error(ManifestError([Problem(name, each.number, *each.problem)]))
            bad += 1
        else:
            sys.stdout.write(json.dumps(each.answer, ensure_ascii=False) + "\n")
    sys.stdout.flush()  # whoever reads along need not wait for a full buffer
    return bad


def _batches(
    lines: Iterable[bytes], most: int, advance: Callable[[int], None]
) -> Iterator[Sequence[NumberedLine]]:
    for batch in cut(numbered(lines), most_lines=most):
        yield batch
        advance(sum(len(line.text) + 1 for line in batch))


@contextmanager
def opened(path: Path) -> Iterator[Iterable[bytes]]:
    if path == STDIN:
        yield sys.stdin.buffer
        return
    try:
        stream = path.open("rb")
    except OSError as error:
        raise TocsinError(f"cannot read {path}: {cause_of(error)}") from error
    with stream:
        yield stream


@contextmanager
def progress(path: Path, doing: str) -> Iterator[Callable[[int], None]]:
    """Show how far we are, unless the answers are on the same screen."""
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TimeRemainingColumn(),
        console=err(),
        transient=True,
        redirect_stdout=False,
        disable=not sys.stderr.isatty() or sys.stdout.isatty(),
    )
    size = path.stat().st_size if path.is_file() else None
    task = bar.add_task(doing, total=size)
    with bar:
        yield lambda done: bar.advance(task, done)
