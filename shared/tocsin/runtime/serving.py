"""HTTP, by uvicorn, on a port that is ours before anything else is started."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from tocsin.errors import StartError
from tocsin.runtime.health import Health, health_app, in_front
from tocsin.runtime.settings import Settings
from tocsin.runtime.supervision import ProcessDiedError


class Server(uvicorn.Server):
    """Leaves signals to the process."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def listen(service: str, settings: Settings) -> socket.socket:
    """Bind the port.

    Raises:
        StartError: it is taken, or may not be bound.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((settings.host, settings.port))
        listener.listen()
    except OSError as error:
        listener.close()
        raise StartError(
            f"cannot serve HTTP on {settings.host} port {settings.port} ({error.strerror}): "
            f"choose another by TOCSIN_{service.upper()}_PORT"
        ) from error
    return listener


def address(listener: socket.socket) -> str:
    """Return the URL by which others reach it."""
    host, port = listener.getsockname()[:2]
    if host in {"0.0.0.0", "::"}:  # noqa: S104 -- compared, not bound
        host = socket.gethostname()
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def server(health: Health, app: ASGIApp | None, grace_s: float) -> Server:
    own = health_app(health)
    return Server(
        uvicorn.Config(
            in_front(own, app) if app else own,
            lifespan="on" if app else "off",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=max(int(grace_s), 1),
        )
    )


async def serve_http(server: Server, listener: socket.socket) -> None:
    """Serve until ``server.should_exit`` is set and the requests in hand are answered."""
    try:
        await server.serve([listener])
    except SystemExit as error:  # how uvicorn tells that the application's lifespan failed
        raise ProcessDiedError("the application did not start") from error
