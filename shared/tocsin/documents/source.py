from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import Field, StringConstraints, field_validator, model_validator

from tocsin.documents.base import Document, Identifier, Name


LanguageTag = Annotated[
    str, StringConstraints(pattern=r"^([A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*)?$", max_length=35)
]


class SourceDocument(Document):
    """A feed that ingest polls.

    ``home`` is the region id of the publisher's home. ``language`` is a BCP 47 tag where the
    feed has one language only; empty: found out for each article. Intervals are in seconds:
    ingest polls no more often than ``min_interval_s`` and no less than ``max_interval_s``.
    """

    id: Identifier
    url: Annotated[
        str,
        StringConstraints(strip_whitespace=True, pattern=r"^(?i:https?)://\S+$", max_length=2048),
    ]
    name: Name
    home: Annotated[str, StringConstraints(max_length=100)] = ""
    language: LanguageTag = ""
    enabled: bool = True
    min_interval_s: int = Field(default=300, ge=10, le=7 * 86_400)
    max_interval_s: int = Field(default=3600, ge=10, le=7 * 86_400)

    @field_validator("url")
    @classmethod
    def _names_a_host_and_no_password(cls, url: str) -> str:
        try:
            parts = urlsplit(url)
            host, _ = parts.hostname, parts.port
        except ValueError as error:
            raise ValueError(f"is no web address: {error}") from error
        if not host:
            raise ValueError("names no host: write https://host/path")
        if parts.username is not None or parts.password is not None:
            raise ValueError("holds a user name or password, which would be shown: leave it out")
        return url

    @model_validator(mode="after")
    def _intervals_are_in_order(self) -> Self:
        if self.min_interval_s > self.max_interval_s:
            raise ValueError(
                f"min_interval_s is {self.min_interval_s}: "
                f"it must not exceed max_interval_s, which is {self.max_interval_s}"
            )
        return self
