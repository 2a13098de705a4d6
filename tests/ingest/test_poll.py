"""One poll of one feed, from the request to the stream."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from prometheus_client import REGISTRY

from ingest.articles import NOW, RFI, EnglishGuesser, noon
from tocsin.errors import StoreUnavailableError
from tocsin.ports.sources import SourceLease, SourceState
from tocsin.testing import FakeArticlePublisher, FakeClock
from tocsin_ingest.pipeline.intake import Intake
from tocsin_ingest.poller.poll import FeedPoll
from tocsin_ingest.ports import Fetched, FetchError, UnreadableError
from tocsin_ingest.stages.feed import Entry, Feed
from tocsin_ingest.stages.schedule import (
    Failed,
    Interrupted,
    Outcome,
    Read,
    Unchanged,
    Validators,
    after,
)


FRESH = Entry(guid="1", title="Attack on Diboli town", published_at=NOW - timedelta(hours=1))
OLD = Entry(guid="2", title="Kayes was calm then", published_at=NOW - timedelta(days=3))
UNDATED = Entry(guid="3", title="Niono has a market")


@dataclass
class Site:
    """A feed and its server, both as a test tells them to be."""

    feed: Feed = field(default_factory=lambda: Feed(()))
    answer: Fetched = field(default_factory=lambda: Fetched(200, RFI.url, b"1", etag='"1"'))
    trouble: FetchError | UnreadableError | None = None
    shown: list[Validators] = field(default_factory=list)
    read: int = 0

    async def fetch(self, url: str, known: Validators) -> Fetched:
        self.shown.append(known)
        if isinstance(self.trouble, FetchError):
            raise self.trouble
        return self.answer

    async def read_feed(self, body: bytes, *, content_type: str, url: str) -> Feed:
        self.read += 1
        if isinstance(self.trouble, UnreadableError):
            raise self.trouble
        return self.feed

    def publishes(self, *entries: Entry) -> None:
        """Change the feed, so that its next answer is a new one."""
        self.feed = Feed(entries)
        self.answer = replace(self.answer, body=self.answer.body + b"1")


@dataclass
class Newsroom:
    site: Site
    clock: FakeClock
    publisher: FakeArticlePublisher
    poll: FeedPoll
    state: SourceState = field(default_factory=SourceState)

    async def run(self) -> Outcome:
        """Poll, and let the state be what the schedule makes of it."""
        outcome = await self.poll.run(SourceLease(RFI, self.state, 1))
        self.state = after(RFI, self.state, outcome, self.clock.now(), 0.5)
        return outcome

    @property
    def titles(self) -> list[str]:
        return [article.title for article in self.publisher.published]


@pytest.fixture
def newsroom() -> Newsroom:
    site, clock = Site(), noon()
    publisher = FakeArticlePublisher(clock)
    poll = FeedPoll(site, site, Intake(publisher, EnglishGuesser(), clock), clock)
    return Newsroom(site, clock, publisher, poll)


async def test_the_first_poll_publishes_only_what_is_younger_than_a_day(newsroom: Newsroom) -> None:
    newsroom.site.publishes(FRESH, OLD, UNDATED)

    outcome = await newsroom.run()

    assert newsroom.titles == [FRESH.title]
    assert isinstance(outcome, Read)
    assert (outcome.new, len(outcome.shown)) == (1, 3)


async def test_the_archive_of_a_new_source_never_comes_as_news_later(newsroom: Newsroom) -> None:
    newsroom.site.publishes(OLD, UNDATED)
    await newsroom.run()
    late = Entry(guid="4", title="Written earlier, published now", published_at=OLD.published_at)
    newsroom.site.publishes(late, OLD, UNDATED)

    await newsroom.run()

    assert newsroom.titles == [late.title]


async def test_what_happened_first_is_published_first(newsroom: Newsroom) -> None:
    await newsroom.run()
    newsroom.site.publishes(
        *(replace(FRESH, guid=str(n), title=f"Number {n} of the day") for n in (9, 8, 7))
    )

    await newsroom.run()

    assert newsroom.titles == ["Number 7 of the day", "Number 8 of the day", "Number 9 of the day"]


async def test_a_feed_that_stood_still_for_weeks_does_not_come_as_news_again(
    newsroom: Newsroom,
) -> None:
    newsroom.site.publishes(FRESH)
    await newsroom.run()
    newsroom.clock.advance(days=30)  # longer than the publisher remembers
    await newsroom.run()
    newsroom.site.publishes(replace(UNDATED), FRESH)

    await newsroom.run()

    assert newsroom.titles == [FRESH.title, UNDATED.title]


async def test_an_unchanged_body_is_not_read_again(newsroom: Newsroom) -> None:
    newsroom.site.publishes(FRESH)
    await newsroom.run()

    outcome = await newsroom.run()

    assert isinstance(outcome, Unchanged)
    assert newsroom.site.read == 1


async def test_the_servers_validators_are_shown_to_it_again(newsroom: Newsroom) -> None:
    newsroom.site.answer = Fetched(
        200, "https://cdn.example/rss", b"1", etag='W/"é"', last_modified="Thu"
    )
    await newsroom.run()
    newsroom.site.answer = Fetched(304, "https://cdn.example/rss")

    outcome = await newsroom.run()

    assert outcome == Unchanged()
    first, second = newsroom.site.shown
    assert first == Validators()
    assert (second.url, second.etag, second.last_modified) == (
        "https://cdn.example/rss",
        'W/"é"',
        "Thu",
    )
    assert newsroom.state.etag == 'W/"é"'


async def test_a_source_that_moved_is_met_for_the_first_time(newsroom: Newsroom) -> None:
    newsroom.site.publishes(FRESH)
    await newsroom.run()
    newsroom.state = replace(newsroom.state, polled_url="https://old.example/rss")
    newsroom.site.publishes(OLD, UNDATED)

    await newsroom.run()

    assert newsroom.site.shown[-1] == Validators()
    assert newsroom.titles == [FRESH.title]


async def test_a_304_that_we_did_not_ask_for_is_a_failure(newsroom: Newsroom) -> None:
    newsroom.site.answer = Fetched(304, RFI.url)

    assert await newsroom.run() == Failed("answers 304")


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (404, "answers 404: there is no feed at this address"),
        (410, "answers 410: the feed is gone for good; remove the source, or find its new address"),
        (403, "answers 403: the server does not let us read it"),
        (500, "answers 500"),
        (301, "answers 301"),
    ],
)
async def test_an_error_of_the_server_is_the_sources_problem(
    newsroom: Newsroom, status: int, told: str
) -> None:
    newsroom.site.answer = Fetched(status, RFI.url)

    await newsroom.run()

    assert newsroom.state.problem == told
    assert newsroom.state.failures == 1


@pytest.mark.parametrize("status", [429, 503])
async def test_a_server_that_is_overrun_gets_its_pause(newsroom: Newsroom, status: int) -> None:
    newsroom.site.answer = Fetched(status, RFI.url, retry_after="Thu, 01 Jan 2026 13:00:00 GMT")

    outcome = await newsroom.run()

    assert outcome == Failed(f"answers {status}", pause=timedelta(hours=1), rate_limited=True)


@pytest.mark.parametrize(
    "trouble",
    [FetchError("no whole answer within 20 s"), UnreadableError("is a web page, not a feed")],
)
async def test_what_cannot_be_had_or_read_is_the_sources_problem(
    newsroom: Newsroom, trouble: FetchError | UnreadableError
) -> None:
    newsroom.site.publishes(FRESH)
    newsroom.site.trouble = trouble

    await newsroom.run()

    assert newsroom.state.problem == trouble.reason
    assert newsroom.titles == []


async def test_a_full_store_is_not_the_sources_problem_and_nothing_is_missed(
    newsroom: Newsroom,
) -> None:
    newsroom.site.publishes(FRESH)
    newsroom.publisher.trouble = StoreUnavailableError("its memory is 91% full", retry_after_s=7)

    outcome = await newsroom.run()

    assert outcome == Interrupted(
        "the store could not take what was found: its memory is 91% full",
        timedelta(seconds=RFI.min_interval_s),
    )
    assert newsroom.state.problem == ""
    newsroom.publisher.trouble = None
    await newsroom.run()
    assert newsroom.titles == [FRESH.title]


@pytest.fixture
def rejections() -> Callable[[], float]:
    def count() -> float:
        labels = {"door": "feed", "result": "rejected"}
        return REGISTRY.get_sample_value("tocsin_ingest_articles_total", labels) or 0

    return count


async def test_an_entry_without_a_word_is_counted_and_does_not_stop_the_others(
    newsroom: Newsroom, rejections: Callable[[], float]
) -> None:
    before = rejections()
    newsroom.site.publishes(Entry(guid="0", title=" \x00"), FRESH)

    await newsroom.run()

    assert newsroom.titles == [FRESH.title]
    assert rejections() == before + 1
