"""Where we may connect to on the word of a user, a feed, or a redirect: the public web, no more."""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Self


Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

WEB_PORTS = frozenset({80, 443, 8080, 8443})

# In these an IPv4 address is hidden in the last 32 bits of an IPv6 address.
_TRANSLATED = (
    ip_network("64:ff9b::/96"),  # NAT64, RFC 6052
    ip_network("64:ff9b:1::/48"),  # NAT64 within a network, RFC 8215
    ip_network("::/96"),  # IPv4-compatible, RFC 4291
)


@dataclass(frozen=True, slots=True)
class Egress:
    """The operator's exceptions: whole networks, and single addresses with their port."""

    networks: tuple[Network, ...] = ()
    sockets: frozenset[tuple[Address, int]] = frozenset()

    @classmethod
    def of(cls, destinations: Iterable[str]) -> Self:
        """Read the setting ``TOCSIN_EGRESS_ALLOW``, which was checked already."""
        networks: list[Network] = []
        sockets: set[tuple[Address, int]] = set()
        for destination in destinations:
            try:
                networks.append(ip_network(destination, strict=False))
            except ValueError:
                address, _, port = destination.rpartition(":")
                sockets.add((ip_address(address.strip("[]")), int(port)))
        return cls(tuple(networks), frozenset(sockets))

    def permits(self, address: str, port: int) -> bool:
        """Tell whether we may connect to an address that a name was resolved to."""
        written = ip_address(address.partition("%")[0])
        meant = _meant(written)
        return any(self._is_excepted(ip, port) for ip in (written, meant)) or (
            port in WEB_PORTS and _is_public(meant)
        )

    def _is_excepted(self, ip: Address, port: int) -> bool:
        return (ip, port) in self.sockets or any(ip in network for network in self.networks)


def _is_public(ip: Address) -> bool:
    return ip.is_global and not (
        ip.is_multicast
        or ip.is_reserved
        or ip.is_unspecified
        or (isinstance(ip, IPv6Address) and ip.is_site_local)
    )


def _meant(ip: Address) -> Address:
    """Return the IPv4 address that an IPv6 address leads to, if it does."""
    if isinstance(ip, IPv4Address):
        return ip
    if ip.ipv4_mapped is not None:
        return ip.ipv4_mapped
    if ip.sixtofour is not None:
        return ip.sixtofour
    if ip.teredo is not None:
        return ip.teredo[1]
    if any(ip in network for network in _TRANSLATED):
        return IPv4Address(int(ip) & 0xFFFF_FFFF)
    return ip
