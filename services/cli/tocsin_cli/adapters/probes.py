"""Looks from outside: is a port free, is a service ready, is a command installed?"""

import asyncio
import shutil
import socket
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx2

from tocsin.errors import StartError
from tocsin_cli.supervision.plan import LOOPBACK, Child, Listener
from tocsin_cli.supervision.screen import Screen


POLL_S = 0.1

# What is not ready for longer than this is worth a line.
PATIENCE_S = 10.0


@dataclass(frozen=True, slots=True)
class Readiness:
    ready: bool
    problem: str = ""


def check_free(listeners: Sequence[Listener]) -> None:
    """Raise StartError where a port is taken, or wanted twice."""
    seen: dict[int, Listener] = {}
    for listener in listeners:
        if other := seen.get(listener.port):
            raise StartError(
                f"port {listener.port} is wanted twice, for {other.purpose} and for "
                f"{listener.purpose}: set {other.variable} or {listener.variable} to another"
            )
        seen[listener.port] = listener
        if not _is_free(listener.port):
            raise StartError(
                f"port {listener.port} is taken, and wanted for {listener.purpose}: end what "
                f"listens there, or choose another port with {listener.variable}"
            )


def command_path(name: str) -> str:
    """Return the command beside our Python, else on the path.

    Raises:
        StartError: it is not installed.
    """
    beside = Path(sys.executable).with_name(name)
    if beside.exists():
        return str(beside)
    found = shutil.which(name)
    if found is None:
        raise StartError(
            f"{name} is not installed beside {sys.executable}: install it (pip install {name}), "
            "or leave it out with --only"
        )
    return found


async def wait_until_ready(child: Child, screen: Screen) -> None:
    """Return once the process says that it can do its work; show what it says keeps it from that."""
    patience = asyncio.get_running_loop().time() + PATIENCE_S
    shown = ""
    async with httpx2.AsyncClient(timeout=5, trust_env=False) as client:
        while not (answer := await _readiness(client, child.port)).ready:
            is_late = asyncio.get_running_loop().time() > patience
            if is_late and answer.problem not in {"", shown}:
                screen.note(f"{child.name} is not ready: {answer.problem}")
                shown = answer.problem
            await asyncio.sleep(POLL_S)


async def _readiness(client: httpx2.AsyncClient, port: int) -> Readiness:
    try:
        answer = await client.get(f"http://{LOOPBACK}:{port}/ready")
    except httpx2.HTTPError:  # it is still starting, or starting again
        return Readiness(ready=False)
    try:
        problem = str(answer.json().get("problem", ""))
    except (ValueError, AttributeError):  # not one of ours
        problem = f"it answers with {answer.status_code}"
    return Readiness(ready=answer.is_success, problem=problem)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As servers do: a port whose last connections are fading away is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True
