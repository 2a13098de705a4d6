from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel

from tocsin.ports.deliveries import State
from tocsin_console.routes import letters
from tocsin_console.routes.alerts import Outcome, outcomes
from tocsin_console.routes.backends import Behind
from tocsin_console.routes.letters import Letter, LetterSummary
from tocsin_console.routes.status import Status, status


router = APIRouter(tags=["operations"])

Limit = Annotated[int, Query(ge=1, le=500, description="At most so many.")]
Stream = Annotated[
    str, Path(max_length=64, pattern=r"^[a-z-]+$", examples=["articles"], description="Short name.")
]
LetterId = Annotated[str, Path(max_length=64, examples=["1795501149673-0"])]


class LetterList(BaseModel):
    items: tuple[LetterSummary, ...]
    total: int


class Replayed(BaseModel):
    """The id of the entry on its stream."""

    entry_id: str


class DeliveryList(BaseModel):
    items: tuple[Outcome, ...]


@router.get("/status")
async def get_status(behind: Behind) -> Status:
    """Whether all is well; what stands still, and how far behind each group is."""
    return await status(behind)


@router.get("/dead-letters")
async def list_dead_letters(behind: Behind, limit: Limit = 100) -> LetterList:
    """Messages that could not be processed, newest first."""
    found = await behind.dead_letters.recent(limit)
    return LetterList(
        items=tuple(letters.summary(each) for each in found),
        total=await behind.dead_letters.count(),
    )


@router.get("/dead-letters/{stream}/{letter_id}")
async def get_dead_letter(behind: Behind, stream: Stream, letter_id: LetterId) -> Letter:
    return letters.full(await behind.dead_letters.get(letters.whole(stream), letter_id))


@router.post("/dead-letters/{stream}/{letter_id}/replay")
async def replay_dead_letter(behind: Behind, stream: Stream, letter_id: LetterId) -> Replayed:
    """Put the message back on its stream, as it was."""
    entry = await behind.dead_letters.replay(letters.whole(stream), letter_id)
    return Replayed(entry_id=entry)


@router.post("/dead-letters/{stream}/{letter_id}/discard", status_code=204)
async def discard_dead_letter(behind: Behind, stream: Stream, letter_id: LetterId) -> None:
    await behind.dead_letters.discard(letters.whole(stream), letter_id)


@router.get("/deliveries")
async def list_deliveries(
    behind: Behind,
    state: State | None = None,
    article: Annotated[str | None, Query(max_length=200)] = None,
    rule: Annotated[str | None, Query(max_length=64)] = None,
    subscriber: Annotated[str | None, Query(max_length=64)] = None,
    channel: Annotated[str | None, Query(max_length=64)] = None,
    limit: Limit = 100,
) -> DeliveryList:
    """Alerts and digests on their way, arrived, or not sent; newest first."""
    records = await behind.deliveries.recent(
        limit,
        state=state,
        article_id=article,
        rule_id=rule,
        subscriber_id=subscriber,
        channel_id=channel,
    )
    return DeliveryList(items=tuple(await outcomes(behind, records)))


@router.post("/deliveries/{delivery_id}/replay", status_code=204)
async def replay_delivery(
    behind: Behind, delivery_id: Annotated[str, Path(max_length=200)]
) -> None:
    """Try a delivery again that is dead or expired."""
    await behind.deliveries.revive(delivery_id)
