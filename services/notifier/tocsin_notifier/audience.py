"""Who listens to which rule, as the directory has it at this moment."""

from tocsin.delivery import Audience
from tocsin.ports.subscribers import Directory, SubscriberStore


class LiveAudience:
    def __init__(self, store: SubscriberStore) -> None:
        self._store = store
        self._directory: Directory | None = None
        self._audience: Audience | None = None

    async def current(self) -> Audience:
        """Return the audience with every change that was made before the call.

        Raises:
            StoreUnavailableError: the directory cannot be read.
        """
        directory = await self._store.directory()
        if self._audience is None or self._directory != directory:
            self._directory = directory
            self._audience = Audience.of(directory)
        return self._audience
