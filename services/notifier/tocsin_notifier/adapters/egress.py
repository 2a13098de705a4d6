"""Whom nobody may call on a user's word: everything that is not the public internet.

A channel's URL is a user's, and names any host. The guard is an audit hook of the interpreter
(PEP 578): it sees the address in the moment of connecting, after every look-up, so that a name
that resolves differently the second time gets no further; it covers each plugin and cannot be
taken out. Code in C goes around it, which is one reason for the list of services.
"""

import ipaddress
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from tocsin_notifier.adapters.attempt import Refused, current


Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# IPv6 addresses that carry an IPv4 address, which may be a private one.
CARRIERS = tuple(
    ipaddress.IPv6Network(network)
    for network in ("::/96", "64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16")
)
GUARDED = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})


class EgressBlockedError(OSError):
    """A connection that our own rules forbid."""


@dataclass(frozen=True, slots=True)
class Policy:
    """``networks`` and ``endpoints`` may be called though they are private.

    The thread ``exempt`` runs none of Apprise's code: it is the event loop, which talks to Redis.
    """

    networks: tuple[Network, ...]
    endpoints: frozenset[tuple[Address, int]]
    exempt: int

    @classmethod
    def of(cls, allowed: Sequence[str], exempt: int) -> "Policy":
        """Read the operator's list of ``network`` and ``address:port``."""
        networks, endpoints = [], []
        for text in allowed:
            address, _, port = text.rpartition(":")
            try:
                endpoints.append((_plain(ipaddress.ip_address(address.strip("[]"))), int(port)))
            except ValueError:
                networks.append(ipaddress.ip_network(text, strict=False))
        return cls(tuple(networks), frozenset(endpoints), exempt)

    def allows(self, host: str, port: int) -> bool:
        try:
            address = _plain(ipaddress.ip_address(host.partition("%")[0]))
        except ValueError:
            return False  # a name: it would be looked up after this check
        if (address, port) in self.endpoints or any(address in net for net in self.networks):
            return True
        return is_public(address)


def is_public(address: Address) -> bool:
    if any(address in network for network in CARRIERS):
        return False
    return address.is_global and not address.is_multicast


def _plain(address: Address) -> Address:
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


_policy: Policy | None = None
_hooked = False
_lifted: ContextVar[bool] = ContextVar("egress_lifted", default=False)


def arm(policy: Policy) -> None:
    """Enforce the policy in every thread but the exempt one, from now on."""
    global _policy, _hooked  # noqa: PLW0603 -- an audit hook is the process's, and stays
    _policy = policy
    if not _hooked:
        sys.addaudithook(_hook)
        _hooked = True


def disarm() -> None:
    """Enforce nothing any more; for tests, which share a process."""
    global _policy  # noqa: PLW0603 -- as above
    _policy = None


@contextmanager
def lifted() -> Iterator[None]:
    """Let this code call what the operator named: the relay, the stand-in for Slack.

    A connection made here must be kept apart from those that users' channels are sent over: the
    guard looks at none that exists already.
    """
    token = _lifted.set(True)
    try:
        yield
    finally:
        _lifted.reset(token)


def is_lifted() -> bool:
    return _lifted.get()


def _hook(event: str, arguments: tuple[object, ...]) -> None:
    if event not in GUARDED or _policy is None or threading.get_ident() == _policy.exempt:
        return
    connection, address = arguments[0], arguments[1]
    attempt = current()
    if attempt is not None:
        if attempt.given_up:
            raise EgressBlockedError("the attempt was given up")
        if event == "socket.connect":
            attempt.connection = connection  # type: ignore[assignment]  # as the hook promises
    if address is None or _lifted.get():  # None: on a connection that was let through
        return
    if isinstance(address, tuple) and len(address) >= 2:
        if _policy.allows(str(address[0]), int(address[1])):
            return
        shown = f"{address[0]}:{address[1]}"
    else:
        shown = "a local socket"
    if attempt is not None:
        attempt.note(Refused(shown))
    raise EgressBlockedError(f"{shown} is not public; see TOCSIN_EGRESS_ALLOW")
