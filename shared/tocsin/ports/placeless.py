"""Articles in which no place was found: no rule that asks for a region can match them."""

from datetime import date
from typing import Protocol


class PlacelessArticles(Protocol):
    """Counts them by day (UTC), for a week; an article counts once, however often it is added.

    Every method raises StoreUnavailableError while the store cannot answer.
    """

    async def add(self, article_id: str, on: date) -> None: ...

    async def count(self, on: date) -> int:
        """Return how many; of thousands, within one in a hundred."""
        ...
