"""What Slack gets, and what its answers come to."""

import pytest

from notifier.alerts import ID, a_delivery, an_alert
from notifier.receivers import WebServer
from notifier.sending import a_channel, send
from tocsin.ports.deliveries import Blame
from tocsin.ports.sender import Fault, Kind, Outcome
from tocsin_notifier.adapters.apprise_sender import AppriseSender


pytestmark = pytest.mark.usefixtures("tamed")


async def test_a_webhook_gets_blocks_that_nothing_is_parsed_in(
    sender: AppriseSender, slack: WebServer
) -> None:
    nasty = an_alert({"title": "<!channel> <@U1> *bold* <https://evil.example|x> & co"})

    outcome = await sender.send(a_delivery(alert=nasty), a_channel("slack://T1/B2/C3"))

    assert outcome == Outcome(Kind.DELIVERED, "127.0.0.1: HTTP 200 OK")
    (request,) = slack.requests
    assert request.path == "/services/T1/B2/C3"
    assert request.json["text"] == (
        "[Sahel] JNIM: &lt;!channel&gt; &lt;@U1&gt; *bold* "
        "&lt;https://evil.example|x&gt; &amp; co (rfi.example)"
    )
    assert request.json["blocks"][0]["type"] == "rich_text"
    assert set(request.json) == {"text", "blocks", "unfurl_links", "unfurl_media"}


async def test_a_bot_names_its_channel_and_the_delivery(
    sender: AppriseSender, slack: WebServer
) -> None:
    outcome = await send(sender, "slack://xoxb-1234-1234-abcdef/#news")

    assert outcome.kind is Kind.DELIVERED
    (request,) = slack.requests
    assert request.path == "/api/chat.postMessage"
    assert request.headers["authorization"] == "Bearer xoxb-1234-1234-abcdef"
    assert request.json["channel"] == "#news"
    assert request.json["metadata"]["event_payload"]["delivery_id"] == ID


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (404, b"no_service", Kind.PERMANENT),
        (403, b"invalid_token", Kind.PERMANENT),
        (410, b"channel_is_archived", Kind.PERMANENT),
        (400, b"invalid_blocks", Kind.PERMANENT),
        (429, b"rate_limited", Kind.TRANSIENT),
        (500, b"rollup_error", Kind.TRANSIENT),
        (200, b"something else", Kind.AMBIGUOUS),
    ],
)
async def test_slacks_words_are_understood(
    sender: AppriseSender, slack: WebServer, status: int, body: bytes, kind: Kind
) -> None:
    slack.answers["/services/T1/B2/C3"] = (status, "", body)

    outcome = await send(sender, "slack://T1/B2/C3")

    assert outcome.kind is kind


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ("channel_not_found", Kind.PERMANENT),
        ("not_in_channel", Kind.PERMANENT),
        ("token_revoked", Kind.PERMANENT),
        ("ratelimited", Kind.TRANSIENT),
        ("internal_error", Kind.TRANSIENT),
    ],
)
async def test_a_bots_error_is_in_the_answer_not_in_its_status(
    sender: AppriseSender, slack: WebServer, error: str, kind: Kind
) -> None:
    slack.answers["/api/chat.postMessage"] = (200, "", f'{{"ok":false,"error":"{error}"}}'.encode())

    outcome = await send(sender, "slack://xoxb-1234-1234-abcdef/#news")

    fault = Fault.GONE if kind is Kind.PERMANENT else Fault.NONE
    blame = Blame.CHANNEL if kind is Kind.TRANSIENT else Blame.NOTHING
    assert outcome == Outcome(kind, f"127.0.0.1: HTTP 200 OK, {error}", blame=blame, fault=fault)
