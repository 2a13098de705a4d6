"""Who listens to which rule, and what readers wished, as it is at this moment."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from tocsin.delivery import Audience
from tocsin.ports.preferences import Preferences, Wishes
from tocsin.ports.subscribers import Directory, SubscriberStore
from tocsin.together import Together


@dataclass(frozen=True, slots=True)
class Hearing:
    """Who is to be told what, read at one moment."""

    audience: Audience
    wishes: Wishes


class LiveAudience:
    """Asks the store at each call whether anything changed.

    What was read a moment ago will not do: who subscribed in that moment would never hear of a
    match that is taken up by it. Those who call at about the same time share one question, which is
    asked after all of these calls.
    """

    def __init__(self, store: SubscriberStore, preferences: Preferences) -> None:
        self._store = store
        self._preferences = preferences
        self._directory: Directory | None = None
        self._hearing: Hearing | None = None
        self._together: Together[None, Hearing] = Together(self._read)

    async def current(self) -> Hearing:
        """Return the audience with every change that was made before the call.

        Raises:
            StoreUnavailableError: the directory cannot be read.
        """
        return await self._together.ask(None)

    async def _read(self, askers: Sequence[None]) -> Sequence[Hearing]:
        directory, wishes = await asyncio.gather(
            self._store.directory(), self._preferences.wishes()
        )
        held = self._hearing
        if held is None or self._directory != directory:
            held = Hearing(Audience.of(directory), wishes)
        elif held.wishes is not wishes:
            held = Hearing(held.audience, wishes)
        self._directory, self._hearing = directory, held
        return [held] * len(askers)
