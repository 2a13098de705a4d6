"""The Lua scripts, each in a file of its own under ``lua/``."""

from functools import cache
from importlib.resources import files

from redis.asyncio import Redis
from redis.commands.core import AsyncScript


@cache
def source(name: str) -> str:
    """Return the text of ``lua/<name>.lua``."""
    return files("tocsin.adapters").joinpath("lua", f"{name}.lua").read_text(encoding="utf-8")


def script(redis: Redis, name: str) -> AsyncScript:
    """Return ``lua/<name>.lua``, ready to be called; it is sent again where the server lost it."""
    return redis.register_script(source(name))
