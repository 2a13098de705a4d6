import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from typing import TypeVar


Result = TypeVar("Result")


class SenderThreads:
    """Threads of our own, and a short way back from them to the event loop.

    ``loop.run_in_executor`` takes two futures, of threads and of the loop, and has them watch each
    other; that was a tenth of what a message cost the loop.
    """

    def __init__(self, most: int) -> None:
        self._threads = ThreadPoolExecutor(most, thread_name_prefix="sender")

    def start(self, work: Callable[[], Result]) -> "asyncio.Future[Result]":
        """Have a thread do it, in the context of whoever asks. What was started runs to its end."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Result] = loop.create_future()
        self._threads.submit(_do, loop, done, copy_context().run, work)
        return done

    def close(self, *, wait: bool = False) -> None:
        """Let go of the threads, which end with what they do just now."""
        self._threads.shutdown(wait=wait, cancel_futures=True)


def _do(
    loop: asyncio.AbstractEventLoop,
    done: "asyncio.Future[Result]",
    run: Callable[[Callable[[], Result]], Result],
    work: Callable[[], Result],
) -> None:
    try:
        result = run(work)
    except Exception as error:  # noqa: BLE001 -- it is whoever's who waits for it
        with suppress(RuntimeError):  # the loop is closed, and nobody waits
            loop.call_soon_threadsafe(_fail, done, error)
    else:
        with suppress(RuntimeError):  # the same
            loop.call_soon_threadsafe(settle, done, result)


def settle(done: "asyncio.Future[Result]", result: Result) -> None:
    """Answer, if it is still asked for."""
    if not done.done():
        done.set_result(result)


def _fail(done: "asyncio.Future[Result]", error: Exception) -> None:
    if not done.done():
        done.set_exception(error)
