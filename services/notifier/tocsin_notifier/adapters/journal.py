"""What receivers took and the store does not know yet, in a file that outlives the process.

Between a receiver's answer and its note in the store there is a moment in which a process may be
killed; whoever sends the message after it would send it twice. So the answer is written here first,
by one system call. That is not synced: what was written survives the process, not the machine.
"""

import fcntl
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import IO
from uuid import uuid4

import structlog

from tocsin.errors import StartError


log = structlog.get_logger()

MAX_SIZE = 256 * 1024  # bytes of what is noted already


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that was taken: what the ledger is to be told of it."""

    delivery_id: str
    reason: str
    posted: str = ""


class SentJournal:
    """A file of this process in a folder that several may use; locked while it lives."""

    def __init__(self, folder: Path) -> None:
        """Open a file of our own.

        Raises:
            StartError: the folder cannot be written to.
        """
        self._folder = folder
        self._open: dict[str, Sent] = {}
        self._lock = Lock()
        self._is_broken = False
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._path, self._file = _new_file(folder)
        except OSError as error:
            raise StartError(
                f"TOCSIN_NOTIFIER_JOURNAL_DIR: {folder} cannot be written to ({error.strerror})"
            ) from error
        self._size = 0

    def taken(self, sent: Sent) -> None:
        """Keep that a receiver took it; from any thread, right after the answer."""
        line = _line(sent)
        with self._lock:
            self._open[sent.delivery_id] = sent
            self._append(line)

    def noted(self, delivery_id: str) -> None:
        """Forget what the store knows now."""
        with self._lock:
            self._open.pop(delivery_id, None)
            if self._size > MAX_SIZE:
                self._turn_the_page()

    def abandoned(self) -> "Iterator[AbandonedJournal]":
        """Yield the files of processes that are no more; each is ours until the next is asked for."""
        for path in sorted(self._folder.glob("sent-*.jsonl")):
            if path != self._path and (file := _if_abandoned(path)) is not None:
                with file:
                    yield AbandonedJournal(path, file)

    def close(self) -> None:
        """End; what is not noted yet is kept for the next to find."""
        with self._lock:
            if not self._open:
                self._path.unlink(missing_ok=True)
            self._file.close()

    def _append(self, lines: bytes) -> None:
        try:
            self._file.write(lines)
            self._size += len(lines)
        except OSError as error:
            # Nothing is lost by it but what a crash in the next moment would have us send twice.
            if not self._is_broken:
                log.exception("journal cannot be written", path=str(self._path), exc_info=error)
            self._is_broken = True

    def _turn_the_page(self) -> None:
        """Go on in a new file, with what is open. Killed meanwhile, we leave both, which is no harm."""
        try:
            path, file = _new_file(self._folder)
        except OSError as error:
            log.warning("journal goes on growing", path=str(self._path), error=str(error))
            return
        (old_path, old_file), (self._path, self._file) = (self._path, self._file), (path, file)
        self._size = 0
        self._append(b"".join(map(_line, self._open.values())))
        old_path.unlink(missing_ok=True)
        old_file.close()


class AbandonedJournal:
    """What a process that is no more had sent. Locked, so that only we read it."""

    def __init__(self, path: Path, file: IO[bytes]) -> None:
        self._path = path
        self._file = file

    def entries(self) -> Sequence[Sent]:
        return [sent for line in self._file.read().splitlines() if (sent := _read(line))]

    def discard(self) -> None:
        """Remove it; all of it is noted."""
        self._path.unlink(missing_ok=True)


def _new_file(folder: Path) -> tuple[Path, IO[bytes]]:
    """Return a file that gets its name when it is locked: else another process might take it for abandoned."""
    name = f"sent-{uuid4().hex}.jsonl"
    file = (folder / f".{name}").open("ab", buffering=0)
    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return (folder / f".{name}").rename(folder / name), file


def _if_abandoned(path: Path) -> IO[bytes] | None:
    try:
        file = path.open("rb")
    except FileNotFoundError:  # another process was quicker
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file


def _line(sent: Sent) -> bytes:
    fields = {
        "delivery_id": sent.delivery_id,
        "reason": sent.reason,
        "posted": sent.posted,
    }
    return json.dumps(fields).encode() + b"\n"


def _read(line: bytes) -> Sent | None:
    try:
        return Sent(**json.loads(line))
    except (ValueError, TypeError):  # the last line, cut off
        return None
