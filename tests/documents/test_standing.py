"""How a channel stands: what it takes to be confirmed, failing, disabled, and well again."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from tocsin.documents import ChannelDocument, ChannelState, Standing, state_of
from tocsin.documents.standing import KEPT_NOTES, after_change


NOW = datetime(2026, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
MAIL = "mailto:ann@example.org"
ACCOUNT = "mailtos://u:pw@smtp.example.org?from=a@example.org&to=ann@example.org"
CHAT = "slack://A1/B2/C3"


def channel(url: str = MAIL, *, enabled: bool = True) -> ChannelDocument:
    return ChannelDocument(id="c", subscriber="ann", name="c", url=SecretStr(url), enabled=enabled)


CONFIRMED = Standing().confirmed(NOW, "ann")


@pytest.mark.parametrize(
    ("url", "state"),
    [
        (MAIL, ChannelState.PENDING),
        (ACCOUNT, ChannelState.PENDING),
        ("mailtos://u:pw@example.org", ChannelState.ACTIVE),  # to its own account
        (CHAT, ChannelState.ACTIVE),
        ("sealed:0:x", ChannelState.ACTIVE),
    ],
)
def test_every_address_of_somebody_else_waits_to_be_confirmed(
    url: str, state: ChannelState
) -> None:
    made = ChannelDocument.from_stored(channel().as_stored() | {"url": url})

    assert state_of(made, Standing()) is state
    assert state_of(made, CONFIRMED) is ChannelState.ACTIVE


def test_who_confirmed_first_is_remembered() -> None:
    again = CONFIRMED.confirmed(NOW + HOUR, "eve")

    assert (again.confirmed_at, again.confirmed_by) == (NOW, "ann")
    assert [(note.who, note.what) for note in again.notes] == [("ann", "confirmed the address")]


def test_one_refusal_makes_it_fail_and_three_over_an_hour_disable_it() -> None:
    first = CONFIRMED.failed(NOW, "HTTP 401", for_good=False)
    quick = first.failed(NOW, "HTTP 401", for_good=False).failed(NOW, "HTTP 401", for_good=False)
    slow = quick.failed(NOW + HOUR, "HTTP 403", for_good=False)

    assert state_of(channel(), first) is ChannelState.FAILING
    assert state_of(channel(), quick) is ChannelState.FAILING
    assert state_of(channel(), slow) is ChannelState.DISABLED
    assert slow.reason == "HTTP 403"
    assert [note.what for note in slow.notes[1:]] == ["failing: HTTP 401", "disabled: HTTP 403"]


def test_what_is_gone_for_good_is_disabled_at_once() -> None:
    gone = Standing().failed(NOW, "HTTP 410", for_good=True)

    assert state_of(channel(CHAT), gone) is ChannelState.DISABLED


def test_a_success_makes_it_well_and_enabling_it_gives_a_new_chance() -> None:
    failing = CONFIRMED.failed(NOW, "HTTP 401", for_good=False)
    disabled = CONFIRMED.disabled(NOW, "bob", "on leave")

    assert CONFIRMED.worked(NOW) == CONFIRMED
    for well in (failing.worked(NOW), disabled.enabled(NOW, "bob")):
        assert state_of(channel(), well) is ChannelState.ACTIVE
        assert (well.failures, well.reason, well.failing_since) == (0, "", None)
    assert (disabled.reason, disabled.notes[-1].what) == ("on leave", "disabled: on leave")


def test_the_operators_document_can_disable_it_too() -> None:
    assert state_of(channel(CHAT, enabled=False), Standing()) is ChannelState.DISABLED


def test_another_url_for_the_same_address_keeps_the_confirmation() -> None:
    failing = CONFIRMED.failed(NOW, "HTTP 401", for_good=True)

    moved = after_change(channel(MAIL), channel(ACCOUNT), failing)

    assert (moved.confirmed_at, moved.failures, moved.disabled_at) == (NOW, 0, None)
    assert after_change(channel(MAIL), channel(MAIL), failing) == failing
    other = after_change(channel(MAIL), channel("mailto:bob@example.org"), failing)
    assert (other.confirmed_at, other.disabled_at) == (None, None)


def test_an_address_is_asked_three_times_a_day_at_most() -> None:
    standing = Standing()
    for number in range(3):
        assert standing.may_be_asked_again(NOW), number
        standing = standing.to_be_asked_again(NOW, "ann").asked_for(NOW, f"proof-{number}")

    assert not standing.may_be_asked_again(NOW + 23 * HOUR)
    assert standing.may_be_asked_again(NOW + 24 * HOUR)
    assert standing.proof == "proof-2"
    assert standing.to_be_asked_again(NOW, "ann").proof == ""


def test_only_the_last_notes_are_kept() -> None:
    standing = Standing()
    for number in range(KEPT_NOTES + 5):
        standing = standing.noted(NOW, "bob", str(number))

    assert len(standing.notes) == KEPT_NOTES
    assert standing.notes[-1].what == str(KEPT_NOTES + 4)
