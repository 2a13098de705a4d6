"""Where Apprise meets HTTP: one adapter that every session of ``requests`` shares.

Nearly all plugins call ``requests.post``, which makes a session, and with it an adapter, for
each call. In the place of both stand ours: connections are kept, and the answer is noted.
"""

import logging
from functools import lru_cache
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies

import requests
from requests import PreparedRequest, RequestException, Response
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from tocsin_notifier.adapters import egress
from tocsin_notifier.adapters.attempt import HttpLost, HttpReply, current
from tocsin_notifier.adapters.http_request import OneRequest


MAX_BODY = 65_536  # bytes of an answer that are read
MAX_NOTED = 2_048
HOSTS = 512  # whose connections are kept
PER_HOST = 16

# What ends the path of a request that says nothing of the message: it only logs out.
FAREWELL = "/logout"

# After this a plugin may log in and try again: nothing was taken.
LOG_IN_ANEW = 401


class _NotedConnection(HTTPConnection):
    """Sends head and body in one piece, and notes when it left."""

    _gathered: list[bytes] | None = None

    def request(self, *args: Any, **kwargs: Any) -> None:
        self._gathered = []
        try:
            super().request(*args, **kwargs)
        finally:
            gathered, self._gathered = self._gathered, None
        super().send(b"".join(gathered))
        _request_left(self)

    def send(self, data: Any) -> None:
        if self._gathered is None:
            super().send(data)
        else:
            self._gathered.append(data)


class _NotedHTTPSConnection(_NotedConnection, HTTPSConnection):
    pass


def _request_left(connection: HTTPConnection) -> None:
    if (attempt := current()) is not None:
        attempt.connection = connection.sock
        attempt.sent = True


class _Pool(HTTPConnectionPool):
    ConnectionCls = _NotedConnection
    ready_for: bool | str | None = None  # what its certificates are checked by, once that is set


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _NotedHTTPSConnection
    ready_for: bool | str | None = None


POOLS = {"http": _Pool, "https": _SecurePool}


class SharedAdapter(HTTPAdapter):
    """Notes each answer, or why there was none, with the attempt that is under way."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # To look one up takes files to be looked at, and URLs to be read, three times each.
        self._pools = lru_cache(HOSTS)(self._pool)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = POOLS

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = POOLS
        return manager

    def get_connection_with_tls_context(
        self, request: PreparedRequest, verify: Any, proxies: Any = None, cert: Any = None
    ) -> Any:
        if proxies or cert:
            return super().get_connection_with_tls_context(request, verify, proxies, cert)
        parts = urlsplit(request.url or "")
        return self._pools(parts.scheme, parts.netloc, verify)

    def _pool(self, scheme: str, netloc: str, verify: Any) -> Any:
        request = PreparedRequest()
        request.url = f"{scheme}://{netloc}/"
        return super().get_connection_with_tls_context(request, verify)

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        if cert or conn.ready_for != verify:
            super().cert_verify(conn, url, verify, cert)  # type: ignore[no-untyped-call]  # as requests has it
            conn.ready_for = verify

    def send(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:
        attempt = current()
        url = request.url or ""
        if attempt is None or urlsplit(url).path.endswith(FAREWELL):
            return super().send(request, *args, **kwargs)
        host = urlsplit(url).hostname or ""
        if attempt.given_up or url in attempt.refused:
            # Some plugins try again by themselves, whatever the service said.
            raise requests.ConnectionError("the attempt is over")
        attempt.sent = False
        try:
            response = super().send(request, *args, **(kwargs | {"stream": True}))
            _read(response)
        except (RequestException, OSError) as error:
            attempt.note(HttpLost(host, type(error).__name__, attempt.sent))
            raise
        if response.status_code >= 400 and response.status_code != LOG_IN_ANEW:
            attempt.refused.add(url)
        attempt.note(
            HttpReply(
                host=host,
                status=response.status_code,
                retry_after=response.headers.get("Retry-After", ""),
                body=response.content[:MAX_NOTED],
            )
        )
        return response

    def close(self) -> None:
        """Keep the connections: a session closes its adapter when it ends, and ours is everybody's."""


def _read(response: Response) -> None:
    """Read the body, but no more than is sensible: it is a stranger's."""
    raw = response.raw
    try:
        body = raw.read(MAX_BODY + 1, decode_content=True)
    except Exception as error:
        raw.close()
        raise requests.ConnectionError(error) from error
    if len(body) > MAX_BODY:
        raw.close()
    else:
        raw.release_conn()
    response.raw = BytesIO(body[:MAX_BODY])


def install() -> None:
    """Put shared adapters in the place of those that ``requests`` makes."""
    # It logs the path of each request, which is where webhooks have their secret.
    logging.getLogger("urllib3").setLevel(logging.ERROR)
    if not isinstance(requests.sessions.HTTPAdapter, _Adapters):
        requests.sessions.HTTPAdapter = _Adapters()  # type: ignore[assignment]  # called like the class
    # Passwords in ~/.netrc are the operator's; a channel's URL must not have them sent to its host.
    requests.sessions.get_netrc_auth = _no_password  # type: ignore[assignment]  # it finds none
    if not getproxies():  # which does not change while we run, and took a quarter of each request
        requests.sessions.get_environ_proxies = _no_proxies  # type: ignore[assignment]  # the same
        requests.sessions.Session = OneRequest  # type: ignore[assignment,misc]  # called by requests.request and its kind


def _no_password(url: str, raise_errors: bool = False) -> None:  # noqa: FBT001, FBT002 -- requests' signature
    return None


def _no_proxies(url: str, no_proxy: str | None = None) -> dict[str, str]:
    return {}


class _Adapters:
    """Called like the class that it replaces, it gives everybody the same adapter.

    What the operator may reach has one of its own, with connections of its own.
    """

    def __init__(self) -> None:
        self._everybodys = _adapter()
        self._operators = _adapter()

    def __call__(self, *args: object, **kwargs: object) -> HTTPAdapter:
        return self._operators if egress.is_lifted() else self._everybodys


def _adapter() -> SharedAdapter:
    return SharedAdapter(
        pool_connections=HOSTS, pool_maxsize=PER_HOST, max_retries=0, pool_block=False
    )
