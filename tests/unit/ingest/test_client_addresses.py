"""One person is one, however proxies write their address; two are two."""

from __future__ import annotations

import pytest

from services.ingest.domain.addresses import client_address, networks, sender_of

PROXIES = networks("127.0.0.0/8")


@pytest.mark.parametrize(
    ("address", "sender"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("203.0.113.9:4711", "203.0.113.9"),
        ("[2001:db8:1:2ff::7]:4711", "2001:db8:1:200::/56"),
        ("2001:db8:1:201::7", "2001:db8:1:200::/56"),
        ("2001:db8:1:300::7", "2001:db8:1:300::/56"),
        ("nonsense", "nonsense"),
    ],
)
def test_what_a_limit_counts(address: str, sender: str) -> None:
    assert sender_of(address) == sender


def test_a_port_or_a_mapped_address_is_no_other_person() -> None:
    for written in ("203.0.113.9:4711", "::ffff:203.0.113.9"):
        assert sender_of(client_address("127.0.0.1", written, PROXIES)) == "203.0.113.9"
    assert client_address("::ffff:127.0.0.1", "203.0.113.9", PROXIES) == "203.0.113.9"
