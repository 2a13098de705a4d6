"""Receivers in a process of their own, fast and as bad as wished: SMTP, HTTP, HTTPS.

Run as a program: ``python receiver.py '{"smtp": 8025, …}'``, see ``Wanted``.
"""

import asyncio
import json
import random
import ssl
import sys
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TextIO

from rig.processes import Process


NOISY = (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError, ssl.SSLError)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Ports (0: none), and how the receivers behave.

    HTTP listens on 127.0.0.1 to 127.0.0.64, so that there are many hosts.
    ``round_trip_s`` is waited before each answer. ``log`` gets the id of each mail that was taken,
    before it is answered. ``slow`` and ``drop`` are shares of the mails: taken after half a
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
    answered = 0.0

    async def say(line: bytes) -> None:
        nonlocal answered
        if wanted.round_trip_s and asyncio.get_running_loop().time() > answered:
            await asyncio.sleep(wanted.round_trip_s)
            # What came in the same piece has come by now, and is answered at once.
            answered = asyncio.get_running_loop().time() + 0.002
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
                    if log is not None:
                        log.write(message_id(mail) + "\n")
                    fate = chance.random()
                    if fate < wanted.drop:
                        break
                    if fate < wanted.drop + wanted.slow:
                        await asyncio.sleep(0.5)
                    await say(b"250 kept")
                case b"QUIT":
                    await say(b"221 bye")
                    break
                case _:
                    await say(b"250 ok")
    writer.close()


def message_id(mail: bytes) -> str:
    start = mail.find(b"Message-ID: <") + len(b"Message-ID: <")
    return mail[start : mail.find(b"@", start)].decode()


async def http(wanted: Wanted, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(*NOISY):
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            _, _, rest = head.partition(b"content-length:")
            await reader.readexactly(int(rest.partition(b"\r\n")[0] or 0))
            if wanted.round_trip_s:
                await asyncio.sleep(wanted.round_trip_s)
            if b" /hang" in head:
                await asyncio.sleep(3_600)
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    writer.close()


async def serve(wanted: Wanted) -> None:
    chance = random.Random(wanted.seed)
    log = Path(wanted.log).open("a", buffering=1, encoding="utf-8") if wanted.log else None  # noqa: ASYNC230, SIM115 -- once, for as long as we run
    listeners = []
    if wanted.smtp:
        talk = partial(smtp, wanted, chance, log)
        listeners.append(await asyncio.start_server(talk, "127.0.0.1", wanted.smtp, limit=2**24))
    if wanted.http:
        listeners.append(
            await asyncio.start_server(
                partial(http, wanted), [f"127.0.0.{host}" for host in range(1, 65)], wanted.http
            )
        )
    if wanted.https:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(wanted.certificate)
        listeners.append(
            await asyncio.start_server(
                partial(http, wanted), "127.0.0.1", wanted.https, ssl=context
            )
        )
    await asyncio.gather(*(listener.serve_forever() for listener in listeners))


if __name__ == "__main__":
    asyncio.run(serve(Wanted(**json.loads(sys.argv[1]))))
