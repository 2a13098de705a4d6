"""Commits that fall due together are sent together: one round trip, and one sync of the disk, for all.

Each is a script of its own, fenced by itself: what becomes of one says nothing of the others.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import NoScriptError, RedisError

from tocsin.adapters.scripts import script


# An article's matches are 64 KB at most, and a store's reader should not wait for many megabytes.
MOST_AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class _Commit:
    keys: Sequence[str]
    args: Sequence[Any]
    done: "asyncio.Future[bool]"


class CommitPipeline:
    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._script = script(redis, "commit_entry")
        self._waiting: list[_Commit] = []
        # Of tasks the event loop keeps no more than a weak reference.
        self._sending: set[asyncio.Task[None]] = set()

    async def commit(self, keys: Sequence[str], args: Sequence[Any]) -> bool:
        """Run the script, with all that are asked for in the same turn of the event loop.

        Raises:
            redis.RedisError, OSError: it may or may not have been run.
        """
        done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Commit(keys, args, done))
        if len(self._waiting) == 1:  # begins after all that are ready now have had their turn
            task = asyncio.create_task(self._send_all())
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)
        return await done

    async def _send_all(self) -> None:
        waiting, self._waiting = self._waiting, []
        batches = [waiting[at : at + MOST_AT_ONCE] for at in range(0, len(waiting), MOST_AT_ONCE)]
        await asyncio.gather(*map(self._send, batches))

    async def _send(self, commits: Sequence[_Commit]) -> None:
        try:
            replies = await self._replies(commits)
        except BaseException as error:
            for commit in commits:
                _fail(commit, error)
            if not isinstance(error, RedisError | OSError):
                raise
            return
        for commit, reply in zip(commits, replies, strict=True):
            if isinstance(reply, Exception):
                _fail(commit, reply)
            elif not commit.done.done():
                commit.done.set_result(bool(reply))

    async def _replies(self, commits: Sequence[_Commit]) -> list[Any]:
        """Return what came of each, an error where it failed."""
        replies = await self._run(commits)
        lost = [at for at, reply in enumerate(replies) if isinstance(reply, NoScriptError)]
        if lost:  # the server was started anew
            await self._redis.script_load(self._script.script)
            for at, reply in zip(lost, await self._run([commits[at] for at in lost]), strict=True):
                replies[at] = reply
        return replies

    async def _run(self, commits: Sequence[_Commit]) -> list[Any]:
        commands: Any = self._redis.pipeline(transaction=False)
        for commit in commits:
            commands.evalsha(self._script.sha, len(commit.keys), *commit.keys, *commit.args)
        replies: list[Any] = await commands.execute(raise_on_error=False)
        return replies


def _fail(commit: _Commit, error: BaseException) -> None:
    if commit.done.done():  # whoever asked has given up
        return
    if isinstance(error, asyncio.CancelledError):
        commit.done.cancel()
    else:
        commit.done.set_exception(error)
