"""Whom a channel may reach, and who may reach what others may not."""

import socket
from typing import Any

import pytest

from notifier.alerts import a_delivery
from notifier.receivers import MailServer, WebServer
from notifier.sending import a_channel, send
from rig.processes import free_port
from tocsin.documents import ChannelDocument
from tocsin.ports.sender import Kind
from tocsin_notifier.adapters import egress
from tocsin_notifier.adapters.apprise_sender import AppriseSender
from tocsin_notifier.adapters.services import install_plugins


pytestmark = pytest.mark.usefixtures("tamed")


@pytest.mark.parametrize(
    "target",
    [
        "json://127.0.0.1:{port}/x",
        "json://localhost:{port}/x",
        "json://2130706433:{port}/x",
        "json://0x7f000001:{port}/x",
        "json://[::1]:{port}/x",
        "json://[::ffff:127.0.0.1]:{port}/x",
        "json://169.254.169.254/latest",
        "mailto://127.0.0.1:{port}?from=a@b.example&to=c@d.example",
        "ntfy://127.0.0.1:{port}/topic",
    ],
)
async def test_no_user_reaches_a_private_address(
    sender: AppriseSender, web_server: WebServer, target: str
) -> None:
    egress.disarm()
    egress.arm(egress.Policy.of([], exempt=0))

    outcome = await send(sender, target.format(port=web_server.port))

    assert outcome.kind in {Kind.BLOCKED, Kind.PERMANENT}
    assert web_server.requests == []
    assert web_server.connections == 0


async def test_the_relay_is_reached_where_users_are_blocked(
    sender: AppriseSender, mail_server: MailServer
) -> None:
    egress.disarm()
    egress.arm(egress.Policy.of([], exempt=0))

    ours = await send(sender, "mailto:ann@example.org")
    theirs = await send(
        sender, f"mailto://127.0.0.1:{mail_server.port}?from=a@b.example&to=c@d.example"
    )

    assert ours.kind is Kind.DELIVERED
    assert theirs.kind is Kind.BLOCKED
    assert "TOCSIN_EGRESS_ALLOW" in theirs.reason


async def test_a_stand_in_for_slack_is_reached_where_users_are_blocked(
    sender: AppriseSender, web_server: WebServer
) -> None:
    install_plugins(f"{web_server.url}/services")
    egress.disarm()
    egress.arm(egress.Policy.of([], exempt=0))

    ours = await send(sender, "slack://T1/B2/C3")
    theirs = await send(sender, f"json://127.0.0.1:{web_server.port}/x")

    assert (ours.kind, theirs.kind) == (Kind.DELIVERED, Kind.BLOCKED)
    assert [request.path for request in web_server.requests] == ["/services/T1/B2/C3"]


async def test_the_operator_may_let_one_address_through(
    sender: AppriseSender, web_server: WebServer
) -> None:
    egress.disarm()
    egress.arm(egress.Policy.of([f"127.0.0.1:{web_server.port}"], exempt=0))

    assert (await send(sender, f"json://127.0.0.1:{web_server.port}/x")).kind is Kind.DELIVERED
    assert (await send(sender, f"json://127.0.0.1:{free_port()}/x")).kind is Kind.BLOCKED


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.7", "169.254.169.254", "::1"])
async def test_a_name_that_turns_private_at_the_last_moment_reaches_nothing(
    sender: AppriseSender,
    web_server: WebServer,
    monkeypatch: pytest.MonkeyPatch,
    address: str,
) -> None:
    """DNS rebinding: whatever the name was before, it is private when the connection is made."""
    egress.disarm()
    egress.arm(egress.Policy.of([], exempt=0))
    family = socket.AF_INET6 if ":" in address else socket.AF_INET

    def rebound(host: object, port: int, *rest: object, **more: object) -> list[Any]:
        return [(family, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", rebound)

    by_web = await send(sender, f"json://rebound.example:{web_server.port}/x")
    by_mail = await send(sender, "mailto://rebound.example?from=a@b.example&to=c@d.example")

    assert (by_web.kind, by_mail.kind) == (Kind.BLOCKED, Kind.BLOCKED)
    assert address in by_web.reason
    assert web_server.connections == 0


async def test_a_connection_of_the_operators_is_lent_to_nobody(
    sender: AppriseSender, mail_server: MailServer
) -> None:
    egress.disarm()
    egress.arm(egress.Policy.of([], exempt=0))
    await send(sender, "mailto:ann@example.org")  # the relay's connection is kept now

    theirs = await send(
        sender, f"mailto://127.0.0.1:{mail_server.port}?from=alerts@tocsin.example&to=c@d.example"
    )

    assert theirs.kind is Kind.BLOCKED
    assert len(mail_server.mail.messages) == 1


async def test_a_url_that_no_key_opens_waits_for_the_key(sender: AppriseSender) -> None:
    stored = a_channel("mailto:ann@example.org").as_stored() | {"url": "sealed:0a1b2c3d:gAAA"}

    outcome = await sender.send(a_delivery(), ChannelDocument.from_stored(stored))

    assert outcome.kind is Kind.TRANSIENT
    assert "TOCSIN_SECRET_KEYS" in outcome.reason
