from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from tocsin.article import Article


ArticleOf = Callable[..., Article]


@pytest.fixture
def article_of() -> ArticleOf:
    def build(text: str = "", *, title: str = "", **fields: Any) -> Article:
        now = datetime(2025, 7, 2, tzinfo=UTC)
        known: dict[str, Any] = {"id": "an-article", "fetched_at": now, "language": "en"}
        return Article(title=title, text=text, **(known | fields))

    return build
