"""A line of JSON as a rule or an article, or what is wrong with it."""

from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
)

from tocsin.article import Article
from tocsin.documents import RegionCondition, RuleDocument
from tocsin.errors import AmbiguousRegionError, TocsinError, UnknownRegionError
from tocsin.regions.gazetteer import Gazetteer
from tocsin.text import is_tag


M = TypeVar("M", bound=BaseModel)

Text = Annotated[str, Field(min_length=1)]


def _tag(given: str) -> str:
    if given and not is_tag(given):
        raise ValueError(f"{given!r} is not a language tag such as 'en' or 'pt-BR'")
    return given


Tag = Annotated[str, AfterValidator(_tag)]


class LineError(TocsinError):
    """A line that cannot be taken; ``where`` is the field (``regions/0``), empty for the whole."""

    def __init__(self, where: str, problem: str) -> None:
        super().__init__(f"{where}: {problem}" if where else problem)
        self.where = where
        self.problem = problem


class RuleLine(BaseModel):
    """``regions`` are names or ids, of which an article must be set in any; or a whole condition.

    ``id`` may be any text: such a rule stands in no store.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Text
    query: str = ""
    regions: RegionCondition | None = None
    languages: tuple[str, ...] = ()
    name: str = ""
    enabled: bool = True
    version: int = 0

    @field_validator("regions", mode="before")
    @classmethod
    def _in_any(cls, given: Any) -> Any:
        return {"any": given} if isinstance(given, list) else given

    def document(self) -> RuleDocument:
        """Return it as it is kept; the store's ids are stricter, so that ``id`` is not in it.

        Raises:
            LineError: it could not be kept.
        """
        try:
            return RuleDocument(
                id="rule",
                name="rule",
                query=self.query,
                regions=self.regions,
                languages=self.languages,
                version=self.version,
            )
        except ValidationError as error:
            raise _first_problem(error) from None


class ArticleLine(BaseModel):
    """Texts are matched as they are. ``regions`` None: not said where it is set.

    Fields that are not listed here are left alone: collections of articles carry many.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: Text
    title: str
    text: str
    language: Tag | None = None
    regions: tuple[str, ...] | None = None
    url: str | None = None
    source: str | None = None
    published_at: AwareDatetime | None = None
    authors: tuple[str, ...] | None = None
    tags: tuple[str, ...] | None = None
    home: str | None = None

    def article(self, now: datetime, home: str) -> Article:
        return Article(
            id=self.id,
            title=self.title,
            text=self.text,
            fetched_at=now,
            published_at=self.published_at,
            url=self.url or "",
            source=self.source or "",
            language=self.language or "und",
            authors=self.authors or (),
            tags=self.tags or (),
            home=home,
        )


class TextLine(BaseModel):
    """A text to be located. ``id`` is any text or number, given back as it is.

    ``date`` decides who is a member of what; without a zone it is UTC, a day alone its beginning.
    Fields that are not listed here are left alone.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: Text | int
    text: str
    title: str | None = None
    date: datetime | None = None
    home: str | None = None
    language: Tag | None = None

    @field_validator("date")
    @classmethod
    def _in_utc(cls, given: datetime | None) -> datetime | None:
        return given.replace(tzinfo=UTC) if given and given.tzinfo is None else given

    def article(self, now: datetime, home: str) -> Article:
        return Article(
            id=str(self.id),
            title=self.title or "",
            text=self.text,
            fetched_at=now,
            published_at=self.date,
            language=self.language or "und",
            home=home,
        )


RULE_EXAMPLE = '{"id": "sahel", "query": "JNIM OR GSIM", "regions": ["Mali"]}'
ARTICLE_EXAMPLE = '{"id": "a1", "title": "…", "text": "…"}'
TEXT_EXAMPLE = '{"id": "a1", "text": "…"}'


def rule_line(text: bytes) -> RuleLine:
    """Read a rule.

    Raises:
        LineError: it is none.
    """
    return _read(RuleLine, text, RULE_EXAMPLE)


def article_line(text: bytes) -> ArticleLine:
    """Read an article.

    Raises:
        LineError: it is none.
    """
    return _read(ArticleLine, text, ARTICLE_EXAMPLE)


def text_line(text: bytes) -> TextLine:
    """Read a text to be located.

    Raises:
        LineError: it is none.
    """
    return _read(TextLine, text, TEXT_EXAMPLE)


def region_of(gazetteer: Gazetteer, name: str, where: str) -> str:
    """Return the id of a region that a line names.

    Raises:
        LineError: there is none, or it may be any of several.
    """
    try:
        return gazetteer.resolve(name)
    except (UnknownRegionError, AmbiguousRegionError) as error:
        raise LineError(where, str(error)) from error


def _read(model: type[M], text: bytes, example: str) -> M:
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        raise _first_problem(error, example) from None


def _first_problem(error: ValidationError, example: str = RULE_EXAMPLE) -> LineError:
    first = error.errors(include_url=False, include_input=False)[0]
    where = "/".join(map(str, first["loc"]))
    if first["type"] == "json_invalid":
        what = str(first["ctx"]["error"]).replace("at line 1 column", "at column")
        problem = f"is not JSON, {what}: write one object a line, such as {example}"
    elif not where:
        problem = f"is no object: write one a line, such as {example}"
    elif first["type"] == "missing":
        problem = f"is missing: write {example}"
    else:
        said = first["msg"].removeprefix("Value error, ")
        problem = said[:1].lower() + said[1:]
    return LineError(where, problem)
