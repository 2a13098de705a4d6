from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from tocsin.delivery import Alert, Audience, delivery_id, expand, place, thread_id
from tocsin.documents import ChannelDocument, SubscriberDocument, SubscriptionDocument
from tocsin.events import ArticleMatched, ArticleSummary, RuleMatch
from tocsin.ports.deliveries import Delivery, Story
from tocsin.ports.preferences import Wishes
from tocsin.ports.subscribers import Directory


NOW = datetime(2026, 3, 4, 5, 6, tzinfo=UTC)
ARTICLE = ArticleSummary(id="a1", title="Army repels assault", fetched_at=NOW)

ANN = SubscriberDocument(id="ann", name="Ann", time_zone="Africa/Bamako", locale="fr")
BOB = SubscriberDocument(id="bob", name="Bob")


def channel(
    id_: str, subscriber: str, url: str = "mailto:x@example.org", *, enabled: bool = True
) -> ChannelDocument:
    return ChannelDocument(
        id=id_, subscriber=subscriber, name=id_, url=SecretStr(url), enabled=enabled
    )


def subscription(
    id_: str, rule: str, subscriber: str, *channels: str, enabled: bool = True
) -> SubscriptionDocument:
    return SubscriptionDocument(
        id=id_, rule=rule, subscriber=subscriber, channels=channels, enabled=enabled
    )


DIRECTORY = Directory(
    revision=7,
    subscribers=(ANN, BOB),
    channels=(
        channel("ann-mail", "ann"),
        channel("ann-chat", "ann", "slack://A1/B2/C3"),
        channel("bob-mail", "bob"),
        channel("bob-off", "bob", enabled=False),
    ),
    subscriptions=(
        subscription("s1", "sahel", "ann"),
        subscription("s2", "sahel", "bob"),
        subscription("s3", "quakes", "ann", "ann-chat"),
        subscription("s4", "paused", "ann", enabled=False),
        subscription("s5", "muted", "bob", "bob-off"),
    ),
)


def matched(*rules: str, article: ArticleSummary = ARTICLE) -> ArticleMatched:
    return ArticleMatched(
        article=article,
        matches=tuple(
            RuleMatch(rule_id=rule, rule_name=rule.title(), rule_version=1, query=rule)
            for rule in rules
        ),
        matched_at=NOW,
    )


def deliveries(event: ArticleMatched, audience: Audience) -> list[Delivery]:
    return [
        place(candidate, Story(), Wishes(), NOW).delivery
        for candidate in expand(event, audience, Wishes()).candidates
    ]


def told(*rules: str, directory: Directory = DIRECTORY) -> list[tuple[str, str]]:
    made = deliveries(matched(*rules), Audience.of(directory))
    return [(delivery.subscription_id, delivery.channel_id) for delivery in made]


def test_everybody_who_subscribed_is_told_on_every_enabled_channel() -> None:
    assert told("sahel") == [("s1", "ann-mail"), ("s1", "ann-chat"), ("s2", "bob-mail")]


def test_a_subscription_that_names_channels_uses_only_those() -> None:
    assert told("quakes") == [("s3", "ann-chat")]


def test_each_rule_that_matched_is_told_for_itself() -> None:
    assert told("quakes", "sahel") == [
        ("s3", "ann-chat"),
        ("s1", "ann-mail"),
        ("s1", "ann-chat"),
        ("s2", "bob-mail"),
    ]


def test_a_rule_that_nobody_hears_is_said() -> None:
    event = matched("sahel", "paused", "muted", "unknown")
    expansion = expand(event, Audience.of(DIRECTORY), Wishes())

    assert expansion.unheard == ["paused", "muted", "unknown"]


def test_the_payload_is_all_that_a_message_needs() -> None:
    (delivery,) = deliveries(matched("quakes"), Audience.of(DIRECTORY))

    assert Alert.model_validate_json(delivery.payload) == Alert(
        article=ARTICLE,
        match=matched("quakes").matches[0],
        matched_at=NOW,
        subscription_id="s3",
        subscriber_id="ann",
        subscriber_name="Ann",
        time_zone="Africa/Bamako",
        locale="fr",
        thread=thread_id("s3", ARTICLE, "quakes", "ann-chat"),
    )
    assert (delivery.article_id, delivery.rule_id, delivery.lane) == ("a1", "quakes", "slack")


def test_the_same_match_gives_the_same_ids_and_others_give_others() -> None:
    audience = Audience.of(DIRECTORY)
    first = [delivery.id for delivery in deliveries(matched("sahel", "quakes"), audience)]
    later = matched("quakes", "sahel").model_copy(update={"matched_at": NOW.replace(year=2027)})

    assert {delivery.id for delivery in deliveries(later, audience)} == set(first)
    assert len(set(first)) == 4


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({"title": "Army repels assault on seven towns"}, True),
        ({"id": "a2"}, False),
        ({"revision": 2}, False),
    ],
)
def test_a_new_article_or_revision_is_told_anew_and_a_new_title_is_not(
    change: dict[str, object], *, same: bool
) -> None:
    audience = Audience.of(DIRECTORY)
    changed = ARTICLE.model_copy(update=change)

    before = {delivery.id for delivery in deliveries(matched("sahel"), audience)}
    after = {delivery.id for delivery in deliveries(matched("sahel", article=changed), audience)}

    assert (before == after) is same
    assert before == after or not before & after


def test_articles_of_one_story_are_told_for_themselves_in_one_thread() -> None:
    first = ARTICLE.model_copy(update={"story_id": "story"})
    second = first.model_copy(update={"id": "a2"})

    threads = {thread_id("s1", article, "sahel", "c") for article in (first, second)}

    assert len(threads) == 1
    assert threads != {thread_id("s1", ARTICLE, "sahel", "c")}
    assert delivery_id("s1", first, "sahel", "c") != delivery_id("s1", second, "sahel", "c")


def test_an_article_that_began_a_story_is_in_its_thread() -> None:
    later = ARTICLE.model_copy(update={"id": "a2", "story_id": ARTICLE.id})

    assert thread_id("s1", later, "sahel", "c") == thread_id("s1", ARTICLE, "sahel", "c")


@given(*[st.tuples(*[st.text(max_size=3)] * 4)] * 2)
def test_different_parts_never_make_the_same_id(
    left: tuple[str, ...], right: tuple[str, ...]
) -> None:
    def id_of(parts: tuple[str, ...]) -> str:
        subscription, article, rule, channel = parts
        return delivery_id(subscription, ARTICLE.model_copy(update={"id": article}), rule, channel)

    assert (id_of(left) == id_of(right)) == (left == right)


def test_an_id_does_not_change_between_versions_of_the_program() -> None:
    assert delivery_id("s1", ARTICLE, "sahel", "ann-mail") == "40b6c4bbba28c00c1bceb9e9df446203"


def test_an_audience_knows_its_channels_disabled_ones_too() -> None:
    audience = Audience.of(replace(DIRECTORY, revision=8))

    assert audience.revision == 8
    assert not audience.channels["bob-off"].enabled
