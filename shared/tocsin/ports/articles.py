"""Where articles enter the system, and where those that entered can be looked at again."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from tocsin.article import Article
from tocsin.events import ArticleIngested, ArticleMatched


@dataclass(frozen=True, slots=True)
class Published:
    article_id: str
    new: bool


class ArticlePublisher(Protocol):
    async def publish(self, articles: Sequence[Article]) -> Sequence[Published]:
        """Publish each article whose id was never seen; tell for each, in order, whether it was new.

        Seeing and publishing are one step: of several callers with one article, whatever their
        process, exactly one is told that it was new, and it is published once. What is
        reported is durable, so it is always safe to call again. An id is forgotten when it
        was not seen for 14 days.

        Raises:
            StoreUnavailableError: the store is away or nearly full. Some may have been
                published; call again with the same.
        """
        ...


class ArticleLog(Protocol):
    """The articles and matches of the last hours, as the streams still hold them.

    Every method raises StoreUnavailableError when the store is away.
    """

    async def article(self, article_id: str) -> ArticleIngested:
        """Return an article.

        Raises:
            NotFoundError: it was never ingested, or so long ago that it is gone.
        """
        ...

    async def recent_articles(self, limit: int) -> Sequence[ArticleIngested]:
        """Return the last articles, newest first, whether anything matched them or not."""
        ...

    async def recent_matches(self, limit: int) -> Sequence[ArticleMatched]:
        """Return the last matched articles, newest first."""
        ...

    async def matches_of(self, article_id: str) -> Sequence[ArticleMatched]:
        """Return what one article matched, oldest first.

        Several parts where it matched very many rules, none where it is unknown.
        """
        ...
