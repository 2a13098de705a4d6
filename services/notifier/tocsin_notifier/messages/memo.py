"""What we tell by ourselves, as plain values: a question to a new reader, a channel that broke."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tocsin.delivery.links import CONFIRM_WITHIN, Confirm, Links
from tocsin.delivery.notice import Breakdown, Notice, Question
from tocsin_notifier.messages.card import MAX_NAME, Card
from tocsin_notifier.messages.plain import cut, one_line
from tocsin_notifier.messages.sheet import Sheet
from tocsin_notifier.messages.times import told


MAX_REASON = 300


@dataclass(frozen=True, slots=True)
class Memo:
    """``action`` and ``url`` are a button, or empty; all else is plain text on one line."""

    delivery_id: str
    subject: str
    headline: str
    paragraphs: Sequence[str]
    action: str
    url: str
    foot: str
    matched_at: datetime
    matched: str
    list_id: str
    list_name: str = "Tocsin"
    rule_id: str = ""
    thread: str = ""
    unsubscribe: str = ""


Written = Card | Sheet | Memo


def memo(notice: Notice, delivery_id: str, links: Links | None, console_url: str = "") -> Memo:
    match notice:
        case Question():
            return _question(notice, delivery_id, links)
        case Breakdown():
            return _breakdown(notice, delivery_id, console_url)


def _question(notice: Question, delivery_id: str, links: Links | None) -> Memo:
    expires = notice.at + CONFIRM_WITHIN
    confirm = Confirm(notice.channel_id, notice.proof)
    name = cut(one_line(notice.subscriber_name), MAX_NAME)
    return Memo(
        delivery_id=delivery_id,
        subject="Do you want alerts from Tocsin at this address?",
        headline="Do you want alerts at this address?",
        paragraphs=[
            f"Somebody asked Tocsin to send {name}'s news alerts to this address.",
            (
                "If that is right, confirm it, and alerts that came meanwhile are sent to you. If you know "
                "nothing of it, do nothing: nothing else is sent here."
            ),
        ],
        action="Yes, send me alerts",
        url=links.to(confirm, expires) if links else "",
        foot=f"The link is good until {told(expires, notice.time_zone)}.",
        matched_at=notice.at,
        matched=told(notice.at, notice.time_zone),
        list_id="confirmation",
    )


def _breakdown(notice: Breakdown, delivery_id: str, console_url: str) -> Memo:
    name = cut(one_line(notice.channel_name), MAX_NAME)
    address = cut(one_line(notice.address), MAX_NAME)
    owner = cut(one_line(notice.subscriber_name), MAX_NAME)
    return Memo(
        delivery_id=delivery_id,
        subject=f"Your alerts no longer reach {name}",
        headline=f"Your alerts no longer reach {name}",
        paragraphs=[
            (
                f"The channel {name} ({address}) was disabled, since messages to it are refused for good: "
                f"{cut(one_line(notice.reason), MAX_REASON)}."
            ),
            (
                "Nothing is lost: have it mended or replaced and enabled, then what was not delivered can "
                "be sent again."
            ),
        ],
        action="Open the console" if console_url else "",
        url=f"{console_url}/subscribers" if console_url else "",
        foot=f"{owner}, you get this here because it is another channel of yours.",
        matched_at=notice.at,
        matched=told(notice.at, notice.time_zone),
        list_id="notice",
    )
