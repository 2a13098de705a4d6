from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from tocsin.documents.base import Document, Identifier, Name
from tocsin.errors import InvalidDocumentError, RuleSyntaxError
from tocsin.rules import (
    Expression,
    InRegion,
    Level,
    RegionFilter,
    RegionNames,
    Rule,
    parse,
    resolve,
)
from tocsin.rules.walk import walk
from tocsin.text import is_tag


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


def compile_rule(
    document: RuleDocument, regions: RegionNames, lists: Mapping[str, Expression] | None = None
) -> Rule:
    """Return the rule as it is matched; ``lists`` are what its @names stand for.

    Raises:
        RuleSyntaxError: the query does not follow the rule language, or names no list or region of ours.
        UnknownRegionError: nothing goes by the name of a region beside the query.
        AmbiguousRegionError: several regions go by such a name, and none is clearly meant.
        InvalidDocumentError: it asks for nothing, or for a language that is none.
    """
    # What is wrong with the query is told first: it is what people look at.
    asked = document.query.strip()
    expression = _expression(document.query, regions, lists or {}) if asked else None
    return replace(draft_of(document, regions), expression=expression)


def draft_of(document: RuleDocument, regions: RegionNames) -> Rule:
    """Return the rule with its query still to be parsed.

    Raises:
        UnknownRegionError: nothing goes by the name of a region.
        AmbiguousRegionError: several regions go by the name, and none is clearly meant.
        InvalidDocumentError: it asks for nothing, or for a language that is none.
    """
    condition = document.regions
    if not document.query.strip() and not (condition and (condition.any or condition.all)):
        raise InvalidDocumentError("/query", "say what to look for: a query, regions, or both")
    for index, tag in enumerate(document.languages):
        if not is_tag(tag):
            problem = f"{tag!r} is not a language tag such as 'en' or 'pt-BR'"
            raise InvalidDocumentError(f"/languages/{index}", problem)
    return Rule(
        id=document.id,
        name=document.name,
        query=document.query,
        regions=_filter(condition, regions) if condition else None,
        languages=document.languages,
        version=document.version,
    )


def named_regions(document: RuleDocument) -> Iterator[str]:
    """Yield each region as the rule writes it; of a query that cannot be read none."""
    if condition := document.regions:
        yield from (*condition.any, *condition.all, *condition.except_)
    try:
        expression = parse(document.query) if document.query.strip() else None
    except RuleSyntaxError:
        return
    for node in walk(expression) if expression else ():
        if isinstance(node, InRegion):
            yield node.name


def _expression(query: str, regions: RegionNames, lists: Mapping[str, Expression]) -> Expression:
    return resolve(parse(query), query, regions, lists)


def _filter(condition: RegionCondition, regions: RegionNames) -> RegionFilter:
    def ids(names: Iterable[str]) -> tuple[str, ...]:
        return tuple(map(regions.resolve, names))

    return RegionFilter(
        any=ids(condition.any),
        all=ids(condition.all),
        except_=ids(condition.except_),
        level=Level(condition.level),
        min_probability=condition.min_probability,
        include_descendants=condition.include_descendants,
        explicit_only=condition.explicit_only,
    )
