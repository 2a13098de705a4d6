"""The program in the sandbox: reads documents from standard input until that ends.

Nothing here is trusted by the process that started it: it sends bytes and gets JSON.
"""

import json
import os
import resource
import struct
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any, BinaryIO


Task = Callable[[bytes, dict[str, str]], dict[str, Any]]

# Each in a module of its own, so that reading feeds does not load what reads pages.
TASKS = {
    "feed": "tocsin_ingest.adapters.sandboxed_feed",
    "page": "tocsin_ingest.adapters.sandboxed_page",
}

# What no parser needs. Some libraries fetch pictures or write caches unasked.
FORBIDDEN = (
    *("socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo"),
    *("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.forkpty"),
    *("os.remove", "os.rename", "os.mkdir", "shutil.rmtree", "urllib.Request"),
)


def main() -> None:
    cpu_s, memory_mb = map(int, sys.argv[1:3])
    requests, answers = _lines()
    memory = memory_mb * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.dont_write_bytecode = True
    sys.addaudithook(_forbid)
    while head := requests.read(8):
        details, body = _document(requests, head)
        task: Task = import_module(TASKS[details["task"]]).read
        _allow_cpu(cpu_s)
        answer = json.dumps(_answer(task, body, details)).encode()
        answers.write(struct.pack(">I", len(answer)) + answer)
        answers.flush()


def _lines() -> tuple[BinaryIO, BinaryIO]:
    """Return where requests come from and answers go to, out of the reach of a library's print."""
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    return requests, answers


def _document(requests: BinaryIO, head: bytes) -> tuple[dict[str, str], bytes]:
    details_size, body_size = struct.unpack(">II", head)
    details: dict[str, str] = json.loads(requests.read(details_size))
    return details, requests.read(body_size)


def _allow_cpu(seconds: int) -> None:
    """Have the kernel end this process when it computes for longer from now on."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    limit = int(used.ru_utime + used.ru_stime) + seconds + 1
    resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.RLIM_INFINITY))


def _answer(task: Task, body: bytes, details: dict[str, str]) -> dict[str, Any]:
    try:
        return task(body, details)
    except RecursionError:
        return {"problem": "is nested too deeply"}
    except MemoryError:
        return {"problem": "takes more memory to read than it may"}
    except Exception as error:  # noqa: BLE001 -- whatever a parser does with hostile input, it is told
        return {"problem": f"cannot be read ({type(error).__name__}: {str(error)[:200]})"}


def _forbid(event: str, arguments: tuple[Any, ...]) -> None:
    if event in FORBIDDEN or (event == "open" and _writes(arguments)):
        raise PermissionError(f"{event} is forbidden here")


def _writes(arguments: tuple[Any, ...]) -> bool:
    mode, flags = arguments[1], arguments[2]
    return (isinstance(mode, str) and any(letter in mode for letter in "wax+")) or bool(
        isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
    )


if __name__ == "__main__":
    main()
