from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel

from tocsin_console.routes import inbox
from tocsin_console.routes.backends import Behind
from tocsin_console.routes.inbox import Message, MessageSummary


router = APIRouter(tags=["inbox"])


class MessageList(BaseModel):
    items: tuple[MessageSummary, ...]


@router.get("/inbox")
async def list_messages(
    behind: Behind,
    limit: Annotated[int, Query(ge=1, le=500, description="At most so many.")] = 100,
) -> MessageList:
    """What the demo inbox received, newest first."""
    return MessageList(
        items=tuple(inbox.summary(each) for each in await behind.inbox.recent(limit))
    )


@router.get("/inbox/{message_id}")
async def get_message(behind: Behind, message_id: Annotated[str, Path(max_length=64)]) -> Message:
    return inbox.full(await behind.inbox.get(message_id))
