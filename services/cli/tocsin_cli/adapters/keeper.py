"""Keeps one process running: starts it again whenever it ends, until told to stop."""

import asyncio
import signal
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress

from tocsin.errors import StartError
from tocsin_cli.adapters.spawning import Child, Launch, spawn
from tocsin_cli.supervision.backoff import next_delay
from tocsin_cli.supervision.screen import Screen


# By this exit code our services say that a setting is wrong, which no restart mends.
WRONG_SETTING = 2

REMEMBERED_LINES = 30

Explain = Callable[[Sequence[str], int], str]
Show = Callable[[str], str | None]


def plainly(tail: Sequence[str], exit_code: int) -> str:
    if exit_code < 0:
        return f"ended by {signal.Signals(-exit_code).name}"
    return f"ended with code {exit_code}"


def unchanged(line: str) -> str | None:
    return line


class Keeper:
    """Runs one process.

    ``explain`` says why it ended; ``show`` what a person sees of a line, if anything. One that
    ``must_start`` and ends before it is ``established`` is not started again.
    """

    def __init__(
        self,
        launch: Launch,
        screen: Screen,
        *,
        explain: Explain = plainly,
        show: Show = unchanged,
        must_start: bool = False,
    ) -> None:
        self.name = launch.name
        self._launch = launch
        self._screen = screen
        self._explain = explain
        self._show = show
        self._established = not must_start
        self._child: Child | None = None
        self._stop = asyncio.Event()
        self._tail: deque[str] = deque(maxlen=REMEMBERED_LINES)

    @property
    def pid(self) -> int | None:
        """The process at work just now."""
        return self._child.pid if self._child and self._child.alive else None

    async def run(self) -> None:
        """Return once the process has ended after it was told to stop.

        Raises:
            StartError: the process refuses a setting, or never got as far as it must.
        """
        loop = asyncio.get_running_loop()
        delay = 0.0
        while not self._stop.is_set():
            started = loop.time()
            exit_code = await self._run_once()
            if self._stop.is_set():
                return
            if not self._established:
                raise StartError(self._explain(self._tail, exit_code))
            if exit_code == WRONG_SETTING:
                raise StartError(f"{self.name} does not start: {self._last_words()}")
            delay = next_delay(delay, loop.time() - started)
            self._screen.ended(self.name, self._explain(self._tail, exit_code), delay)
            with suppress(TimeoutError):
                async with asyncio.timeout(delay):
                    await self._stop.wait()

    def established(self) -> None:
        """From now on start the process again whenever it ends."""
        self._established = True

    def tell_to_stop(self) -> None:
        """Ask the process to end, and do not start it again."""
        self._stop.set()
        if self._child is not None:
            self._child.terminate()

    def kill(self) -> None:
        """End the process and all that it started at once, and do not start it again."""
        self._stop.set()
        if self._child is not None:
            self._child.kill_group()

    async def _run_once(self) -> int:
        self._tail.clear()
        self._child = await spawn(self._launch, self._read)
        if self._stop.is_set():  # told while it was being started
            self._child.terminate()
        return await self._child.wait()

    def _read(self, line: str) -> None:
        self._tail.append(line)
        shown = self._show(line)
        if shown is not None:
            self._screen.line(self.name, shown)

    def _last_words(self) -> str:
        return self._tail[-1].strip() if self._tail else "it does not say why"
