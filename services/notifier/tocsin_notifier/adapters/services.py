"""Apprise's plugins, each made from a channel's URL and made harmless."""

import logging
from dataclasses import dataclass
from typing import Any

from apprise import Apprise, AppriseAsset, NotificationManager
from apprise.exception import AppriseImproperlyConfigured

from tocsin.documents.channel_services import BY_SCHEMA
from tocsin.documents.channel_url import checked_url, relay_address, schema_of
from tocsin_notifier.adapters.mail_plugin import NewsEmail
from tocsin_notifier.adapters.slack_plugin import NewsSlack
from tocsin_notifier.messages import Form, Letters
from tocsin_notifier.settings import Relay


CONNECT_TIMEOUT_S = 5.0
READ_TIMEOUT_S = 15.0

# No pictures of Apprise's, no time limit that abandons a thread that still delivers, no files.
ASSET = AppriseAsset(
    app_id="Tocsin",
    app_desc="Tocsin",
    app_url="",
    image_url_mask="",
    image_url_logo="",
    http_redirects=False,
    service_timeout=0,
    allow_templates=False,
    storage_mode="memory",
    default_service_retry=0,
)


class UnusableChannelError(ValueError):
    """The channel cannot be used as it is; the message holds no secret."""


@dataclass(frozen=True, slots=True)
class Writing:
    """How a service is written to.

    ``form`` is what it shows; ``apprise_format`` what Apprise must be told, so that it converts
    nothing. ``titled`` tells that it shows the title beside the body.
    """

    form: Form
    apprise_format: str
    titled: bool = False


PLAIN = Writing(Form.TEXT, "text", titled=True)
WRITINGS = {
    "discord": Writing(Form.MARKDOWN, "markdown"),
    "gchat": Writing(Form.MARKDOWN, "markdown"),
    "matrix": Writing(Form.HTML, "html"),
    "mmost": Writing(Form.MARKDOWN, "text"),
    "pover": Writing(Form.HTML, "html", titled=True),
    "rocket": Writing(Form.MARKDOWN, "markdown"),
    "signal": Writing(Form.TEXT, "text"),
    "tgram": Writing(Form.HTML, "html"),
    "workflow": Writing(Form.MARKDOWN, "markdown"),
    "zulip": Writing(Form.MARKDOWN, "text", titled=True),
}


def writing_for(schema: str) -> Writing:
    return WRITINGS.get(BY_SCHEMA[schema].schemas[0], PLAIN)


def install_plugins(slack_url: str | None = None, letters: Letters | None = None) -> None:
    """Make Apprise use our plugins for mail and Slack.

    Args:
        slack_url: where Slack's webhooks are, if not at Slack.
        letters: writes mails, if not by our own templates.
    """
    # What Apprise logs may repeat a URL; what happened we tell ourselves.
    logging.getLogger("apprise").setLevel(logging.CRITICAL)
    NewsEmail.letters = letters or Letters()
    NewsSlack.stand_in = slack_url is not None
    NewsSlack.webhook_url = (slack_url or NewsSlack.__base__.webhook_url).rstrip("/")
    manager = NotificationManager()
    for schemas, plugin in ((("mailto", "mailtos"), NewsEmail), (("slack",), NewsSlack)):
        if not manager.add(plugin, schemas=list(schemas), force=True):
            raise AssertionError(f"Apprise does not take {plugin.__name__}")


def service_for(url: str, relay: Relay | None) -> Any:
    """Return Apprise's service for a channel's URL.

    Raises:
        UnusableChannelError: it is none of ours, or the relay that it needs is not set.
    """
    try:
        checked_url(url)
    except ValueError as error:
        raise UnusableChannelError(f"the channel's URL {error}") from None
    address = relay_address(url)
    service = _from_url(url) if address is None else _from_relay(address, relay)
    if len(service) != 1:
        raise UnusableChannelError(
            f"the channel's URL names {len(service)} recipients; make a channel for each"
        )
    return harden(service)


def harden(service: Any) -> Any:
    """Switch off what is ours to decide: retries, pace, redirects, and what counts as success."""
    service.retry = 0
    service.wait = 0.0
    service.optional = False
    service.redirects = False
    service.verify_certificate = True
    service.socket_connect_timeout = CONNECT_TIMEOUT_S
    service.socket_read_timeout = READ_TIMEOUT_S
    service.request_rate_per_sec = 0
    return service


def _from_url(url: str) -> Any:
    try:
        service = Apprise.instantiate(url, asset=ASSET, suppress_exceptions=False)
    except (AppriseImproperlyConfigured, TypeError, ValueError):
        service = None  # what Apprise says of it may repeat a part of the URL
    if service is None:
        example = BY_SCHEMA[schema_of(url)].example
        raise UnusableChannelError(
            f"Apprise cannot read the channel's URL; it must be as {example}"
        )
    return service


def _from_relay(address: str, relay: Relay | None) -> Any:
    if relay is None:
        raise UnusableChannelError(
            "no mail relay is set: set TOCSIN_NOTIFIER_RELAY to "
            "smtp://user:password@host:port?from=alerts@example.org, then revive this delivery"
        )
    service = NewsEmail(
        schema="mailto",
        secure=False,
        host=relay.host,
        smtp_host=relay.host,
        port=relay.port,
        user=relay.user,
        password=relay.password.get_secret_value() if relay.password else None,
        secure_mode=relay.security,
        from_addr=relay.sender,
        asset=ASSET,
    )
    # Apprise knows no address with letters beyond ASCII; the door has looked at this one.
    service.targets = [(False, address)]
    # Apprise looks up well-known providers by the sender's domain; the relay is what was set.
    service.smtp_host, service.port = relay.host, relay.port
    service.from_addr = (relay.sender_name, relay.sender)
    service.user = relay.user
    service.by_relay = True
    return service
