"""Settings come from the environment, and one that is wrong stops the start."""

import os
from collections.abc import Mapping
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, TypeVar
from urllib.parse import parse_qsl, urlsplit

from pydantic import BeforeValidator, Field, ValidationError, field_validator
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)
from redis.asyncio.connection import parse_url

from tocsin.errors import StartError, cause_of
from tocsin.secret_keys import RIGHT, SecretKeys


PREFIX = "TOCSIN_"

# With any of these redis-py answers in another shape than FastStream reads: every read
# raises, and what was read stays pending.
FORBIDDEN_URL_OPTIONS = frozenset({"decode_responses", "legacy_responses", "protocol"})

HIGHEST_PORT = 65_535

S = TypeVar("S", bound="Settings")


class SettingsError(StartError):
    """A setting is missing or wrong; ``variable`` is the name of its environment variable."""

    def __init__(self, variable: str, problem: str) -> None:
        super().__init__(f"{variable}: {problem}")
        self.variable = variable
        self.problem = problem


class Settings(BaseSettings):
    """What every service can be told.

    A field ``x`` of the service ``s`` is read from ``TOCSIN_S_X``, else from ``TOCSIN_X``.
    Either name with ``_FILE`` appended names a file that holds the value, for secrets.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True)

    service: ClassVar[str] = ""

    redis_url: str = Field(
        default="redis://127.0.0.1:6399/0",
        repr=False,
        description="Where Redis or Valkey is: redis://[user:password@]host:port/database",
    )
    log_format: Literal["console", "json"] = Field(
        default="console", description="console: coloured, for people; json: one object a line"
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="The least severe log entry that is written"
    )
    host: str = Field(default="127.0.0.1", description="The address that HTTP is served on")
    port: int = Field(default=8000, description="The port that HTTP is served on")
    egress_allow: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Private destinations that may be called all the same, a comma list of "
        "network (10.0.0.0/8) or address:port (127.0.0.1:8025)",
    )
    unsafe_store: bool = Field(
        default=False,
        description="Start though the store's settings may lose what it acknowledged",
    )
    retention_h: float = Field(
        default=24,
        ge=0,
        le=87_600,
        description="Hours that articles and matches are kept to look at, once all are done with "
        "them; given up where the store's memory runs short",
    )
    grace_s: float = Field(
        default=10, ge=0, le=300, description="Seconds to finish work in hand when told to stop"
    )

    @field_validator("redis_url")
    @classmethod
    def _speaks_as_we_read(cls, url: str) -> str:
        try:
            parse_url(url)
        except ValueError as error:
            raise ValueError("must be a URL such as redis://host:6379/0") from error
        forbidden = FORBIDDEN_URL_OPTIONS & {name for name, _ in parse_qsl(urlsplit(url).query)}
        if forbidden:
            raise ValueError(f"must not set {', '.join(sorted(forbidden))}")
        return url

    # A validator rather than a bound, so that it holds for a service's own ``port`` too.
    @field_validator("port")
    @classmethod
    def _is_a_port(cls, port: int) -> int:
        if not 0 <= port <= HIGHEST_PORT:
            raise ValueError(f"must be a port from 0 (any) to {HIGHEST_PORT}")
        return port

    @field_validator("egress_allow", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("egress_allow")
    @classmethod
    def _names_networks(cls, destinations: tuple[str, ...]) -> tuple[str, ...]:
        for destination in destinations:
            if not _is_network(destination) and not _is_address_and_port(destination):
                raise ValueError(
                    f"{destination!r} is neither a network (10.0.0.0/8) nor address:port "
                    "(127.0.0.1:8025)"
                )
        return destinations

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings, Environment(settings_cls, variables(cls)))


def _parsed_keys(value: object) -> object:
    return SecretKeys.parse(value) if isinstance(value, str) and value else value or None


class SecretSettings(Settings):
    """What a process can be told that reads channels' URLs or signs links.

    ``keys_needed`` tells that it cannot do without keys. ``secret_keys_file`` is where they may
    change while it runs.
    """

    model_config = SettingsConfigDict(hide_input_in_errors=True)

    keys_needed: ClassVar[bool] = True

    secret_keys: Annotated[SecretKeys | None, NoDecode, BeforeValidator(_parsed_keys)] = Field(
        default=None,
        repr=False,
        validate_default=True,
        description="Seal channels' URLs and sign links in messages, a comma list: the first is "
        f"used, all of them open. Each is {RIGHT}",
    )
    secret_keys_file: Path | None = Field(
        default=None, description="A file with the keys, one a line; read anew when it changes"
    )

    public_url: str = Field(
        default="",
        description="Where readers reach the console, for the links in messages, such as "
        "https://alerts.example.org; without it messages have none",
    )

    @field_validator("public_url")
    @classmethod
    def _is_of_the_web(cls, url: str) -> str:
        parts = urlsplit(url)
        if url and (
            parts.scheme not in {"http", "https"}
            or not parts.hostname
            or parts.query
            or parts.fragment
        ):
            raise ValueError("must be an address such as https://alerts.example.org")
        return url.rstrip("/")

    @field_validator("secret_keys")
    @classmethod
    def _are_there(cls, keys: SecretKeys | None) -> SecretKeys | None:
        if keys is None and cls.keys_needed:
            raise ValueError(
                "is needed, since channels' URLs are sealed with it, and must be the same for "
                f"console, notifier and command line: {RIGHT}"
            )
        return keys


class Environment(PydanticBaseSettingsSource):
    """Reads each field from the first of its variables that is set, or from the file it names."""

    def __init__(
        self, settings_cls: type[BaseSettings], names: Mapping[str, tuple[str, ...]]
    ) -> None:
        super().__init__(settings_cls)
        self._names = names

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        variable, value = found(self._names[field_name])
        return value, variable, self.field_is_complex(field)

    def __call__(self) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for name, field in self.settings_cls.model_fields.items():
            value, variable, is_complex = self.get_field_value(field, name)
            if value is not None:
                values[name] = self._prepared(name, field, variable, value, is_complex=is_complex)
        return values

    def _prepared(
        self, name: str, field: FieldInfo, variable: str, value: str, *, is_complex: bool
    ) -> Any:
        try:
            return self.prepare_field_value(name, field, value, is_complex)
        except ValueError as error:
            raise SettingsError(variable, f"expected JSON ({error})") from error


def found(names: tuple[str, ...]) -> tuple[str, str | None]:
    """Return the first variable that is set and its value, or the last and None.

    Raises:
        SettingsError: the file that a variable names cannot be read.
    """
    for name in names:
        if name in os.environ:
            return name, os.environ[name]
        if path := os.environ.get(f"{name}_FILE"):
            return f"{name}_FILE", _content(f"{name}_FILE", path)
    return names[-1], None


def variables(settings_type: type[Settings]) -> dict[str, tuple[str, ...]]:
    """Return the environment variables of each field, the one that wins first."""
    prefixes = (f"{PREFIX}{settings_type.service.upper()}_", PREFIX)
    return {
        name: tuple(
            dict.fromkeys(
                f"{prefix}{name.upper()}" for prefix in prefixes if prefix != f"{PREFIX}_"
            )
        )
        for name in settings_type.model_fields
    }


def load(settings_type: type[S]) -> S:
    """Read the settings.

    Raises:
        SettingsError: one is wrong; it names the variable, never a secret's value.
    """
    try:
        return settings_type()
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = str(first["loc"][0]) if first["loc"] else ""
        variable = found(variables(settings_type)[field])[0] if field else PREFIX
        raise SettingsError(variable, _said(first["msg"])) from error


def _said(message: str) -> str:
    message = message.removeprefix("Value error, ")
    return message[:1].lower() + message[1:]


def _content(variable: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(variable, f"cannot read {path}: {cause_of(error)}") from error


def _is_network(text: str) -> bool:
    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def _is_address_and_port(text: str) -> bool:
    address, _, port = text.rpartition(":")
    try:
        ip_address(address.strip("[]"))
    except ValueError:
        return False
    return port.isdecimal() and 0 < int(port) <= HIGHEST_PORT
