"""What the program in the sandbox is not allowed to do, tried in a process of its own."""

import subprocess
import sys

import pytest


pytestmark = pytest.mark.slow

ATTEMPTS = {
    "connect": "socket.create_connection(('127.0.0.1', 9), timeout=1)",
    "resolve": "socket.getaddrinfo('example.org', 80)",
    "fetch": "urllib.request.urlopen('http://127.0.0.1:9/')",
    "run": "subprocess.run(['true'])",
    "shell": "os.system('true')",
    "write": "open('/tmp/tocsin-sandbox-test', 'w')",
    "remove": "os.remove('/tmp/tocsin-sandbox-test')",
    "open": "os.open('/tmp/tocsin-sandbox-test', os.O_CREAT | os.O_WRONLY)",
}


def attempt(code: str) -> str:
    program = (
        "import os, socket, subprocess, sys, urllib.request\n"
        "from tocsin_ingest.adapters.sandboxed import _forbid\n"
        "sys.addaudithook(_forbid)\n"
        f"{code}\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    return done.stderr


@pytest.mark.parametrize("code", ATTEMPTS.values(), ids=ATTEMPTS)
def test_a_parser_neither_calls_out_nor_writes_nor_starts_anything(code: str) -> None:
    assert "is forbidden here" in attempt(code)


def test_a_parser_may_read_its_own_files() -> None:
    assert attempt("open(os.__file__).read()") == ""
