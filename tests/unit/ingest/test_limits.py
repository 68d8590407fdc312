"""Limits: how much, how soon again, and who it is that calls."""

from datetime import UTC, datetime, timedelta

import pytest

from services.chassis.http.client_addresses import client_address, networks, sender_of
from services.ingest.domain.limits import Buckets, Limit

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
PROXIES = networks("10.0.0.0/8, ::1")


def test_a_burst_is_taken_then_one_for_each_share_of_the_hour() -> None:
    buckets = Buckets(Limit(per_hour=60, burst=2))
    assert [buckets.wait_seconds("ada", NOW) for _ in range(4)] == [0, 0, 60, 60]
    assert buckets.wait_seconds("ada", NOW + timedelta(seconds=30)) == 30
    assert buckets.wait_seconds("ada", NOW + timedelta(seconds=60)) == 0
    assert buckets.wait_seconds("bob", NOW) == 0


def test_a_long_rest_gives_no_more_than_the_burst() -> None:
    buckets = Buckets(Limit(per_hour=60, burst=2))
    later = NOW + timedelta(days=9)
    assert [buckets.wait_seconds("ada", moment) for moment in (NOW, later, later, later)] == [0, 0, 0, 60]


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("192.0.2.1", "", "192.0.2.1"),
        ("192.0.2.1", "203.0.113.9", "192.0.2.1"),
        ("10.0.0.2", "203.0.113.9", "203.0.113.9"),
        ("10.0.0.2", "made up, 203.0.113.9, 10.0.0.3", "203.0.113.9"),
        ("::1", "2001:db8::7", "2001:db8::7"),
        ("10.0.0.2", "", "10.0.0.2"),
        ("10.0.0.2", "203.0.113.9, unknown", "10.0.0.2"),
    ],
)
def test_only_our_own_proxies_are_believed(peer: str, forwarded: str, client: str) -> None:
    assert client_address(peer, forwarded, PROXIES) == client


def test_an_ipv6_customer_is_one_sender() -> None:
    assert sender_of("2001:db8::1") == sender_of("2001:db8::2") != sender_of("2001:db8:1::1")


def test_what_is_no_network_is_refused() -> None:
    with pytest.raises(ValueError, match="10\\.0\\.0\\.1/99"):
        networks("10.0.0.1/99")
