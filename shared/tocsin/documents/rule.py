from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from tocsin.documents.base import Document, Identifier, Name


class RegionCondition(Document):
    """Where an article must be set, by region id or name.

    It must be in at least one of ``any`` and in every one of ``all``, and in none of
    ``except``. ``level`` asks whether it is *about* the region or *mentions* it.
    """

    any: tuple[str, ...] = ()
    all: tuple[str, ...] = ()
    except_: tuple[str, ...] = Field(default=(), alias="except")
    level: Literal["mention", "about"] = "mention"
    min_probability: float = Field(default=0.5, ge=0, le=1)
    include_descendants: bool = True
    explicit_only: bool = False


class RuleDocument(Document):
    """A rule as an analyst writes it.

    ``query`` may be empty when ``regions`` says enough. ``version`` is the store's:
    it counts from 1 and is raised by every change.
    """

    id: Identifier
    name: Name
    query: Annotated[str, StringConstraints(max_length=20_000)] = ""
    regions: RegionCondition | None = None
    languages: tuple[str, ...] = ()
    enabled: bool = True
    version: int = 0
