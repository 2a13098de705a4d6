from typing import ClassVar, Self

from pydantic import AwareDatetime

from tocsin.article import Article
from tocsin.events.base import Event


class ArticleIngested(Event):
    """A new article, whole. Published once for each id."""

    stream: ClassVar[str] = "{tocsin}:articles"

    id: str
    title: str
    text: str
    fetched_at: AwareDatetime
    published_at: AwareDatetime | None = None
    url: str = ""
    source: str = ""
    language: str = "und"
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    home: str = ""
    revision: int = 1
    story_id: str | None = None

    @classmethod
    def of(cls, article: Article) -> Self:
        return cls(**{name: getattr(article, name) for name in cls.model_fields})

    def article(self) -> Article:
        return Article(**{name: getattr(self, name) for name in type(self).model_fields})
