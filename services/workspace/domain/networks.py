"""Where a request came from, when proxies stand in between."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

ClientRange = IPv4Network | IPv6Network


def networks(text: str) -> tuple[ClientRange, ...]:
    """`10.0.0.0/8, ::1` → networks. Raises ValueError for anything else."""
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())


def client_network(peer: str, forwarded_for: str, trusted: Sequence[ClientRange]) -> str:
    """The address that spoke to the outermost proxy of ours; of IPv6 the /64 that one customer has. What
    stands left of it in X-Forwarded-For was written by somebody else."""
    address = peer
    for hop in reversed([part.strip() for part in forwarded_for.split(",") if part.strip()]):
        if not _is_within(address, trusted) or not _is_within(hop, EVERYWHERE):
            break
        address = hop
    if ":" in address and _is_within(address, EVERYWHERE):
        return str(ip_network((address, 64), strict=False))
    return address


EVERYWHERE: tuple[ClientRange, ...] = (ip_network("0.0.0.0/0"), ip_network("::/0"))


def _is_within(address: str, known: Sequence[ClientRange]) -> bool:
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return any(parsed in network for network in known)
