"""Runs of one script that fall due together are sent together: one round trip, one sync of the disk.

Each run is atomic by itself: what becomes of one says nothing of the others.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import NoScriptError

from tocsin.adapters.scripts import script
from tocsin.together import Together


# An article's matches are 64 KB at most, and a store's reader should not wait for many megabytes.
MOST_AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class _Run:
    keys: Sequence[str]
    args: Sequence[Any]


class ScriptPipeline:
    """``under_way``: how many groups of runs may be on their way at once."""

    def __init__(self, redis: Redis, name: str, *, under_way: int) -> None:
        self._redis = redis
        self._script = script(redis, name)
        self._together: Together[_Run, Any] = Together(
            self._replies, under_way=under_way, most=MOST_AT_ONCE
        )

    async def run(self, keys: Sequence[str], args: Sequence[Any]) -> Any:
        """Run the script, with all that are asked for meanwhile.

        Raises:
            redis.RedisError, OSError: it may or may not have been run.
        """
        return await self._together.ask(_Run(keys, args))

    async def _replies(self, runs: Sequence[_Run]) -> Sequence[Any]:
        """Return what came of each, an error where it failed."""
        replies = await self._send(runs)
        lost = [at for at, reply in enumerate(replies) if isinstance(reply, NoScriptError)]
        if lost:  # the server was started anew
            await self._redis.script_load(self._script.script)
            for at, reply in zip(lost, await self._send([runs[at] for at in lost]), strict=True):
                replies[at] = reply
        return replies

    async def _send(self, runs: Sequence[_Run]) -> list[Any]:
        commands: Any = self._redis.pipeline(transaction=False)
        for run in runs:
            commands.evalsha(self._script.sha, len(run.keys), *run.keys, *run.args)
        replies: list[Any] = await commands.execute(raise_on_error=False)
        return replies
