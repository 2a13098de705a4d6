"""What a sender may say of an article: in JSON, or beside a file as query parameters."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from tocsin_ingest.routes.problems import Fault, ProblemError, invalid
from tocsin_ingest.stages import addresses, dates, languages
from tocsin_ingest.stages.draft import Draft


FIELDS = 100  # of an object that is looked at
FAULTS = 20  # told at once
NAME = 100  # characters of a name that a sender invented, told back
EXAMPLE_DATE = "2025-07-02T09:30:00Z"


def _web_address(url: str) -> str:
    if url and not addresses.clean(url):
        raise ValueError("expected a web address such as https://example.org/news/1")
    return url


def _language(language: str) -> str:
    if language and language != languages.UNKNOWN and not languages.tag(language):
        raise ValueError("expected a language tag (BCP 47) such as fr or pt-BR")
    return language


def _date(written: str) -> str:
    if written and dates.parse(written) is None:
        raise ValueError(f"expected a date such as {EXAMPLE_DATE}")
    return written


def _one_or_many(value: object) -> object:
    return [value] if isinstance(value, str) else value


Url = Annotated[str, Field(max_length=addresses.MAX_LENGTH), AfterValidator(_web_address)]
Language = Annotated[str, Field(max_length=35), AfterValidator(_language)]
Date = Annotated[str, Field(max_length=80), AfterValidator(_date)]
Short = Annotated[str, Field(max_length=1_000)]
Names = Annotated[list[Short], Field(max_length=100), BeforeValidator(_one_or_many)]


class ArticleIn(BaseModel):
    """An article, as it is pushed in JSON. A title or a text it must have."""

    model_config = ConfigDict(frozen=True, extra="forbid", title="Article")

    title: str = Field(default="", max_length=10_000, description="Plain text, one line")
    text: str = Field(
        default="", description="Plain text; a blank line parts paragraphs. 64 KB are kept"
    )
    url: Url = Field(default="", description="Where it was published")
    source: Short = Field(default="", description="Who published it; the URL's host if missing")
    language: Language = Field(default="", description="BCP 47 tag; found out if missing")
    authors: Names = Field(default=[], description="A list of names, or one")
    tags: Names = Field(default=[], description="A list of words, or one")
    published_at: Date = Field(
        default="",
        description="ISO 8601, or as in mail and RSS; UTC where no time zone is told",
        examples=[EXAMPLE_DATE],
    )
    guid: str = Field(
        default="",
        max_length=addresses.MAX_LENGTH,
        validation_alias=AliasChoices("guid", "id"),
        description="The sender's own identifier (also accepted as id): what comes again from "
        "the same source under the same guid is the same article",
    )
    home: str = Field(
        default="", max_length=100, description="Region id of the source's home, as country:ML"
    )

    @model_validator(mode="before")
    @classmethod
    def _null_is_missing(cls, value: Any) -> Any:
        if isinstance(value, Mapping):
            return {name: item for name, item in value.items() if item is not None}
        return value

    def draft(self) -> Draft:
        return Draft(
            title=self.title,
            text=self.text,
            url=self.url,
            source=self.source,
            language=self.language,
            authors=tuple(self.authors),
            tags=tuple(self.tags),
            published_at=dates.parse(self.published_at),
            guid=self.guid,
            home=self.home,
        )


class Parameters(BaseModel):
    """What is known of a text or page beside itself; it wins over what is read out of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str = Field(default="", max_length=1_000)
    url: Url = ""
    source: Short = ""
    language: Language = ""
    author: list[Short] = Field(default=[], max_length=100)
    tag: list[Short] = Field(default=[], max_length=100)
    published_at: Date = Field(default="", examples=[EXAMPLE_DATE])
    guid: str = Field(default="", max_length=addresses.MAX_LENGTH)
    home: str = Field(default="", max_length=100)

    def over(self, draft: Draft) -> Draft:
        """Return the draft, with what is said here in place of what it says."""
        published: datetime | None = dates.parse(self.published_at)
        return replace(
            draft,
            title=self.title or draft.title,
            url=self.url or draft.url,
            source=self.source or draft.source,
            language=self.language or draft.language,
            authors=tuple(self.author) or draft.authors,
            tags=tuple(self.tag) or draft.tags,
            published_at=published or draft.published_at,
            guid=self.guid or draft.guid,
            home=self.home or draft.home,
        )


def read(value: Any) -> Draft:
    """Return the article in a JSON value.

    Raises:
        ProblemError: a field is wrong; each is named.
    """
    if isinstance(value, dict) and len(value) > FIELDS:
        raise ProblemError(invalid([Fault(f"has {len(value):,} fields, which is no article")]))
    try:
        return ArticleIn.model_validate(value).draft()
    except ValidationError as error:
        wrong = error.errors(include_url=False, include_input=False)[:FAULTS]
        faults = [Fault(_detail(one, ArticleIn), pointer=pointer(one["loc"])) for one in wrong]
        raise ProblemError(invalid(faults)) from error


def require_none(parameters: Parameters) -> None:
    """Refuse parameters where the body itself can say it."""
    if parameters.model_fields_set:
        raise ProblemError(
            invalid(
                [
                    Fault("is for text/plain and text/html: write it into the JSON", parameter=name)
                    for name in sorted(parameters.model_fields_set)
                ]
            )
        )


def parameter_fault(error: Mapping[str, Any]) -> Fault:
    """Return what is wrong with a query parameter, from the framework's account of it."""
    name = next((str(part) for part in error["loc"][1:2]), "")
    return Fault(_detail(error, Parameters), parameter=name[:NAME])


def pointer(path: Iterable[str | int]) -> str:
    """Return a JSON Pointer (RFC 6901)."""
    return "".join("/" + str(part)[:NAME].replace("~", "~0").replace("/", "~1") for part in path)


def _detail(error: Mapping[str, Any], kind: type[BaseModel]) -> str:
    match error["type"]:
        case "extra_forbidden":
            return f"is unknown here; known are {', '.join(sorted(kind.model_fields))}"
        case "model_type" | "dict_type" | "model_attributes_type":
            return "expected a JSON object that describes one article"
        case _:
            message = str(error["msg"]).removeprefix("Value error, ")
            return message[:1].lower() + message[1:]
