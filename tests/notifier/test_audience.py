"""Who is told of a match that is taken up just now."""

from pydantic import SecretStr

from tocsin.documents import ChannelDocument, SubscriberDocument, SubscriptionDocument
from tocsin.testing import FakeClock, FakePreferences, FakeSubscriberStore
from tocsin_notifier.audience import LiveAudience


async def test_who_subscribes_a_moment_after_a_match_is_told_of_the_next() -> None:
    store = FakeSubscriberStore()
    await store.put(SubscriberDocument(id="ann", name="Ann"))
    await store.put(
        ChannelDocument(
            id="hook", subscriber="ann", name="Hook", url=SecretStr("json://example.org/x")
        )
    )
    audience = LiveAudience(store, FakePreferences(FakeClock()))
    before = await audience.current()

    await store.put(SubscriptionDocument(id="mali-ann", rule="mali", subscriber="ann"))

    assert (await audience.current()).audience != before.audience


async def test_an_audience_that_has_not_changed_is_made_once() -> None:
    audience = LiveAudience(FakeSubscriberStore(), FakePreferences(FakeClock()))

    assert (await audience.current()).audience is (await audience.current()).audience
