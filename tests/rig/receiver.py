"""Receivers in a process of their own, fast and as bad as wished: SMTP, HTTP, HTTPS.

Run as a program: ``python receiver.py '{"smtp": 8025, …}'``, see ``Wanted``.
"""

import asyncio
import json
import random
import ssl
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TextIO

from rig.processes import Process


NOISY = (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError, ssl.SSLError)

ANSWERED = "answered:"

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Ports (0: none), and how the receivers behave.

    HTTP listens on 127.0.0.1 to 127.0.0.64, so that there are many hosts.
    ``round_trip_s`` is how long everything takes that is sent to it, however much of it. ``log`` gets the id of each mail that was taken,
    before it is answered, and once more behind ``ANSWERED`` after that. ``slow`` and ``drop`` are shares of the mails: taken after half a
    second, and taken without ever being answered.
    """

    smtp: int = 0
    http: int = 0
    https: int = 0
    round_trip_s: float = 0
    log: str = ""
    slow: float = 0
    drop: float = 0
    seed: int = 0
    certificate: str = ""


def receiver(wanted: Wanted, folder: Path) -> Process:
    """Return the receivers as a process, not started yet."""
    command = [sys.executable, str(Path(__file__)), json.dumps(asdict(wanted))]
    env = {"PYTHONPATH": str(Path(__file__).parents[1])}
    return Process("receiver", command, folder / "receiver.log", env)


async def smtp(
    wanted: Wanted,
    chance: random.Random,
    log: TextIO | None,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
) -> None:
    def note(line: str) -> None:
        if log is not None:
            log.write(line)

    async def say(line: bytes) -> None:
        writer.write(line + b"\r\n")

    with suppress(*NOISY):
        await say(b"220 sink")
        while line := await reader.readline():
            match line[:4].upper():
                case b"EHLO" | b"HELO":
                    await say(b"250-sink\r\n250-8BITMIME\r\n250-PIPELINING\r\n250 SMTPUTF8")
                case b"DATA":
                    await say(b"354 go on")
                    mail = await reader.readuntil(b"\r\n.\r\n")
                    note(f"{message_id(mail)}\n")
                    fate = chance.random()
                    if fate < wanted.drop:
                        break
                    if fate < wanted.drop + wanted.slow:
                        await asyncio.sleep(0.5)
                    await say(b"250 kept")
                    note(f"{ANSWERED}{message_id(mail)}\n")
                case b"QUIT":
                    await say(b"221 bye")
                    break
                case _:
                    await say(b"250 ok")
    writer.close()


def message_id(mail: bytes) -> str:
    start = mail.find(b"Message-ID: <") + len(b"Message-ID: <")
    return mail[start : mail.find(b"@", start)].decode()


async def http(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(*NOISY):
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            _, _, rest = head.partition(b"content-length:")
            await reader.readexactly(int(rest.partition(b"\r\n")[0] or 0))
            if b" /hang" in head:
                await asyncio.sleep(3_600)
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    writer.close()


class FarAway(asyncio.StreamReaderProtocol):
    """Gets everything as much later as a round trip takes, in the order in which it came."""

    def __init__(self, wanted: Wanted, talk: Talk) -> None:
        loop = asyncio.get_running_loop()
        super().__init__(asyncio.StreamReader(limit=2**24), talk, loop)
        self._late = partial(loop.call_later, wanted.round_trip_s)
        self._here = not wanted.round_trip_s

    def data_received(self, data: bytes) -> None:
        if self._here:
            super().data_received(data)
        else:
            self._late(super().data_received, data)

    def eof_received(self) -> bool | None:
        if self._here:
            return super().eof_received()
        self._late(super().eof_received)
        return True


async def listen(
    wanted: Wanted, talk: Talk, port: int, hosts: str | list[str], tls: ssl.SSLContext | None = None
) -> asyncio.Server:
    loop = asyncio.get_running_loop()
    return await loop.create_server(lambda: FarAway(wanted, talk), hosts, port, ssl=tls)


async def serve(wanted: Wanted) -> None:
    chance = random.Random(wanted.seed)
    log = Path(wanted.log).open("a", buffering=1, encoding="utf-8") if wanted.log else None  # noqa: ASYNC230, SIM115 -- once, for as long as we run
    listeners = []
    if wanted.smtp:
        talk = partial(smtp, wanted, chance, log)
        listeners.append(await listen(wanted, talk, wanted.smtp, "127.0.0.1"))
    if wanted.http:
        hosts = [f"127.0.0.{host}" for host in range(1, 65)]
        listeners.append(await listen(wanted, http, wanted.http, hosts))
    if wanted.https:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(wanted.certificate)
        listeners.append(await listen(wanted, http, wanted.https, "127.0.0.1", context))
    await asyncio.gather(*(listener.serve_forever() for listener in listeners))


if __name__ == "__main__":
    asyncio.run(serve(Wanted(**json.loads(sys.argv[1]))))
