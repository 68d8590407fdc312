"""Who calls, when proxies stand in between."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from prometheus_client import CollectorRegistry, Counter
from starlette.requests import Request

log = logging.getLogger(__name__)

HOUSEHOLD = 56
"""Bits of IPv6 that a provider gives one customer, or less."""
REMEMBERED = 64
"""Characters of an address and its port at most, as everybody writes it."""
NEAR, INTERNET = "near", "internet"
ClientNetwork = IPv4Network | IPv6Network


class ClientAddresses:
    """The address behind each request. Who forwards for others without being named as a proxy of ours is
    counted, and said once of each kind: all who come through it count as one at every limit. From a near
    (private or own) address that is a proxy that nobody named; from the internet, anybody may write so."""

    def __init__(self, trusted: Sequence[ClientNetwork], registry: CollectorRegistry) -> None:
        self._trusted = trusted
        self._said: set[str] = set()
        self._unbelieved = Counter(
            "sesame_forwarded_unbelieved",
            "Requests with an X-Forwarded-For of who is no proxy of ours, by where they come from",
            ["kind"],
            registry=registry,
        )

    def address(self, request: Request) -> str:
        peer = request.client.host if request.client else ""
        forwarded_for = ",".join(request.headers.getlist("x-forwarded-for"))
        if forwarded_for and not is_within(peer, self._trusted):
            self._not_believed(peer)
        return client_address(peer, forwarded_for, self._trusted)

    def _not_believed(self, peer: str) -> None:
        parsed = _parsed(peer)
        kind = INTERNET if parsed is not None and parsed.is_global else NEAR
        self._unbelieved.labels(kind).inc()
        if kind in self._said:
            return
        self._said.add(kind)
        if kind == NEAR:
            log.warning(
                "X-Forwarded-For of %s is not believed, and all who come through it count as one: "
                "name it in SESAME_TRUSTED_PROXIES if it is a proxy of yours",
                peer,
            )
        else:
            log.info("X-Forwarded-For of an address on the internet is not believed: it is no proxy of ours")


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
    """Whoever writes long ones has no memory of ours for them."""
    return _parsed_lately(address) if len(address) <= REMEMBERED else _parse(address)


@lru_cache(maxsize=4_096)
def _parsed_lately(address: str) -> IPv4Address | IPv6Address | None:
    return _parse(address)


def _parse(address: str) -> IPv4Address | IPv6Address | None:
    """As some proxies write it, with its port or as IPv6, too: one person is one however they come."""
    host, bracketed, _ = address.removeprefix("[").partition("]")
    if not bracketed and address.count(":") == 1:
        host = address.partition(":")[0]
    try:
        parsed = ip_address(host)
    except ValueError:
        return None
    return (parsed.ipv4_mapped or parsed) if isinstance(parsed, IPv6Address) else parsed
