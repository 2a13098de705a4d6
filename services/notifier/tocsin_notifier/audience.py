"""Who listens to which rule, and what readers wished, as it is at this moment."""

import asyncio
from dataclasses import dataclass

from tocsin.delivery import Audience
from tocsin.ports.preferences import Preferences, Wishes
from tocsin.ports.subscribers import Directory, SubscriberStore


# Live for people, and a tenth of the questions to the store when hundreds are sent in a second.
FRESH_S = 0.1


@dataclass(frozen=True, slots=True)
class Hearing:
    """Who is to be told what, read at one moment."""

    audience: Audience
    wishes: Wishes


class LiveAudience:
    """What was read is good enough for ``fresh_s`` seconds."""

    def __init__(
        self, store: SubscriberStore, preferences: Preferences, *, fresh_s: float = FRESH_S
    ) -> None:
        self._store = store
        self._preferences = preferences
        self._fresh_s = fresh_s
        self._directory: Directory | None = None
        self._hearing: Hearing | None = None
        self._read_at = 0.0

    async def current(self) -> Hearing:
        """Return the audience with every change that was made a tenth of a second before the call.

        Raises:
            StoreUnavailableError: the directory cannot be read.
        """
        now = asyncio.get_running_loop().time()
        if self._hearing is None or now - self._read_at >= self._fresh_s:
            self._hearing = await self._read()
            self._read_at = now
        return self._hearing

    async def _read(self) -> Hearing:
        directory = await self._store.directory()
        wishes = await self._preferences.wishes()
        held = self._hearing
        if held is not None and self._directory == directory:
            return held if held.wishes is wishes else Hearing(held.audience, wishes)
        self._directory = directory
        return Hearing(Audience.of(directory), wishes)
