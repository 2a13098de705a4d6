"""Whether Apprise still is what we tamed: checked at the start, since its insides may change."""

from urllib.request import getproxies

import apprise
import requests
from apprise import NotificationManager
from apprise.plugins.email import base as apprise_email

from tocsin.errors import StartError
from tocsin_notifier.adapters import http_seam, smtp_seam
from tocsin_notifier.adapters.http_request import OneRequest
from tocsin_notifier.adapters.mail_plugin import NewsEmail
from tocsin_notifier.adapters.services import service_for
from tocsin_notifier.adapters.slack_plugin import NewsSlack


VERSION = "2.2.0"


def expect_tamed_apprise() -> None:
    """Check that everything we hook into is there and is ours.

    Raises:
        StartError: something is not; to send all the same could double or lose messages unseen.
    """
    manager = NotificationManager()
    checks = {
        f"apprise is {apprise.__version__}, not {VERSION}": apprise.__version__ == VERSION,
        "requests makes adapters of its own": isinstance(
            requests.Session().get_adapter("https://x.example"), http_seam.SharedAdapter
        ),
        "requests makes sessions in another way": (
            vars(requests.sessions)["Session"] is OneRequest or bool(getproxies())
        ),
        "apprise has its own SMTP controller": (
            apprise_email.AppriseSMTPController is smtp_seam.PooledSMTP
        ),
        "apprise has its own mail plugin": manager["mailto"] is manager["mailtos"] is NewsEmail,
        "apprise has its own Slack plugin": manager["slack"] is NewsSlack,
        "apprise posts to Slack in another way": callable(
            getattr(NewsSlack.__base__, "_send", None)
        ),
        "apprise retries or follows redirects": _is_hardened("jsons://hooks.example.org/path"),
    }
    if wrong := [problem for problem, holds in checks.items() if not holds]:
        raise StartError(f"cannot send safely: {'; '.join(wrong)}")


def _is_hardened(url: str) -> bool:
    service = service_for(url, None)
    return (
        service.retry == 0
        and not service.optional
        and not service.redirects
        and service.verify_certificate
        and service.request_rate_per_sec == 0
        and service.request_timeout == (5.0, 15.0)
    )
