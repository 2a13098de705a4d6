from datetime import UTC, datetime
from typing import Protocol

import pytest

from tocsin.adapters.gazetteer.load import load
from tocsin.article import Article
from tocsin.regions.gazetteer import Gazetteer
from tocsin.regions.geoparser import Geoparser
from tocsin.regions.places import Places


class Locate(Protocol):
    def __call__(
        self,
        text: str,
        *,
        title: str = "",
        language: str = "en",
        home: str = "",
        published: datetime = ...,
    ) -> Places: ...


@pytest.fixture(scope="session")
def gazetteer() -> Gazetteer:
    return load()


@pytest.fixture(scope="session")
def geoparser(gazetteer: Gazetteer) -> Geoparser:
    return Geoparser(gazetteer)


@pytest.fixture(scope="session")
def locate(geoparser: Geoparser) -> Locate:
    """Return a function that locates a text as if it were an article of July 2025."""

    def located(
        text: str,
        *,
        title: str = "",
        language: str = "en",
        home: str = "",
        published: datetime = datetime(2025, 7, 2, tzinfo=UTC),
    ) -> Places:
        article = Article(
            id="a", title=title, text=text, fetched_at=published, language=language, home=home
        )
        return geoparser.locate(article)

    return located
