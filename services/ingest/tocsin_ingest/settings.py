from typing import ClassVar

from pydantic import Field, SecretStr

from tocsin.runtime.settings import Settings


class IngestSettings(Settings):
    service: ClassVar[str] = "ingest"

    port: int = Field(default=8010, ge=0, le=65_535, description="Where articles are pushed to")
    token: SecretStr | None = Field(
        default=None,
        min_length=16,
        description="What senders must show as a bearer token; nobody is asked for one if unset",
    )
    rate: float = Field(
        default=500,
        ge=0,
        description="Articles a second that one client may push in the long run; 0: as many as it likes",
    )
    burst: int = Field(
        default=10_000,
        ge=1,
        description="Articles that one client may push at once, above its rate",
    )
    memory_limit: float = Field(
        default=0.85,
        gt=0,
        le=1,
        description="Share of the store's memory above which no articles are taken in",
    )
    polls: int = Field(
        default=32, ge=0, le=512, description="Feeds polled at once; 0: this replica polls none"
    )
    readers: int = Field(
        default=2,
        ge=1,
        le=64,
        description="Processes that read feeds and pages, started when needed",
    )
    user_agent: str = Field(
        default="Tocsin/0.1 (feed reader)",
        pattern=r"^[ -~]{3,200}$",
        description="What servers are told of who polls; name a page or address for complaints",
    )
