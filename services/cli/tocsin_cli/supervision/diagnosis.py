"""What Valkey's own log says of why it does not run, in words that help."""

import re
import signal
from collections.abc import Sequence
from pathlib import Path


_SEVERE = re.compile(r"^\d+:\w \d+ \w{3} \d{4} [\d:.]+ # (?P<message>.*)$")

# Severe to Valkey, and of no use to a person: true on nearly every laptop and of no
# consequence for a file of this size; its farewell; what explain() says better.
_NOISE = ("WARNING Memory overcommit", "Valkey is now ready to exit", "Warning: Could not create")


def severe(line: str) -> str | None:
    """Return the message of a log line that a person should see, or None."""
    found = _SEVERE.match(line)
    if found is None or found["message"].startswith(_NOISE):
        return None
    return found["message"]


def explain(lines: Sequence[str], folder: Path, port: int, exit_code: int) -> str:
    """Say why the server ended, from the last lines of its log."""
    log = "\n".join(lines)
    if _disk_is_full(log):
        return (
            f"the disk is full: Valkey cannot write to {folder}. Nothing acknowledged is lost; "
            "free space and it goes on"
        )
    if "Address already in use" in log:
        return f"port {port} is taken; choose another for Valkey with TOCSIN_VALKEY_PORT"
    if "Bad file format reading the append only file" in log or "Unexpected end of file" in log:
        return (
            f"the data in {folder} are damaged. Keep a copy of that folder, then start with "
            "an empty one (--data DIR), or mend it with valkey-check-aof --fix"
        )
    if found := re.search(r"Can't open or create append-only.*: (?P<why>.*)", log):
        return f"Valkey cannot write to {folder}: {found['why'].lower()}"
    if exit_code < 0:
        return f"Valkey was ended by {signal.Signals(-exit_code).name}"
    last = [message for line in lines if (message := severe(line))]
    reason = last[-1] if last else "its log says nothing"
    return f"Valkey ended with code {exit_code}: {reason}"


def _disk_is_full(log: str) -> bool:
    # A short write is how a disk that has just filled up shows first.
    return "No space left on device" in log or (
        "Short write while writing to the AOF file" in log and "Can't recover from AOF" in log
    )
