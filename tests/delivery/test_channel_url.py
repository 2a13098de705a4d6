"""The door for channel URLs: what is taken, what is refused, and that nothing of it is repeated."""

import json
import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from delivery.channel_urls import TAKEN
from tocsin.documents import ChannelDocument, SubscriberDocument, describe_channel
from tocsin.documents.channel_url import checked_url, lane_of, relay_address, schema_of


SECRET = "s3cr3tT0ken"

REFUSED = {
    f"syslog://{SECRET}": "no channel of ours",
    f"file:///etc/{SECRET}": "no channel of ours",
    f"https://evil.example/{SECRET}": "no channel of ours",
    f"https://hooks.slack.com.evil.example/services/T1/B2/{SECRET}": "no channel of ours",
    SECRET: "no channel of ours",
    "**********": "is the mask",
    f"slack://T1/B2/{SECRET}?template=/etc/passwd": "arguments that are not allowed",
    f"slack://T1/B2/{SECRET}/#one/#two": "one recipient",
    f"slack://T1/{SECRET}": "one recipient",
    f"json://host/{SECRET}?method=GET": "arguments that are not allowed",
    f"json://host/{SECRET}?redirect=yes": "arguments that are not allowed",
    f"json://host/{SECRET}?retry=10&wait=20": "arguments that are not allowed",
    f"json://host/{SECRET}?optional=yes": "arguments that are not allowed",
    f"json://host/{SECRET}?verify=no": "arguments that are not allowed",
    f"json://host/{SECRET}?:key=value": "arguments that are not allowed",
    f"json://host/{SECRET}\r\nHost: evil": "control character",
    f"json://host/{SECRET} x": "space",
    f"json://host/{SECRET}?+X=%0d%0aHost:evil": "control character",
    f"json://host/{SECRET}\u202e": "control character",
    f"json://host/{SECRET * 200}": "longer than 2048",
    f"mailtos://u:{SECRET}@h.example?to=a@b.example&cc=c@d.example": "arguments",
    f"mailtos://u:{SECRET}@h.example?to=a@b.example,c@d.example": "several recipients",
    f"mailtos://u:{SECRET}@h.example/a@b.example?to=c@d.example": "several recipients",
    f"mailtos://u:{SECRET}@h.example?to=a@b.example&pgp=sign": "arguments",
    f"mailtos://u:{SECRET}@h.example?to=a@b.example&+Bcc=x@y.example": "arguments",
    f"mailto:{SECRET}": "one mail address",
    f"mailto:{SECRET}@example.org,bob@example.org": "one mail address",
    f"mailto:{SECRET}@example.org?cc=bob@example.org": "one mail address",
    f"mailto:{SECRET}%0aBcc:x@example.org": "control character",
    f"mailto:Ann <{SECRET}@example.org>": "space",
    f"ntfys://host/one/{SECRET}": "one recipient",
    f"tgram://123:{SECRET}": "one recipient",
    f"signals://host/{SECRET}": "one recipient",
    f"pover://user@{SECRET}/a/b": "one recipient",
}


def a_channel(url: str) -> ChannelDocument:
    return ChannelDocument(id="c", subscriber="ann", name="c", url=SecretStr(url))


@pytest.mark.parametrize("url", TAKEN)
def test_addresses_of_our_services_are_taken(url: str) -> None:
    assert a_channel(url).url.get_secret_value() == url


@pytest.mark.parametrize(("url", "reason"), REFUSED.items())
def test_what_could_harm_or_cannot_work_is_refused_with_the_reason(url: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        checked_url(url)


@pytest.mark.parametrize("url", REFUSED)
def test_a_refusal_repeats_nothing_of_the_url(url: str) -> None:
    document = {"id": "c", "subscriber": "ann", "url": url, "unknown": url}

    with pytest.raises(ValidationError) as refusal:
        ChannelDocument.model_validate(document)

    told = "".join(
        (
            str(refusal.value),
            repr(refusal.value.errors()),
            refusal.value.json(),
            *traceback.format_exception(refusal.value),
        )
    )
    assert SECRET not in told
    assert ("url",) in {error["loc"] for error in refusal.value.errors()}


def test_broken_json_is_not_repeated_either() -> None:
    with pytest.raises(ValidationError) as refusal:
        ChannelDocument.model_validate_json(f'{{"url": "slack://A/B/{SECRET}",')

    assert SECRET not in str(refusal.value)


def test_the_secret_is_shown_nowhere_but_to_the_store() -> None:
    channel = a_channel(f"slack://T1/B2/{SECRET}")

    shown = f"{channel!r} {channel} {channel.model_dump_json()} {describe_channel(channel)}"

    assert SECRET not in shown
    assert json.loads(channel.model_dump_json())["url"] == "**********"
    assert channel.as_stored()["url"] == f"slack://T1/B2/{SECRET}"
    assert ChannelDocument.from_stored(channel.as_stored()) == channel


def test_an_export_that_masks_secrets_cannot_be_imported_by_mistake() -> None:
    exported = a_channel("slack://T1/B2/C3").model_dump_json()

    with pytest.raises(ValidationError, match="is the mask that hides a secret"):
        ChannelDocument.model_validate_json(exported)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("mailto:ann@example.org", "email to a***@example.org"),
        ("mailtos://u:p@smtp.example.org?to=ann@example.org", "email to a***@example.org"),
        ("mailtos://u:p@smtp.example.org/ann%40example.org", "email to a***@example.org"),
        ("mailtos://u:p@example.org", "mailtos://…"),
        ("slack://T1/B2/C3", "slack://…"),
        ("https://hooks.slack.com/services/T1/B2/C3", "slack://…"),
        ("jsons://u:p@host/path", "jsons://…"),
    ],
)
def test_a_listing_tells_channels_apart_without_their_secret(url: str, shown: str) -> None:
    assert describe_channel(a_channel(url)) == shown


