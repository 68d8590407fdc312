"""Who calls, when proxies stand in between."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

HOUSEHOLD = 56
"""Bits of IPv6 that a provider gives one customer, or less."""
ClientNetwork = IPv4Network | IPv6Network


def networks(text: str) -> tuple[ClientNetwork, ...]:
    """`10.0.0.0/8, ::1` → networks. Raises ValueError for anything else."""
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())


def client_address(peer: str, forwarded_for: str, trusted: Sequence[ClientNetwork]) -> str:
    """The address that spoke to the outermost proxy of ours. What stands left of it in X-Forwarded-For was
    written by somebody else, and is not believed, nor is what is no address."""
    address = peer
    for hop in reversed([part.strip() for part in forwarded_for.split(",") if part.strip()]):
        if not is_within(address, trusted) or _parsed(hop) is None:
            break
        address = hop
    return address


def is_within(address: str, known: Sequence[ClientNetwork]) -> bool:
    parsed = _parsed(address)
    return parsed is not None and any(parsed in network for network in known)


def sender_of(address: str) -> str:
    """What a limit counts: the address itself, of IPv6 the network that one household has (/56)."""
    parsed = _parsed(address)
    if isinstance(parsed, IPv6Address):
        return str(ip_network((parsed, HOUSEHOLD), strict=False))
    return address if parsed is None else str(parsed)


def _parsed(address: str) -> IPv4Address | IPv6Address | None:
    """As some proxies write it, with its port or as IPv6, too: one person is one however they come."""
    host, bracketed, _ = address.removeprefix("[").partition("]")
    if not bracketed and address.count(":") == 1:
        host = address.partition(":")[0]
    try:
        parsed = ip_address(host)
    except ValueError:
        return None
    return (parsed.ipv4_mapped or parsed) if isinstance(parsed, IPv6Address) else parsed
