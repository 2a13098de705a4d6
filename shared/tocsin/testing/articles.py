from collections.abc import Sequence
from datetime import datetime, timedelta

from tocsin.article import Article
from tocsin.errors import NotFoundError, StoreUnavailableError
from tocsin.events import ArticleIngested, ArticleMatched
from tocsin.ports.articles import Published
from tocsin.ports.clock import Clock


REMEMBERED = timedelta(days=14)


class FakeArticlePublisher:
    """``published`` holds what was new, in order; ``trouble`` is raised while it is set."""

    def __init__(self, clock: Clock) -> None:
        self.published: list[Article] = []
        self.trouble: StoreUnavailableError | None = None
        self._clock = clock
        self._seen: dict[str, datetime] = {}

    async def publish(self, articles: Sequence[Article]) -> Sequence[Published]:
        if self.trouble is not None:
            raise self.trouble
        return [Published(article.id, new=self._publish(article)) for article in articles]

    def _publish(self, article: Article) -> bool:
        now = self._clock.now()
        seen = self._seen.get(article.id)
        new = seen is None or now - seen >= REMEMBERED
        self._seen[article.id] = now
        if new:
            self.published.append(article)
        return new


class FakeArticleLog:
    """What ``publisher`` published, and ``matches``, the oldest first."""

    def __init__(self, publisher: FakeArticlePublisher) -> None:
        self.matches: list[ArticleMatched] = []
        self._publisher = publisher

    async def article(self, article_id: str) -> ArticleIngested:
        for article in reversed(self._publisher.published):
            if article.id == article_id:
                return ArticleIngested.of(article)
        raise NotFoundError("article", article_id)

    async def recent_articles(self, limit: int) -> Sequence[ArticleIngested]:
        return [ArticleIngested.of(article) for article in self._publisher.published[::-1][:limit]]

    async def recent_matches(self, limit: int) -> Sequence[ArticleMatched]:
        return self.matches[::-1][:limit]

    async def matches_of(self, article_id: str) -> Sequence[ArticleMatched]:
        return [match for match in self.matches if match.article.id == article_id]
