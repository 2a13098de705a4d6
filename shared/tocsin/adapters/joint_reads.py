"""A client for reads that several parts of a service ask for at the same moment."""

from collections.abc import Mapping, Sequence
from typing import Any

from redis.asyncio import Redis

from tocsin.together import Together


_Command = tuple[Sequence[Any], Mapping[str, Any]]


class JointReads(Redis):
    """Commands that fall due together go there together: in one round trip, over one connection.

    None of them may wait for anything in the store, for it would hold up the others.
    """

    def __init__(self, redis: Redis) -> None:
        super().__init__(connection_pool=redis.connection_pool)
        self._together: Together[_Command, Any] = Together(self._replies)

    async def execute_command(self, *args: Any, **options: Any) -> Any:
        return await self._together.ask((args, options))

    async def _replies(self, commands: Sequence[_Command]) -> Sequence[Any]:
        if len(commands) == 1:
            ((args, options),) = commands
            execute: Any = super().execute_command
            return [await execute(*args, **options)]
        joint: Any = self.pipeline(transaction=False)
        for args, options in commands:
            joint.execute_command(*args, **options)
        replies: list[Any] = await joint.execute(raise_on_error=False)
        return replies
