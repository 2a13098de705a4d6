"""How long to wait before the same is sent again."""

FIRST_S = 0.5
LONGEST_S = 15.0


def next_wait(previous: float, asked: float | None) -> float:
    """Return the seconds to wait.

    Args:
        previous: what was waited before; 0 the first time.
        asked: what the server asked for (Retry-After), which is never cut short.
    """
    ours = min(previous * 2, LONGEST_S) if previous else FIRST_S
    return ours if asked is None else max(ours, asked)
