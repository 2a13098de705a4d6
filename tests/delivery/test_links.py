"""Links that readers act by: whole or worth nothing."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.delivery.links import (
    PATH,
    VALID_FOR,
    Confirm,
    DigestInstead,
    Errand,
    ExpiredLinkError,
    ForgedLinkError,
    Leave,
    Links,
    MuteStory,
    Rate,
    Snooze,
    Unsubscribe,
)
from tocsin.secret_keys import SecretKey, SecretKeys
from tocsin.testing import FakeClock


OLD, NEW = SecretKey(b"o" * 32), SecretKey(b"n" * 32)
NOW = FakeClock().now()
LATER = NOW + timedelta(days=1)
ERRANDS = (
    Unsubscribe("ann.sahel", "ann-mail"),
    Leave("ann-mail"),
    Snooze("ann.sahel"),
    MuteStory("ann", "story-1"),
    Rate("0123456789abcdef", useful=False),
    DigestInstead("ann.sahel"),
    Confirm("ann-mail", "f00d"),
)


def links(*keys: SecretKey) -> Links:
    return Links("https://alerts.example", lambda: SecretKeys(keys))


def token(link: str) -> str:
    return link.removeprefix(f"https://alerts.example{PATH}")


@pytest.mark.parametrize("errand", ERRANDS)
def test_a_link_gives_the_right_to_what_it_was_made_for(errand: Errand) -> None:
    link = links(NEW).to(errand, LATER)

    assert links(NEW).read(token(link), NOW) == errand


def test_a_link_ends() -> None:
    link = links(NEW).to(ERRANDS[0], LATER)

    with pytest.raises(ExpiredLinkError, match="good until"):
        links(NEW).read(token(link), LATER)


def test_a_message_that_is_repeated_has_the_same_links() -> None:
    def of_message() -> object:
        return links(NEW).of_message(
            delivery_id="d1",
            subscription_id="ann.sahel",
            subscriber_id="ann",
            channel_id="ann-mail",
            story_id="s1",
            made_at=NOW,
        )

    assert of_message() == of_message()


def test_the_links_of_a_message_each_do_their_own() -> None:
    made = links(NEW).of_message(
        delivery_id="d1",
        subscription_id="ann.sahel",
        subscriber_id="ann",
        channel_id="ann-mail",
        story_id="s1",
        made_at=NOW,
    )

    def read(link: str) -> Errand:
        return links(NEW).read(token(link), NOW + VALID_FOR - timedelta(seconds=1))

    assert read(made.unsubscribe) == Unsubscribe("ann.sahel", "ann-mail")
    assert read(made.snooze) == Snooze("ann.sahel")
    assert read(made.mute_story) == MuteStory("ann", "s1")
    assert read(made.useful) == Rate("d1", useful=True)
    assert read(made.not_useful) == Rate("d1", useful=False)
    assert read(made.digest) == DigestInstead("ann.sahel")


def test_a_link_of_an_older_key_still_counts_and_new_ones_are_of_the_first() -> None:
    old = token(links(OLD).to(ERRANDS[0], LATER))
    rotated = links(NEW, OLD)

    assert rotated.read(old, NOW) == ERRANDS[0]
    assert links(NEW).read(token(rotated.to(ERRANDS[0], LATER)), NOW) == ERRANDS[0]
    with pytest.raises(ForgedLinkError):
        links(NEW).read(old, NOW)


@given(st.data())
def test_a_link_with_one_letter_changed_is_worth_nothing(data: st.DataObject) -> None:
    good = token(links(NEW).to(ERRANDS[0], LATER))
    at = data.draw(st.integers(0, len(good) - 2))  # of the last one some bits are of no account
    letter = data.draw(st.sampled_from("AZaz09-_.").filter(lambda letter: letter != good[at]))

    with pytest.raises(ForgedLinkError):
        links(NEW).read(good[:at] + letter + good[at + 1 :], NOW)


@given(st.text(max_size=200))
def test_whatever_else_stands_there_is_no_link(text: str) -> None:
    with pytest.raises(ForgedLinkError):
        links(NEW).read(text, NOW)
