from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    ConfigDict,
    Field,
    JsonValue,
    ModelWrapValidatorHandler,
    SecretStr,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    field_serializer,
    field_validator,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from tocsin.documents.base import Document, Identifier, Name
from tocsin.documents.channel_url import MASK, checked_url, describe_url
from tocsin.documents.timing import SCHEDULE_FORM, ScheduleText, ThrottleText, WindowTexts


# Tells the validation that a URL passed the door before, or is one that the store has sealed: rules that became stricter since
# must not make the whole directory unreadable. The sender checks again.
STORED = "stored"


class Mode(StrEnum):
    """Whether alerts come one by one, gathered, or both."""

    INSTANT = "instant"
    DIGEST = "digest"
    BOTH = "both"


class Updates(StrEnum):
    """What is told of a story after its first alert."""

    ALL = "all"
    MATERIAL = "material"  # what changes it: a new place or number, several more sources
    FIRST = "first"  # nothing


class Priority(StrEnum):
    """How long it is worth telling: breaking news six hours, the rest a day."""

    BREAKING = "breaking"
    NORMAL = "normal"
    LOW = "low"


class SubscriberDocument(Document):
    """A person or a team that wants to be told.

    ``time_zone`` is a name of the IANA database, ``locale`` a BCP 47 tag. In ``quiet_hours``, by
    the clock of that zone, nothing is sent: it waits, and comes together at their end.
    ``nothing_matched`` asks for a digest that says so when there is nothing to tell.
    """

    id: Identifier
    name: Name
    time_zone: str = "UTC"
    locale: Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")] = "en"
    quiet_hours: WindowTexts = ()
    nothing_matched: bool = False

    @field_validator("time_zone")
    @classmethod
    def _is_known(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError(
                f"no time zone is called {name!r}; use one as Africa/Bamako"
            ) from error
        return name


class ChannelDocument(Document):
    """Where to: an Apprise URL, or ``mailto:address`` for the operator's own mail relay.

    The URL may hold a password or a token, so it is a secret: it is shown nowhere, not in
    an error that says what is wrong with it either. ``as_stored`` and ``from_stored`` are
    the only ways by which it leaves and enters in the open.
    """

    model_config = ConfigDict(hide_input_in_errors=True)

    id: Identifier
    subscriber: Identifier
    name: Name
    # How long it may be written is checked below: sealed, it is longer.
    url: SecretStr = Field(min_length=1)
    enabled: bool = True

    @field_validator("url")
    @classmethod
    def _is_one_of_ours(cls, url: SecretStr, info: ValidationInfo) -> SecretStr:
        if info.context == STORED:
            return url
        return SecretStr(checked_url(url.get_secret_value()))

    @field_serializer("url", when_used="json")
    def _mask(self, url: SecretStr) -> str:
        return MASK

    @model_validator(mode="wrap")
    @classmethod
    def _keep_the_secret(cls, values: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        try:
            return handler(values)
        except ValidationError as error:
            raise _without_input(error) from None

    def as_stored(self) -> dict[str, JsonValue]:
        """Return the document as JSON with its secret in the open: for the store only."""
        return self.model_dump(mode="json") | {"url": self.url.get_secret_value()}

    @classmethod
    def from_stored(cls, document: Mapping[str, JsonValue]) -> Self:
        """Return what ``as_stored`` was made from."""
        return cls.model_validate(document, context=STORED)


class SubscriptionDocument(Document):
    """Tells that a subscriber wants a rule's alerts; on all their channels unless some are named.

    ``digest`` says when digests are sent, for every mode but ``instant``. ``throttle`` is how many
    messages may come one by one in a time (``5/1h``); what is more comes together after it.
    ``bypass_quiet`` has alerts sent in quiet hours, too.
    """

    id: Identifier
    rule: Identifier
    subscriber: Identifier
    channels: tuple[Identifier, ...] = ()
    enabled: bool = True
    mode: Mode = Mode.INSTANT
    digest: ScheduleText = ""
    throttle: ThrottleText = ""
    updates: Updates = Updates.MATERIAL
    priority: Priority = Priority.NORMAL
    bypass_quiet: bool = False

    @model_validator(mode="after")
    def _says_when_digests_are_sent(self) -> Self:
        if self.mode is not Mode.INSTANT and not self.digest:
            raise ValueError(f"mode {self.mode} needs digest, which says when: {SCHEDULE_FORM}")
        if self.mode is Mode.INSTANT and self.digest:
            raise ValueError("has a digest, but mode instant; write mode digest or both")
        if self.mode is Mode.DIGEST and self.throttle:
            raise ValueError("has a throttle, which is for what comes one by one; leave it out")
        return self


def describe_channel(channel: ChannelDocument) -> str:
    """Return what a listing may show of a channel: ``slack://…``, ``email to a***@example.org``."""
    return describe_url(channel.url.get_secret_value())


def _without_input(error: ValidationError) -> ValidationError:
    """Return the same error without what was given: any of it may be or hold the secret."""
    return ValidationError.from_exception_data(
        error.title,
        [
            InitErrorDetails(
                # A message may hold braces, which would be taken for a template's.
                type=PydanticCustomError(
                    details["type"],
                    "{problem}",
                    {"problem": details["msg"]},
                ),
                loc=details["loc"],
                input=MASK,
            )
            for details in error.errors(include_url=False, include_context=False)
        ],
        hide_input=True,
    )