def test_the_shorthand_for_the_relay_is_kept_plain() -> None:
    assert checked_url(" MAILTO:ann%2Bx@example.org ") == "mailto:ann+x@example.org"
    assert relay_address("mailto:ann@example.org") == "ann@example.org"
    assert relay_address("mailto://ann:pw@example.org") is None


def test_a_schema_is_lower_case() -> None:
    assert checked_url("Slack://T1/B2/C3") == "slack://T1/B2/C3"
    assert schema_of("https://hooks.slack.com/services/T1/B2/C3") == "slack"


@pytest.mark.parametrize(
    ("url", "lane"),
    [
        ("mailto:ann@example.org", "relay"),
        ("mailto:bob@example.com", "relay"),
        ("slack://T1/B2/C3", "slack"),
        ("https://hooks.slack.com/services/T1/B2/C3", "slack"),
        ("json://user:pw@Host.example:8080/a?+X=1", "json host.example:8080"),
        ("jsons://host.example", "json host.example"),
        ("ntfy://secret-topic", "ntfy"),
        ("ntfys://host.example/secret-topic", "ntfy host.example"),
    ],
)
def test_channels_of_one_host_share_a_lane_and_it_holds_no_secret(url: str, lane: str) -> None:
    assert lane_of(url) == lane


@given(st.text(max_size=300))
def test_any_text_is_taken_or_refused_and_nothing_else(text: str) -> None:
    try:
        kept = checked_url(text)
    except ValueError:
        return
    assert checked_url(kept) == kept


@given(st.from_regex(r"mailto:[^\s]{0,40}@[^\s]{0,40}", fullmatch=True))
def test_an_address_that_is_taken_can_start_no_other_header(text: str) -> None:
    try:
        kept = checked_url(text)
    except ValueError:
        return
    assert not set(kept.removeprefix("mailto:")) & set('\r\n<>,;:"\\ \t')


@pytest.mark.parametrize("zone", ["UTC", "Africa/Bamako", "America/New_York"])
def test_a_time_zone_is_one_of_the_iana_database(zone: str) -> None:
    assert SubscriberDocument(id="ann", name="Ann", time_zone=zone).time_zone == zone


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../../etc/passwd", "/etc/passwd", "Africa"])
def test_another_time_zone_is_refused(zone: str) -> None:
    with pytest.raises(ValidationError, match="no time zone is called"):
        SubscriberDocument(id="ann", name="Ann", time_zone=zone)


NASTY = st.text(
    st.sampled_from([*"abc@/:?#&=%+.\\\"'<>[]{}|^`~;,$!*() \t\r\n\x00\u202e\u200bé日😀"]),
    max_size=40,
)


@given(st.sampled_from(["json", "mailtos", "slack", "discord", "tgram", "ntfys", "x"]), NASTY)
def test_a_refusal_repeats_nothing_of_what_it_refuses(schema: str, rest: str) -> None:
    refusal, kept = read(f"{schema}://{SECRET}{rest}")

    assert SECRET not in refusal
    assert kept.isprintable()
    assert not set(kept) & set(" \t\r\n")


def read(text: str) -> tuple[str, str]:
    """Return why a URL is refused, or else as what it is kept."""
    try:
        return "", checked_url(text)
    except ValueError as refusal:
        return str(refusal), ""


@given(st.sampled_from(TAKEN), NASTY)
def test_no_argument_makes_a_service_retry_follow_or_read_files(url: str, value: str) -> None:
    separator = "&" if "?" in url else "?"
    for argument in ("retry", "redirect", "verify", "template", "optional", "rto", "cto", "wait"):
        with pytest.raises(ValueError):  # noqa: PT011 -- which of its messages is no matter
            checked_url(f"{url}{separator}{argument}={value}")
