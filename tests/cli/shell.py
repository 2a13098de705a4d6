"""The command line on a real store, as a person or a script uses it."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from unittest import mock

from redis.asyncio import Redis
from typer.main import get_command
from typer.testing import CliRunner, Result

from tocsin.adapters.connection import connect
from tocsin_cli.app import app


T = TypeVar("T")

COMMAND = get_command(app)


class Runner(CliRunner):
    """Has the tree of commands built once for all tests; typer's own builds it for each call."""

    def call(self, args: Sequence[str], stdin: str = "", **env: str) -> Result:
        with mock.patch("typer.testing._get_command", return_value=COMMAND):
            return self.invoke(app, args, input=stdin, env=env)


def plain_lines(written: str) -> list[str]:
    """Return the lines without what only lays them out."""
    return [" ".join(line.split()) for line in written.splitlines() if line.strip()]


@dataclass(frozen=True, slots=True)
class Cli:
    """``tocsin`` with a store, and a person called ann."""

    redis_url: str
    folder: Path

    def run(self, *args: str, code: int = 0, stdin: str = "", **env: str) -> Result:
        """Run a command that must end with this code; never by an exception."""
        given = ("--redis", self.redis_url, "--data", str(self.folder), "--who", "ann", *args)
        found = Runner().call(given, stdin, **env)
        if found.exception and not isinstance(found.exception, SystemExit):
            raise found.exception
        assert found.exit_code == code, found.output
        return found

    def out(self, *args: str, code: int = 0, stdin: str = "", **env: str) -> str:
        return self.run(*args, code=code, stdin=stdin, **env).stdout

    def lines(self, *args: str) -> list[str]:
        return plain_lines(self.out(*args))

    def error(self, *args: str, code: int = 1, stdin: str = "", **env: str) -> str:
        """Return what a command that fails says."""
        return self.run(*args, code=code, stdin=stdin, **env).stderr.strip()

    def json(self, *args: str) -> Any:
        return json.loads(self.out(*args, "--json"))

    def store(self, work: Callable[[Redis], Awaitable[T]]) -> T:
        """Do something in the store that no command does."""

        async def run() -> T:
            redis = connect(self.redis_url)
            try:
                return await work(redis)
            finally:
                await redis.aclose()

        return asyncio.run(run())
