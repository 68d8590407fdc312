"""Who is believed about a dead letter."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from services.chassis.messaging.dead_letters import DeadLetter

FORGED = {
    "x-sesame-reason": "ValueError: no",
    "x-sesame-kind": "fault",
    "x-sesame-exchange": "sesame.events",
    "x-sesame-routing-key": "question.answered",
}


def letter(**headers: Any) -> DeadLetter:
    return DeadLetter("ingest", cast("Any", SimpleNamespace(headers=headers, message_id="1", body=b"")))


def died(exchange: str, key: str) -> list[dict[str, Any]]:
    return [{"exchange": exchange, "routing-keys": [key], "reason": "delivery_limit"}]


def test_what_a_service_wrote_is_believed() -> None:
    dead = letter(**FORGED)
    assert (dead.exchange, dead.routing_key) == ("sesame.events", "question.answered")
    assert dead.kind == "fault"


def test_what_a_partner_wrote_on_its_letter_is_not() -> None:
    dead = letter(**FORGED, **{"x-death": died("sesame.inbox", "partner.lyon.x")})
    assert (dead.exchange, dead.routing_key) == ("sesame.inbox", "partner.lyon.x")
    assert (dead.kind, dead.reason) == ("limit", "by the broker: delivery_limit")


@pytest.mark.parametrize("exchange", ["", "sesame.events", "sesame.inbox"])
def test_nobody_is_believed_who_gave_a_letter_its_end(exchange: str) -> None:
    """RabbitMQ 3 counts on in an x-death that the sender wrote: expired in the queue that it named."""
    deaths = [{"exchange": exchange, "routing-keys": ["question.answered"], "reason": "expired", "count": 1}]
    dead = letter(**FORGED, **{"x-death": deaths})
    assert not dead.is_of_known_origin
    assert (dead.exchange, dead.routing_key, dead.kind) == ("", "", "limit")
    assert dead.reason == "by the broker: expired"


def test_a_replayed_letter_that_dies_again_keeps_where_it_came_from() -> None:
    dead = letter(**FORGED, **{"x-death": died("", "ingest")})
    assert (dead.exchange, dead.routing_key) == ("sesame.events", "question.answered")
