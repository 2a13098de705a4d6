from typing import Annotated

from pydantic import Field, StringConstraints

from tocsin.documents.base import Document, Identifier, Name


class SourceDocument(Document):
    """A feed that ingest polls.

    ``home`` is the region id of the publisher's home. Intervals are in seconds:
    ingest polls no more often than ``min_interval_s`` and no less than ``max_interval_s``.
    """

    id: Identifier
    url: Annotated[str, StringConstraints(pattern=r"^https?://", max_length=2048)]
    name: Name
    home: str = ""
    language: str = ""
    enabled: bool = True
    min_interval_s: int = Field(default=300, ge=10)
    max_interval_s: int = Field(default=3600, ge=10)
