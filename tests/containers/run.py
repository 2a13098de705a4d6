"""Builds our images, runs the Compose file, and crashes every container: ``make containers-test``.

With a Docker engine the images are built and run by it. Where there is none, a stand-in
(``TOCSIN_CONTAINER_STANDIN``, or beside the project) does the same with podman and the real
Compose; it needs root and Debian's podman, buildah and debootstrap. Where neither is there, this says so.
"""

import base64
import json
import os
import secrets
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any


ROOT = Path(__file__).resolve().parents[2]
SERVICES = ("ingest", "matcher", "notifier", "console", "cli")
COMPOSE = ("-f", "docker-compose.yml", "-f", "deploy/compose.demo.yaml")
TOKEN = {
    "TOCSIN_CONSOLE_TOKEN": secrets.token_hex(16),
    "TOCSIN_SECRET_KEYS": base64.b64encode(secrets.token_bytes(32)).decode(),
}
STANDIN_NEEDS = ("podman", "buildah", "debootstrap", "runc", "iptables")


class Docker:
    """An engine as its users have it."""

    name = "docker"

    def prepare(self) -> None:
        pass

    def build(self, service: str) -> None:
        run(
            "docker",
            "build",
            *("--build-arg", f"SERVICE={service}", "-t", f"localhost/tocsin-{service}"),
            *("-f", "deploy/Dockerfile", "."),
        )

    def compose(self, *arguments: str) -> None:
        run("docker", "compose", *COMPOSE, *arguments, env={**os.environ, **TOKEN})

    def crash(self, container: str) -> None:
        pid = output("docker", "inspect", "--format", "{{.State.Pid}}", container)
        run("kill", "-9", pid)

    def inside(self, container: str, *command: str) -> str:
        return output("docker", "exec", container, *command)

    def check_health(self) -> None:
        pass  # the engine does


class Standin:
    """podman and the real Compose, without an engine and without an image registry."""

    name = "stand-in"

    def __init__(self, script: Path) -> None:
        self._script = script
        self._folder = Path(os.environ.get("STANDIN_DIR", "/tmp/tocsin-containers"))
        self._env = {**os.environ, **TOKEN, "STANDIN_DIR": str(self._folder)}

    def _standin(self, *arguments: str) -> None:
        run("bash", str(self._script), *arguments, env=self._env)

    def prepare(self) -> None:
        self._standin("base")
        self._standin("tools")

    def build(self, service: str) -> None:
        run(
            "buildah",
            "bud",
            *("--isolation", "chroot", "--network", "host", "--pull-never", "--format", "docker"),
            *("--build-arg", f"SERVICE={service}", "-t", f"localhost/tocsin-{service}"),
            *("-f", "deploy/Dockerfile", "."),
            env=self._podman_env(),
        )

    def compose(self, *arguments: str) -> None:
        up = arguments[0] == "up"
        extra = ("--no-build", "--pull", "never") if up else ()
        self._standin("dcompose", str(ROOT), *COMPOSE, *arguments, *extra)

    def crash(self, container: str) -> None:
        self._standin("crash", container)

    def inside(self, container: str, *command: str) -> str:
        return output("podman", "exec", container, *command, env=self._podman_env())

    def check_health(self) -> None:
        self._standin("health")

    def _podman_env(self) -> dict[str, str]:
        return {
            **self._env,
            "CONTAINERS_CONF": str(self._folder / "containers.conf"),
            "CONTAINERS_STORAGE_CONF": str(self._folder / "storage.conf"),
        }


def run(*command: str, env: dict[str, str] | None = None) -> None:
    subprocess.run(command, cwd=ROOT, env=env, check=True, stdout=subprocess.DEVNULL)


def output(*command: str, env: dict[str, str] | None = None) -> str:
    done = subprocess.run(command, cwd=ROOT, env=env, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def find_engine() -> Docker | Standin | str:
    """Return what can run containers here, or why nothing can."""
    if (
        shutil.which("docker")
        and subprocess.run(["docker", "info"], capture_output=True, check=False).returncode == 0
    ):
        return Docker()
    script = Path(
        os.environ.get(
            "TOCSIN_CONTAINER_STANDIN", ROOT.parent / "shared/tools/containers/standin.sh"
        )
    )
    if not script.exists():
        return "no Docker engine answers, and there is no stand-in for one"
    if os.geteuid() != 0:
        return "no Docker engine answers, and the stand-in for one needs root"
    if missing := [tool for tool in STANDIN_NEEDS if not shutil.which(tool)]:
        return f"no Docker engine answers, and its stand-in needs {', '.join(missing)}"
    return Standin(script)


def eventually(what: str, check: Callable[[], bool], timeout_s: float) -> float:
    """Wait until ``check`` holds; return how many seconds that took."""
    start = time.monotonic()
    while time.monotonic() - start < timeout_s:
        if check():
            return time.monotonic() - start
        time.sleep(0.1)
    raise SystemExit(f"FAILED: {what} did not come about within {timeout_s:.0f} s")


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def push(title: str) -> None:
    """Have an article accepted; try again while the service is away, as a client would."""
    article = {
        "title": title,
        "text": "JNIM fighters attacked the army at Diboli, in the Kayes Region of Mali.",
        "url": f"https://news.example/{title.replace(' ', '-')}",
    }
    request = urllib.request.Request(
        "http://127.0.0.1:8010/v1/articles",
        json.dumps(article).encode(),
        {"Content-Type": "application/json"},
    )

    def accepted() -> bool:
        try:
            with urllib.request.urlopen(request, timeout=5) as response:
                return bool(response.status == 202)
        except (urllib.error.URLError, OSError):
            return False

    eventually(f"the acceptance of {title!r}", accepted, 90)


def inbox(engine: Docker | Standin) -> list[dict[str, Any]]:
    try:
        messages: list[dict[str, Any]] = json.loads(
            engine.inside("tocsin-inbox-1", "tocsin", "inbox", "list", "--json", "--limit", "500")
        )
    except (subprocess.CalledProcessError, json.JSONDecodeError):
        return []  # it was crashed a moment ago
    return messages


def kinds_of(engine: Docker | Standin, title: str) -> set[str]:
    return {message["kind"] for message in inbox(engine) if title in json.dumps(message)}


def alerted(engine: Docker | Standin, title: str) -> None:
    push(title)
    seconds = eventually(
        f"the alert of {title!r}", lambda: kinds_of(engine, title) == {"email", "slack"}, 90
    )
    print(f"  {title}: email and Slack message there after {seconds:.1f} s")


def exercise(engine: Docker | Standin, containers: Sequence[str]) -> None:
    eventually("ingest", lambda: answers("http://127.0.0.1:8010/ready"), 90)
    eventually("the console", lambda: answers("http://127.0.0.1:8000/ready"), 90)
    engine.inside("tocsin-inbox-1", "tocsin", "demo", "load")
    print("the composed system:")
    alerted(engine, "First article")
    engine.check_health()
    print("crashed one by one:")
    for container in containers:
        engine.crash(f"tocsin-{container}-1")
        alerted(engine, f"After the crash of {container}")


def main() -> None:
    engine = find_engine()
    if isinstance(engine, str):
        print(f"containers-test: nothing was tested here: {engine}")
        return
    print(f"containers-test: by {engine.name}; building…", flush=True)
    engine.prepare()
    for service in SERVICES:
        engine.build(service)
    try:
        engine.compose("up", "-d")
        exercise(engine, ("ingest", "matcher", "notifier", "console", "inbox", "redis"))
    finally:
        engine.compose("down", "-v")
    print("containers-test: every alert arrived")


if __name__ == "__main__":
    main()
