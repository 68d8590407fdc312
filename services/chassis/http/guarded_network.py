"""Where a webhook may lead: never into our own network (server-side request forgery, OWASP).

A name is resolved here and the connection made to the very address that was checked: a name server that
changes its answer between the look and the leap gains nothing.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from ipaddress import IPv6Address, ip_address
from typing import Any, Literal
from urllib.parse import urlsplit

from httpcore import AnyIOBackend, AsyncNetworkBackend, AsyncNetworkStream

from services.chassis.http.client_addresses import ClientNetwork, networks

NEVER = networks(
    "64:ff9b::/96, 64:ff9b:1::/48, 2002::/16, fec0::/10, ::/96, ::ffff:0:0:0/96, 192.0.0.0/24, 192.88.99.0/24"
)
"""Ways to write an IPv4 address as IPv6 that a translator may follow into our network, and site-local ones;
Python takes some of them for public. And what the internet's own machinery keeps for itself (RFC 6890,
7526)."""


UrlFault = Literal["no_host", "not_https", "private_network", "unknown_host"]


class Forbidden(Exception):
    """The host stands where webhooks may not go."""


class GuardedNetwork(AsyncNetworkBackend):
    """Connects to public addresses, and to those in `allowed`."""

    def __init__(self, allowed: Sequence[ClientNetwork] = ()) -> None:
        self._allowed = tuple(allowed)
        self._network = AnyIOBackend()

    async def connect_tcp(self, host: str, port: int, *more: Any, **named: Any) -> AsyncNetworkStream:
        address = await self.checked(host, port)
        return await self._network.connect_tcp(address, port, *more, **named)

    async def connect_unix_socket(self, path: str, *_more: Any, **_named: Any) -> AsyncNetworkStream:
        raise Forbidden(f"{path}: webhooks go to hosts")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def checked(self, host: str, port: int) -> str:
        """One address of the host. All must be allowed: which one is used is not for a name server to say."""
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = [str(entry[4][0]) for entry in found]
        for address in addresses:
            if not self.allows(address):
                raise Forbidden(f"{host}: stands in a private network; webhooks go to public addresses only")
        return addresses[0]

    def allows(self, address: str) -> bool:
        parsed = ip_address(address.partition("%")[0])
        if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is not None:
            parsed = parsed.ipv4_mapped
        if any(parsed in network for network in self._allowed):
            return True
        if any(parsed in network for network in NEVER):
            return False
        return parsed.is_global and not parsed.is_multicast


async def fault_of(url: str, allowed: Sequence[ClientNetwork] = ()) -> UrlFault | None:
    """Why nothing would be sent there; of `unknown_host` that may change. Where private networks are allowed,
    http is, too."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port or 443
    except ValueError:
        return "no_host"
    if not host or parts.username is not None:
        return "no_host"
    if parts.scheme != "https" and not (parts.scheme == "http" and allowed):
        return "not_https"
    try:
        await GuardedNetwork(allowed).checked(host, port)
    except Forbidden:
        return "private_network"
    except (OSError, UnicodeError):
        return "unknown_host"
    return None
