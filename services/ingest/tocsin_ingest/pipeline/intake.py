from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from tocsin.errors import InvalidDocumentError
from tocsin.ports.articles import ArticlePublisher
from tocsin.ports.clock import Clock
from tocsin_ingest.pipeline.metrics import ARTICLES
from tocsin_ingest.stages.cleaning import Cleaned, clean
from tocsin_ingest.stages.draft import Draft
from tocsin_ingest.stages.languages import Detector


Door = Literal["push", "feed"]


@dataclass(frozen=True, slots=True)
class Accepted:
    """The article is durably on the stream. ``notes`` say what of it was left out."""

    article_id: str
    new: bool
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rejected:
    error: InvalidDocumentError


Taken = Accepted | Rejected


class Intake:
    """Cleans drafts and publishes those that are new."""

    def __init__(self, publisher: ArticlePublisher, detector: Detector, clock: Clock) -> None:
        self._publisher = publisher
        self._detector = detector
        self._clock = clock

    async def take(self, drafts: Sequence[Draft], door: Door) -> Sequence[Taken]:
        """Tell of each draft, in order, what became of it.

        Raises:
            StoreUnavailableError: some may have been published; hand in the same again.
        """
        cleaned = [self.clean(draft) for draft in drafts]
        accepted = iter(
            await self.publish([one for one in cleaned if isinstance(one, Cleaned)], door)
        )
        return [next(accepted) if isinstance(one, Cleaned) else Rejected(one) for one in cleaned]

    def clean(self, draft: Draft) -> Cleaned | InvalidDocumentError:
        try:
            return clean(draft, now=self._clock.now(), detector=self._detector)
        except InvalidDocumentError as error:
            return error

    async def publish(self, cleaned: Sequence[Cleaned], door: Door) -> Sequence[Accepted]:
        published = await self._publisher.publish([one.article for one in cleaned])
        new = sum(one.new for one in published)
        ARTICLES.labels(door, "new").inc(new)
        ARTICLES.labels(door, "known").inc(len(published) - new)
        return [
            Accepted(answer.article_id, answer.new, one.notes)
            for one, answer in zip(cleaned, published, strict=True)
        ]
