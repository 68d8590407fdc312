"""IP networks as settings write them."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_network

ReachableNetwork = IPv4Network | IPv6Network


def networks(text: str) -> tuple[ReachableNetwork, ...]:
    """`127.0.0.0/8, fd00::/8` as networks. Raises ValueError naming the wrong one."""
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())
