"""A request without a session says what it would say with one, and what needs a session has it."""

import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from requests.auth import HTTPDigestAuth

from notifier.receivers import WebServer
from tocsin_notifier.adapters import http_seam
from tocsin_notifier.adapters.http_request import OneRequest


pytestmark = pytest.mark.usefixtures("tamed")

ALONE: dict[str, Any] = {"allow_redirects": False, "timeout": (5.0, 15.0), "verify": True}


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"data": "grüße".encode()},
        {"data": "grüße"},
        {"data": {"title": "Kidal & Gao", "tags": ["a", "b"]}},
        {"data": [("a", "1"), ("a", "2")]},
        {"json": {"title": "Größe"}},
        {"params": {"token": "a b", "none": None}},
        {"params": {}, "headers": {"User-Agent": "Tocsin", "Accept": None, "X-Rule": "sahel"}},
        {"auth": ("ann", "secret")},
    ],
    ids=repr,
)
def test_what_it_says_is_what_a_session_says(said: dict[str, Any], web_server: WebServer) -> None:
    url = f"http://127.0.0.1:{web_server.port}/päth/x?y=1"
    with requests.Session() as session:
        session.post(url, **ALONE, **said)
    requests.post(url, **ALONE, **said)

    with_session, alone = web_server.requests

    assert alone == with_session


def test_requests_of_plugins_are_made_by_it() -> None:
    assert requests.sessions.Session is OneRequest  # type: ignore[comparison-overlap]  # as we put it there


def test_who_signs_in_by_a_challenge_still_can(web_server: WebServer) -> None:
    web_server.answers["/x"] = (
        401,
        'WWW-Authenticate: Digest realm="r", nonce="n", qop="auth"',
        b"",
    )

    requests.post(f"{web_server.url}/x", auth=HTTPDigestAuth("ann", "secret"), **ALONE)

    first, second = web_server.requests
    assert "authorization" not in first.headers
    assert second.headers["authorization"].startswith("Digest ")


def test_who_follows_redirects_still_can(web_server: WebServer) -> None:
    response = requests.post(f"{web_server.url}/s302", **(ALONE | {"allow_redirects": True}))

    assert [request.path for request in web_server.requests] == ["/s302", "/elsewhere"]
    assert response.status_code == 200


def test_a_cookie_of_one_answer_is_sent_with_no_other_request(web_server: WebServer) -> None:
    web_server.answers["/x"] = (200, "Set-Cookie: who=ann", b"")

    response = requests.post(f"{web_server.url}/x", **ALONE)
    requests.post(f"{web_server.url}/x", **ALONE)

    assert response.cookies["who"] == "ann"
    assert all("cookie" not in request.headers for request in web_server.requests)


@pytest.fixture
def first_piece() -> Iterator[tuple[int, list[bytes]]]:
    """A port, and what comes there first: as much as one look at the socket shows."""
    seen: list[bytes] = []

    def take() -> None:
        connection, _ = listener.accept()
        with connection:
            seen.append(connection.recv(65_536))
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=take)
        thread.start()
        yield listener.getsockname()[1], seen
        thread.join(20)


def test_head_and_body_leave_in_one_piece(first_piece: tuple[int, list[bytes]]) -> None:
    port, seen = first_piece

    requests.post(f"http://127.0.0.1:{port}/x", data=b"the body", **ALONE)

    assert seen[0].startswith(b"POST /x HTTP/1.1\r\n")
    assert seen[0].endswith(b"\r\n\r\nthe body")


def test_another_bundle_of_certificates_gets_other_connections() -> None:
    adapter = requests.sessions.HTTPAdapter()
    prepared = requests.Request("POST", "https://hooks.example.org/x").prepare()

    ours = adapter.get_connection_with_tls_context(prepared, verify=True)
    theirs = adapter.get_connection_with_tls_context(prepared, verify="bundle.pem")

    assert isinstance(adapter, http_seam.SharedAdapter)
    assert ours is adapter.get_connection_with_tls_context(prepared, verify=True)
    assert ours is not theirs
