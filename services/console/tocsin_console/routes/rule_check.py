"""What a rule means, and what is wrong with it, before it is saved."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from tocsin.documents import Document, RegionCondition, RuleDocument
from tocsin.documents.rule import compile_rule
from tocsin.errors import (
    AmbiguousRegionError,
    InvalidDocumentError,
    RuleSyntaxError,
    TocsinError,
    UnknownRegionError,
)
from tocsin.regions.gazetteer import Gazetteer
from tocsin.rules import (
    Expression,
    Filter,
    FilterKind,
    Hint,
    InRegion,
    Rule,
    in_english,
    lint,
    parse,
    to_text,
)
from tocsin.rules.walk import walk
from tocsin_console.routes.problems import FieldProblem, InvalidRequestError
from tocsin_console.routes.regions import RegionView, view


class RuleDraft(Document):
    """A rule that may still lack its id and name."""

    id: str = ""
    name: str = ""
    query: Annotated[str, StringConstraints(max_length=20_000)] = ""
    regions: RegionCondition | None = None
    languages: tuple[str, ...] = ()
    enabled: bool = True
    version: int = 0


class NamedRegion(BaseModel):
    """A region as the rule calls it, and which one that is."""

    model_config = ConfigDict(frozen=True)

    written: str
    region: RegionView


class RuleCheck(BaseModel):
    """What a rule means, where it can be read, and what is wrong with it.

    ``query`` is the query in its plain form, with every bracket that it means; ``english`` says
    the whole rule in a sentence. ``hints`` are what is doubtful, not wrong.
    """

    ok: bool
    errors: tuple[FieldProblem, ...]
    hints: tuple[FieldProblem, ...]
    query: str | None
    english: str | None
    regions: tuple[NamedRegion, ...]


@dataclass(frozen=True, slots=True)
class Mention:
    """A region's name in a rule, and where it stands."""

    written: str
    pointer: str
    column: int | None = None


def check(
    rule: RuleDraft | RuleDocument, gazetteer: Gazetteer, lists: Mapping[str, Expression]
) -> RuleCheck:
    """Return everything that is wrong with a rule, not only the first, and what it names."""
    errors: list[FieldProblem] = []
    regions: list[NamedRegion] = []
    expression, syntax = read(rule.query)
    errors += syntax
    for mention in [*in_query(expression), *in_condition(rule.regions)]:
        try:
            region = view(gazetteer, gazetteer.resolve(mention.written))
        except (UnknownRegionError, AmbiguousRegionError) as error:
            errors.append(of_region(mention, error))
        else:
            regions.append(NamedRegion(written=mention.written, region=region))
    compiled, unreadable = (None, ()) if errors else as_the_matcher_reads(rule, gazetteer, lists)
    errors += unreadable
    return RuleCheck(
        ok=not errors,
        errors=tuple(errors),
        hints=tuple(map(of_hint, lint(compiled, gazetteer.name))) if compiled else (),
        query=to_text(expression) if expression else None,
        english=in_english(compiled, gazetteer.name) if compiled else None,
        regions=tuple(dict.fromkeys(regions)),
    )


def require_readable(
    rule: RuleDocument, gazetteer: Gazetteer, lists: Mapping[str, Expression]
) -> None:
    """Refuse a rule that the matcher could not read.

    Raises:
        InvalidRequestError: with everything that is wrong with it.
    """
    found = check(rule, gazetteer, lists)
    if not found.ok:
        raise InvalidRequestError(
            f"the rule cannot be read: {found.errors[0].detail}", found.errors
        )


def read(query: str) -> tuple[Expression | None, Sequence[FieldProblem]]:
    if not query.strip():
        return None, ()
    try:
        return parse(query), ()
    except RuleSyntaxError as error:
        return None, [of_query(error)]


def in_query(expression: Expression | None) -> Iterator[Mention]:
    for node in walk(expression) if expression else ():
        match node:
            case InRegion(name, place=place):
                yield Mention(name, "/query", place.start + 1)
            case Filter(FilterKind.SOURCE_COUNTRY, name, place=place):
                yield Mention(name, "/query", place.start + 1)
            case _:
                pass


def in_condition(condition: RegionCondition | None) -> Iterator[Mention]:
    if condition is None:
        return
    for key, names in (
        ("any", condition.any),
        ("all", condition.all),
        ("except", condition.except_),
    ):
        for number, name in enumerate(names):
            yield Mention(name, f"/regions/{key}/{number}")


def as_the_matcher_reads(
    rule: RuleDraft | RuleDocument, gazetteer: Gazetteer, lists: Mapping[str, Expression]
) -> tuple[Rule | None, Sequence[FieldProblem]]:
    """Return the rule as it is matched, or why it cannot be: the matcher has the last word."""
    try:
        return compile_rule(named(rule), gazetteer, lists), ()
    except RuleSyntaxError as error:
        return None, [of_query(error)]
    except InvalidDocumentError as error:
        return None, [FieldProblem(pointer=error.field, detail=error.problem)]
    except TocsinError as error:
        return None, [FieldProblem(pointer="", detail=str(error))]


def named(rule: RuleDraft | RuleDocument) -> RuleDocument:
    """Return the rule with an id and a name, which mean nothing to the matcher."""
    if isinstance(rule, RuleDocument):
        return rule
    return RuleDocument(
        id="draft",
        name="draft",
        query=rule.query,
        regions=rule.regions,
        languages=rule.languages,
    )


def of_query(error: RuleSyntaxError) -> FieldProblem:
    return FieldProblem(
        pointer="/query",
        detail=error.problem,
        column=error.column,
        fix=error.fix,
        readings=list(error.readings),
    )


def of_hint(hint: Hint) -> FieldProblem:
    return FieldProblem(pointer="/query", detail=hint.problem, column=hint.column, fix=hint.fix)


def of_region(mention: Mention, error: UnknownRegionError | AmbiguousRegionError) -> FieldProblem:
    similar = error.similar if isinstance(error, UnknownRegionError) else _ids(error)
    return FieldProblem(
        pointer=mention.pointer, detail=str(error), column=mention.column, similar=list(similar)
    )


def _ids(error: AmbiguousRegionError) -> Sequence[str]:
    return [region for region, _ in error.choices]
