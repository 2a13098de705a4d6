from datetime import timedelta
from hashlib import blake2b

import structlog

from tocsin.errors import StoreUnavailableError
from tocsin.ports.clock import Clock
from tocsin.ports.sources import SourceLease
from tocsin_ingest.pipeline.intake import Intake
from tocsin_ingest.pipeline.metrics import ARTICLES
from tocsin_ingest.ports import FeedReader, Fetched, Fetcher, FetchError, UnreadableError
from tocsin_ingest.stages.cleaning import Cleaned
from tocsin_ingest.stages.feed import Feed, drafts, fresh
from tocsin_ingest.stages.schedule import (
    Failed,
    Interrupted,
    Outcome,
    Read,
    Unchanged,
    Validators,
    first_contact,
    retry_after,
)


log = structlog.get_logger()

RATE_LIMITS = frozenset({429, 503})


class FeedPoll:
    """One poll of one source: fetch, read, clean, publish; tells what came of it."""

    def __init__(self, fetcher: Fetcher, reader: FeedReader, intake: Intake, clock: Clock) -> None:
        self._fetcher = fetcher
        self._reader = reader
        self._intake = intake
        self._clock = clock

    async def run(self, lease: SourceLease) -> Outcome:
        known = _known(lease)
        try:
            fetched = await self._fetcher.fetch(lease.source.url, known)
            return await self._outcome(lease, known, fetched)
        except FetchError as error:
            return Failed(error.reason)
        except UnreadableError as error:
            return Failed(error.reason)
        except StoreUnavailableError as error:
            # Asking the feed again is no more allowed than at any other time.
            pause = max(error.retry_after_s, lease.source.min_interval_s)
            return Interrupted(
                f"the store could not take what was found: {error.reason}",
                timedelta(seconds=pause),
            )

    async def _outcome(self, lease: SourceLease, known: Validators, fetched: Fetched) -> Outcome:
        if fetched.status == 304 and known != Validators():
            return Unchanged()
        if fetched.status != 200:
            return self._refusal(fetched)
        validators = _validators(fetched)
        if validators.url == known.url and validators.body_hash == known.body_hash:
            return Unchanged(validators)
        feed = await self._reader.read_feed(
            fetched.body, content_type=fetched.content_type, url=fetched.url
        )
        return await self._taken(lease, validators, feed)

    async def _taken(self, lease: SourceLease, validators: Validators, feed: Feed) -> Read:
        shown = self._cleaned(lease, feed)
        offered = [one for one in shown if one.article.id not in lease.state.window]
        if first_contact(lease.source, lease.state):
            offered = [one for one in offered if fresh(one.article)]
        # Feeds have the newest first; what happened first shall be told first.
        published = await self._intake.publish(offered[::-1], "feed")
        if feed.omitted:
            log.warning("feed is too long", source=lease.source.id, omitted=feed.omitted)
        return Read(
            validators,
            tuple(one.article.id for one in shown),
            sum(answer.new for answer in published),
        )

    def _cleaned(self, lease: SourceLease, feed: Feed) -> list[Cleaned]:
        cleaned = []
        for draft in drafts(feed, lease.source):
            match self._intake.clean(draft):
                case Cleaned() as one:
                    cleaned.append(one)
                case error:
                    ARTICLES.labels("feed", "rejected").inc()
                    log.warning(
                        "entry rejected", source=lease.source.id, url=draft.url, problem=str(error)
                    )
        return cleaned

    def _refusal(self, fetched: Fetched) -> Failed:
        pause = retry_after(fetched.retry_after, self._clock.now())
        match fetched.status:
            case 410:
                problem = "answers 410: the feed is gone for good; remove the source, or find its new address"
            case 401 | 403:
                problem = f"answers {fetched.status}: the server does not let us read it"
            case 404:
                problem = "answers 404: there is no feed at this address"
            case status:
                problem = f"answers {status}"
        return Failed(problem, pause, rate_limited=fetched.status in RATE_LIMITS)


def _known(lease: SourceLease) -> Validators:
    state = lease.state
    if first_contact(lease.source, state):
        return Validators()
    return Validators(state.validated_url, state.etag, state.last_modified, state.body_hash)


def _validators(fetched: Fetched) -> Validators:
    body_hash = blake2b(fetched.body, digest_size=16).hexdigest()
    return Validators(fetched.url, fetched.etag, fetched.last_modified, body_hash)
