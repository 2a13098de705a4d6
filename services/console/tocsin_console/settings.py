from ipaddress import ip_address
from typing import Annotated, ClassVar, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import NoDecode

from tocsin.runtime.settings import SecretSettings


# Short enough to type once, long enough that guessing it takes for ever.
MIN_TOKEN_LENGTH = 16


class ConsoleSettings(SecretSettings):
    service: ClassVar[str] = "console"

    port: int = Field(default=8000, ge=1, le=65535, description="Port of the pages and the API.")
    token: SecretStr | None = Field(
        default=None,
        min_length=MIN_TOKEN_LENGTH,
        description="What people log in with, and programs send as a bearer token. "
        "Without one, whoever reaches the console may do everything; it then listens on this "
        "machine only.",
    )
    bounce_token: SecretStr | None = Field(
        default=None,
        min_length=MIN_TOKEN_LENGTH,
        description="What a mail system sends as a bearer token to tell bounces; it opens nothing else.",
    )
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        default=("localhost", "127.0.0.1", "[::1]"),
        min_length=1,
        description="Names by which browsers may call the console (comma list; *.example.org "
        "for all below); others are refused, against DNS rebinding.",
    )

    @field_validator("allowed_hosts", mode="before")
    @classmethod
    def _split_hosts(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return tuple(host.strip().lower() for host in value.split(",") if host.strip())

    @field_validator("allowed_hosts")
    @classmethod
    def _wildcard_in_front(cls, hosts: tuple[str, ...]) -> tuple[str, ...]:
        for host in hosts:
            if "*" in host and not (host.startswith("*.") and "*" not in host[1:]):
                raise ValueError(f"{host!r} is no host name: write example.org or *.example.org")
        return hosts

    @property
    def hosts(self) -> tuple[str, ...]:
        """The names by which browsers may call: those that are allowed, and the public one."""
        public = urlsplit(self.public_url).hostname
        return (*self.allowed_hosts, public) if public else self.allowed_hosts

    @model_validator(mode="after")
    def _open_to_this_machine_only(self) -> Self:
        if self.token is None and not _is_loopback(self.host):
            raise ValueError(
                f"listening on {self.host} would let everybody on the network in: set "
                "TOCSIN_CONSOLE_TOKEN (16 characters or more), or listen on 127.0.0.1"
            )
        return self


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
