"""Which addresses a user's channel may reach."""

import asyncio
import socket
import threading
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin_notifier.adapters import egress
from tocsin_notifier.adapters.egress import EgressBlockedError, Policy


NOBODY = Policy.of([], exempt=0)


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.1.2.3", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1"),
        *("169.254.169.254", "100.64.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1"),
        *("255.255.255.255", "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1"),
        *("64:ff9b:1::a00:1", "2002:7f00:1::", "2001::1", "2001:db8::1"),
        *("localhost", "redis", "example.org", "", "127.1"),
    ],
)
def test_nothing_but_the_public_internet_is_reached(address: str) -> None:
    assert not NOBODY.allows(address, 443)


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "8.8.8.8", "2606:2800:220:1::1", "::ffff:93.184.216.34"]
)
def test_the_public_internet_is_reached(address: str) -> None:
    assert NOBODY.allows(address, 443)


def test_the_operator_may_let_networks_and_single_ports_through() -> None:
    policy = Policy.of(["10.1.0.0/16", "192.168.1.5", "127.0.0.1:8025", "[::1]:8026"], exempt=0)

    assert policy.allows("10.1.2.3", 9)
    assert policy.allows("::ffff:10.1.2.3", 9)
    assert policy.allows("192.168.1.5", 9)
    assert policy.allows("127.0.0.1", 8025)
    assert policy.allows("::1", 8026)
    assert not policy.allows("10.2.0.1", 9)
    assert not policy.allows("192.168.1.6", 9)
    assert not policy.allows("127.0.0.1", 8026)
    assert not policy.allows("::1", 8025)


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_judged_the_same_however_it_is_dressed(address: object) -> None:
    if not NOBODY.allows(str(address), 1):
        assert not NOBODY.allows(f"::ffff:{address}", 1)
        assert not NOBODY.allows(f"64:ff9b::{address}", 1)


@pytest.fixture
def armed() -> Iterator[None]:
    egress.arm(Policy.of([], exempt=threading.get_ident()))
    yield
    egress.disarm()


def in_a_thread(attempt: object) -> BaseException | None:
    """Call it in another thread, as plugins are; return what it raised."""
    caught: list[BaseException] = []

    def call() -> None:
        try:
            attempt()  # type: ignore[operator]
        except OSError as error:
            caught.append(error)

    thread = threading.Thread(target=call)
    thread.start()
    thread.join()
    return caught[0] if caught else None


@pytest.mark.usefixtures("armed")
def test_every_way_to_connect_is_guarded(unused_tcp_port: int) -> None:
    def tcp() -> None:
        with socket.socket() as connection:
            connection.connect(("127.0.0.1", unused_tcp_port))

    def tcp_ex() -> None:
        with socket.socket() as connection:
            connection.connect_ex(("127.0.0.1", unused_tcp_port))

    def udp() -> None:
        with socket.socket(type=socket.SOCK_DGRAM) as connection:
            connection.sendto(b"x", ("127.0.0.1", unused_tcp_port))

    def message() -> None:
        with socket.socket(type=socket.SOCK_DGRAM) as connection:
            connection.sendmsg([b"x"], [], 0, ("127.0.0.1", unused_tcp_port))

    def by_name() -> None:
        with socket.socket() as connection:
            connection.connect(("localhost", unused_tcp_port))

    def local() -> None:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect("/run/anything")

    for attempt in (tcp, tcp_ex, udp, message, by_name, local):
        assert isinstance(in_a_thread(attempt), EgressBlockedError), attempt.__name__


@pytest.mark.usefixtures("armed")
async def test_the_event_loop_reaches_the_store(unused_tcp_port: int) -> None:
    server = await asyncio.start_server(
        lambda _, writer: writer.close(), "127.0.0.1", unused_tcp_port
    )

    reader, writer = await asyncio.open_connection("127.0.0.1", unused_tcp_port)

    assert await reader.read() == b""
    writer.close()
    server.close()


@pytest.mark.usefixtures("armed")
def test_our_own_code_may_call_what_the_operator_named(unused_tcp_port: int) -> None:
    def ours() -> None:
        with egress.lifted(), socket.socket() as connection:
            connection.connect(("127.0.0.1", unused_tcp_port))

    assert isinstance(in_a_thread(ours), ConnectionRefusedError)
