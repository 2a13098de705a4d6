"""What the command can be told by the environment."""

from pathlib import Path
from typing import ClassVar

from pydantic import Field, SecretStr, field_validator

from tocsin.matching.presearch import Kernel
from tocsin.runtime.settings import SecretSettings, Settings


DEFAULT_REDIS_URL = "redis://127.0.0.1:6379/0"


class CliSettings(SecretSettings):
    """``redis_url`` empty means: what ``tocsin up`` started, if anything.

    The ports are those of what ``tocsin up`` starts; each service reads its own from the
    same variable.
    """

    keys_needed: ClassVar[bool] = False

    redis_url: str = Field(
        default="",
        repr=False,
        description="Where Redis or Valkey is; empty: what `tocsin up` started, if anything",
    )
    data_dir: Path = Field(
        default=Path(".tocsin"), description="Where `tocsin up` keeps its data and its whereabouts"
    )
    ingest_url: str = Field(
        default="", description="Where `tocsin push` posts to; empty: the ingest of `tocsin up`"
    )
    ingest_token: SecretStr | None = Field(
        default=None, description="The bearer token that ingest asks for"
    )
    console_url: str = Field(
        default="", description="Where people reach the console; empty: the one of `tocsin up`"
    )
    matcher_kernel: Kernel = Field(
        default="auto", description="As the matcher's: auto, numba or python"
    )
    ingest_port: int = Field(default=8010, ge=1, le=65_535, description="The push API")
    matcher_port: int = Field(default=8011, ge=1, le=65_535, description="Health and metrics")
    notifier_port: int = Field(default=8012, ge=1, le=65_535, description="Health and metrics")
    console_port: int = Field(default=8000, ge=1, le=65_535, description="The web pages")
    inbox_port: int = Field(default=8026, ge=1, le=65_535, description="The Slack-like hook")
    inbox_smtp_port: int = Field(default=8025, ge=1, le=65_535, description="The mail server")
    valkey_port: int = Field(default=6399, ge=1, le=65_535, description="The embedded Valkey")

    @field_validator("redis_url")
    @classmethod
    def _speaks_as_we_read(cls, url: str) -> str:
        return super()._speaks_as_we_read(url) if url else url

    def port_of(self, role: str) -> int:
        """Return the port where a role serves HTTP."""
        port: int = getattr(self, f"{role}_port")
        return port


class InboxSettings(Settings):
    service: ClassVar[str] = "inbox"

    port: int = Field(default=8026, ge=0, le=65_535, description="The Slack-like hook, and health")
    smtp_port: int = Field(default=8025, ge=0, le=65_535, description="The mail server")
