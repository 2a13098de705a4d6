from collections import defaultdict
from datetime import date


class FakePlacelessArticles:
    def __init__(self) -> None:
        self._of: defaultdict[date, set[str]] = defaultdict(set)

    async def add(self, article_id: str, on: date) -> None:
        self._of[on].add(article_id)

    async def count(self, on: date) -> int:
        return len(self._of[on])
