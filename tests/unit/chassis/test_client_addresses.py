"""One person is one, however proxies write their address; two are two."""

from __future__ import annotations

import pytest
from prometheus_client import CollectorRegistry
from starlette.requests import Request

from services.chassis.http.client_addresses import ClientAddresses, client_address, networks, sender_of

UNBELIEVED = "sesame_forwarded_unbelieved_total"
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


def asks(addresses: ClientAddresses, peer: str, forwarded: str) -> str:
    return addresses.address(
        Request({"type": "http", "client": (peer, 1), "headers": [(b"x-forwarded-for", forwarded.encode())]})
    )


def test_a_proxy_that_nobody_named_is_told_once_and_counted(caplog: pytest.LogCaptureFixture) -> None:
    registry = CollectorRegistry()
    addresses = ClientAddresses(PROXIES, registry)
    assert asks(addresses, "127.0.0.1", "203.0.113.9") == "203.0.113.9"
    assert caplog.messages == []
    for _ in range(3):
        assert asks(addresses, "10.3.4.5", "203.0.113.9") == "10.3.4.5"
        assert asks(addresses, "9.9.9.9", "203.0.113.9") == "9.9.9.9"
    assert len(caplog.messages) == 1, "an address on the internet may write what it likes"
    assert "10.3.4.5" in caplog.text
    assert "SESAME_TRUSTED_PROXIES" in caplog.text
    assert "9.9.9.9" not in caplog.text
    counted = {kind: registry.get_sample_value(UNBELIEVED, {"kind": kind}) for kind in ("near", "internet")}
    assert counted == {"near": 3, "internet": 3}
