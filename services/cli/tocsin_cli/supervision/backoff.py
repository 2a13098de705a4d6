"""When to start a process again that has ended."""

FIRST_S = 0.2
LONGEST_S = 10.0
HEALTHY_S = 60.0


def next_delay(previous: float, ran_for: float) -> float:
    """Return the seconds to wait before the next start.

    Args:
        previous: what was waited before the start that has now ended; 0 before the first.
        ran_for: seconds that the process lived. One that was healthy for a minute
            starts again as if it had never failed.
    """
    if previous == 0 or ran_for >= HEALTHY_S:
        return FIRST_S
    return min(previous * 2, LONGEST_S)
