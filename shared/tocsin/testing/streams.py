from collections.abc import Sequence
from datetime import datetime, timedelta
from operator import itemgetter

from tocsin.errors import NotFoundError
from tocsin.ports.clock import Clock
from tocsin.ports.streams import DeadLetter, GroupStatus, ServiceInstance


FORGET_AFTER = timedelta(seconds=15)


class FakeStreamStatus:
    """Tells what ``status`` holds."""

    def __init__(self, status: Sequence[GroupStatus] = ()) -> None:
        self.status = list(status)

    async def groups(self) -> Sequence[GroupStatus]:
        return tuple(self.status)


class FakeDeadLetters:
    """``replayed`` holds the letters that were put back on their stream, in order."""

    def __init__(self, letters: Sequence[DeadLetter] = ()) -> None:
        self.letters = {(letter.stream, letter.id): letter for letter in letters}
        self.replayed: list[DeadLetter] = []

    async def recent(self, limit: int, *, until: str = "") -> Sequence[DeadLetter]:
        newest_first = sorted(self.letters.values(), key=lambda it: _age(it.id), reverse=True)
        return [it for it in newest_first if not until or _age(it.id) <= _age(until)][:limit]

    async def count(self) -> int:
        return len(self.letters)

    async def get(self, stream: str, letter_id: str) -> DeadLetter:
        try:
            return self.letters[stream, letter_id]
        except KeyError:
            raise NotFoundError("dead letter", f"{stream} {letter_id}") from None

    async def replay(self, stream: str, letter_id: str) -> str:
        letter = await self.get(stream, letter_id)
        del self.letters[stream, letter_id]
        self.replayed.append(letter)
        return f"{len(self.replayed)}-0"

    async def discard(self, stream: str, letter_id: str) -> None:
        await self.get(stream, letter_id)
        del self.letters[stream, letter_id]


class FakeServiceRegistry:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._announced: dict[tuple[str, str], tuple[datetime, ServiceInstance]] = {}

    async def announce(self, instance: ServiceInstance) -> None:
        self._announced[instance.service, instance.instance] = (self._clock.now(), instance)

    async def withdraw(self, service: str, instance: str) -> None:
        self._announced.pop((service, instance), None)

    async def instances(self) -> Sequence[ServiceInstance]:
        since = self._clock.now() - FORGET_AFTER
        return [
            instance
            for _, (at, instance) in sorted(self._announced.items(), key=itemgetter(0))
            if at > since
        ]


def _age(letter_id: str) -> tuple[int, int]:
    milliseconds, number = letter_id.split("-")
    return int(milliseconds), int(number)
