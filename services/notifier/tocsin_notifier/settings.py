from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, ClassVar, Literal, Self
from urllib.parse import parse_qsl, unquote, urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr
from pydantic_settings import NoDecode, SettingsConfigDict

from tocsin.documents.channel_url import checked_url
from tocsin.runtime.settings import SecretSettings


Security = Literal["starttls", "ssl", "insecure"]
SECURITY: dict[str, Security] = {"starttls": "starttls", "ssl": "ssl", "none": "insecure"}
PORTS = {"starttls": 587, "ssl": 465, "insecure": 25}
SLACK = "https://hooks.slack.com/services"
RIGHT = "smtp://user:password@host:port?from=alerts@example.org"


class Relay(BaseModel):
    """The operator's mail server, which ``mailto:address`` channels are sent through."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    host: str
    port: int
    security: Security
    sender: str
    sender_name: str = "Tocsin"
    user: str | None = None
    password: SecretStr | None = None

    @classmethod
    def of(cls, url: str) -> Self:
        """Read ``smtp://user:password@host:port?from=alerts@example.org&name=…&tls=…``.

        Without ``tls`` the line is encrypted (STARTTLS), except to this very machine;
        ``smtps://`` is encrypted from the first byte.

        Raises:
            ValueError: it is not such a URL; the message repeats none of it.
        """
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise ValueError(f"must be as {RIGHT}") from error
        query = dict(parse_qsl(parts.query))
        if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
            raise ValueError(f"must be as {RIGHT}")
        if unknown := query.keys() - {"from", "name", "tls"}:
            raise ValueError(f"must be as {RIGHT}; {', '.join(sorted(unknown))} is not known")
        security = _security(parts.scheme, parts.hostname, query.get("tls"))
        return cls(
            host=parts.hostname,
            port=port or PORTS[security],
            security=security,
            sender=_sender(query.get("from", "")),
            sender_name=query.get("name", "Tocsin"),
            user=unquote(parts.username) if parts.username else None,
            password=SecretStr(unquote(parts.password)) if parts.password else None,
        )


def _security(scheme: str, host: str, tls: str | None) -> Security:
    if tls is not None and tls not in SECURITY:
        raise ValueError("tls must be starttls, ssl or none")
    if tls is not None:
        return SECURITY[tls]
    if scheme == "smtps":
        return "ssl"
    return "insecure" if _is_this_machine(host) else "starttls"


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _sender(address: str) -> str:
    try:
        return checked_url(f"mailto:{address}").removeprefix("mailto:")
    except ValueError as error:
        raise ValueError(
            f"needs from=, the address that alerts come from, as in {RIGHT}"
        ) from error


def _relay(value: object) -> object:
    if isinstance(value, str):
        return Relay.of(value) if value else None
    return value


class NotifierSettings(SecretSettings):
    model_config = SettingsConfigDict(hide_input_in_errors=True)

    service: ClassVar[str] = "notifier"

    port: int = Field(
        default=8012, ge=0, le=65_535, description="The port that health and metrics are served on"
    )
    relay: Annotated[Relay | None, NoDecode, BeforeValidator(_relay)] = Field(
        default=None,
        repr=False,
        description="The mail server for channels of the form mailto:address: " + RIGHT,
    )
    slack_url: str = Field(
        default=SLACK,
        pattern=r"^https?://[^\s?#]+$",
        description="Where Slack's incoming webhooks are; another address for tests and demos",
    )
    senders: int = Field(
        default=32, ge=1, le=256, description="How many messages are under way at once"
    )
    per_host: int = Field(
        default=8, ge=1, le=64, description="How many of them to one host, over all notifiers"
    )
    relay_per_s: float = Field(
        default=0, ge=0, description="How many mails a second the relay takes, over all notifiers"
    )
    templates: Path | None = Field(
        default=None, description="A folder of your own message templates, over ours"
    )
    journal_dir: Path | None = Field(
        default=None,
        description="A folder that outlives the process: after a crash what was taken in the last "
        "moment is found there, and not sent again",
    )

    @property
    def slack_stand_in(self) -> str | None:
        """The address that stands in for Slack's webhooks, if one does."""
        return None if self.slack_url.rstrip("/") == SLACK else self.slack_url
