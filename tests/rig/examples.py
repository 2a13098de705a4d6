"""How thorough a test with random examples is."""

from hypothesis import settings


def examples(share: float) -> int:
    """Return a number of examples as a share of the profile's: ``make fast`` tries fewer."""
    return max(1, round(share * settings().max_examples))
