from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import RedirectResponse, Response

from tocsin.ports.deliveries import State
from tocsin_console.routes import letters
from tocsin_console.routes.alerts import outcomes
from tocsin_console.routes.backends import Behind
from tocsin_console.routes.templates import render


router = APIRouter()

SHOWN = 100

Stream = Annotated[str, Path(max_length=64, pattern=r"^[a-z-]+$")]


@router.get("/dead-letters")
async def dead_letters(request: Request, behind: Behind, done: str = "") -> Response:
    dead = await behind.deliveries.recent(SHOWN, state=State.DEAD)
    return render(
        request,
        "letters.html",
        letters=[letters.summary(each) for each in await behind.dead_letters.recent(SHOWN)],
        total=await behind.dead_letters.count(),
        deliveries=await outcomes(behind, dead),
        done=done,
        now=behind.clock.now(),
    )


@router.get("/dead-letters/{stream}/{letter_id}")
async def dead_letter(request: Request, behind: Behind, stream: Stream, letter_id: str) -> Response:
    found = await behind.dead_letters.get(letters.whole(stream), letter_id)
    return render(request, "letter.html", letter=letters.full(found), now=behind.clock.now())


@router.post("/dead-letters/{stream}/{letter_id}/replay")
async def replay(behind: Behind, stream: Stream, letter_id: str) -> Response:
    await behind.dead_letters.replay(letters.whole(stream), letter_id)
    return RedirectResponse("/dead-letters?done=replayed", 303)


@router.post("/dead-letters/{stream}/{letter_id}/discard")
async def discard(behind: Behind, stream: Stream, letter_id: str) -> Response:
    await behind.dead_letters.discard(letters.whole(stream), letter_id)
    return RedirectResponse("/dead-letters?done=discarded", 303)


@router.post("/deliveries/{delivery_id}/replay")
async def replay_delivery(behind: Behind, delivery_id: str) -> Response:
    await behind.deliveries.revive(delivery_id)
    return RedirectResponse("/dead-letters?done=revived", 303)
