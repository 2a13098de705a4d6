"""Processes in which hostile documents are read. One that takes too long is killed.

A thread cannot be stopped, and libraries in C hold the interpreter's lock, so nothing less
than a process will do.
"""

import asyncio
import json
import os
import signal
import struct
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from dataclasses import dataclass
from typing import Any

from tocsin_ingest.ports import UnreadableError


ANSWER_BYTES = 64 * 1024 * 1024
# All that the child gets to know of our environment: there are secrets in it.
PASSED_ON = ("PATH", "PYTHONPATH", "LANG", "LC_ALL", "SYSTEMROOT")


@dataclass(frozen=True, slots=True)
class SandboxLimits:
    """What one document may cost. ``wall_s`` allows for a busy machine, and a start."""

    cpu_s: int = 5
    wall_s: float = 30
    memory_mb: int = 1_500
    documents: int = 2_000  # a process reads before it is replaced, whatever it has leaked


class Sandbox:
    """A pool of worker processes, started when they are first needed."""

    def __init__(self, *, processes: int = 2, limits: SandboxLimits | None = None) -> None:
        self._limits = limits or SandboxLimits()
        self._turn = asyncio.Semaphore(processes)
        self._idle: list[_Worker] = []

    async def read(self, task: str, body: bytes, **details: str) -> dict[str, Any]:
        """Have a task of ``sandboxed`` read a document.

        Raises:
            UnreadableError: it could not be read, or not at this price.
        """
        async with self._turn:
            worker = self._idle.pop() if self._idle else await _Worker.start(self._limits)
            try:
                async with asyncio.timeout(self._limits.wall_s):
                    answer = await worker.ask(task, body, details)
            except TimeoutError:
                await worker.end()
                raise UnreadableError(
                    f"takes more than {self._limits.wall_s:g} s to read"
                ) from None
            except (asyncio.IncompleteReadError, ConnectionError, ValueError):
                raise await self._died(worker) from None
            except BaseException:
                await worker.end()
                raise
            await self._put_back(worker)
        if problem := answer.get("problem"):
            raise UnreadableError(str(problem))
        return answer

    async def aclose(self) -> None:
        while self._idle:
            await self._idle.pop().end()

    async def _put_back(self, worker: "_Worker") -> None:
        if worker.documents < self._limits.documents:
            self._idle.append(worker)
        else:
            await worker.end()

    async def _died(self, worker: "_Worker") -> UnreadableError:
        """Tell why a worker closed its line. The kernel ends one that exceeds its limits."""
        if await worker.died() == -signal.SIGXCPU:
            return UnreadableError(
                f"takes more than {self._limits.cpu_s} s of processor time to read"
            )
        return UnreadableError("brings its reader down")


class _Worker:
    """One process, asked one thing at a time."""

    def __init__(self, process: Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._process = process
        self._to = process.stdin
        self._from = process.stdout
        self.documents = 0

    @classmethod
    async def start(cls, limits: SandboxLimits) -> "_Worker":
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "tocsin_ingest.adapters.sandboxed"),
            *(str(limits.cpu_s), str(limits.memory_mb)),
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
            env={name: os.environ[name] for name in PASSED_ON if name in os.environ},
        )
        return cls(process)

    async def ask(self, task: str, body: bytes, details: dict[str, str]) -> dict[str, Any]:
        self.documents += 1
        head = json.dumps({"task": task, **details}).encode()
        self._to.write(struct.pack(">II", len(head), len(body)) + head)
        self._to.write(body)
        await self._to.drain()
        [size] = struct.unpack(">I", await self._from.readexactly(4))
        if size > ANSWER_BYTES:
            raise ValueError("the answer is too large")
        answer: dict[str, Any] = json.loads(await self._from.readexactly(size))
        return answer

    async def died(self) -> int:
        """Return how a process ended that closed its line."""
        try:
            # Killing one that is dead already would take its status away from asyncio.
            async with asyncio.timeout(1):
                await self._process.wait()
        except TimeoutError:
            await self.end()
        self._to.close()
        return self._process.returncode or 0

    async def end(self) -> None:
        if self._process.returncode is None:
            self._process.kill()
        self._to.close()
        await self._process.wait()
