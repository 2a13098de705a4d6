from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from tocsin.article import Article


ArticleOf = Callable[..., Article]


@pytest.fixture
def article_of() -> ArticleOf:
    def build(text: str = "", *, title: str = "", **fields: object) -> Article:
        now = datetime(2025, 7, 2, tzinfo=UTC)
        known: dict[str, object] = {"id": "an-article", "fetched_at": now, "language": "en"}
        return Article(title=title, text=text, **(known | fields))  # type: ignore[arg-type] -- a test may set any field

    return build
