"""The least rights of each broker user, made from the topology. RabbitMQ reads them as regular expressions.

A topic right binds the routing keys that a user may publish to one topic exchange; where there is none, every
key is allowed, so each one that a user may write to has it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from services.contracts import notifier, partners, topology
from services.contracts.catalogue import (
    DOES,
    FORMER,
    FROM_COORDINATOR,
    FROM_PARTNERS,
    PRODUCERS,
    TO_COORDINATOR,
    TO_PARTNERS,
)
from services.contracts.vocabulary import Fact

NOTHING = "^$"

TELLS: Mapping[str, tuple[type[Fact], ...]] = {
    "ingest": tuple(fact for fact in TO_PARTNERS if fact.__module__ == partners.__name__),
    "notifier": tuple(fact for fact in TO_PARTNERS if fact.__module__ == notifier.__name__),
}
"""Service → what it tells partner systems."""

ASKS: Mapping[str, tuple[type[Fact], ...]] = {
    "workspace": tuple(fact for fact in FROM_PARTNERS if fact is not partners.QuestionSubmitted),
}
"""Service → what it asks in a partner's name, for the people of that library."""

ANY_PARTNER = r"partner\.[a-z0-9-]+\."


@dataclass(frozen=True)
class Rights:
    """`topics`: exchange → the routing keys it may publish there."""

    configure: str = NOTHING
    write: str = NOTHING
    read: str = NOTHING
    topics: Mapping[str, str] = field(default_factory=dict)


def service_rights(service: str) -> Rights:
    """Publish what it announces and tells, read its own queue, bury dead letters; declare nothing."""
    topics = {
        exchange: keys
        for exchange, keys in (
            (topology.EVENTS, _one_of(_announced(service))),
            (topology.PARTNERS, _either(_told(service))),
            (topology.INBOX, _either(_of_partners(ASKS.get(service, ())))),
            (topology.COORDINATOR, _either(_asked_as_coordinator(service))),
        )
        if keys != NOTHING
    }
    return Rights(write=_one_of([*topics, topology.DEAD]), read=_one_of([service]), topics=topics)


def partner_rights(partner: str) -> Rights:
    """Publish to the inbox under its own id, read its own queue. `{username}` is the broker's to fill in."""
    return Rights(
        write=_one_of([topology.INBOX]),
        read=_one_of([topology.partner_queue(partner)]),
        topics={topology.INBOX: r"^partner\.{username}\..*"},
    )


def _announced(service: str) -> list[str]:
    wires = [wire for wire, producer in PRODUCERS.items() if producer == service]
    return sorted({wire.rpartition(".")[0] for wire in wires})


def _told(service: str) -> list[str]:
    """Its words to partner systems, and its receipts of what workspace and coordinator asked."""
    receipts = TO_COORDINATOR if service in DOES else ()
    of_workspace = [
        re.escape(topology.workspace_key(fact))
        for fact in TELLS.get(service, ())
        if fact in topology.RECEIPTS
    ]
    return [*_of_partners(TELLS.get(service, ())), *of_workspace, *_of_coordinator(receipts)]


def _asked_as_coordinator(service: str) -> list[str]:
    """The workspace alone: it has looked who asks. An exchange of its own, for the broker looks at the first
    key of a message alone, and RabbitMQ 3 sends it by those in CC and BCC too."""
    return _of_coordinator((*FROM_COORDINATOR, *FORMER) if service in ASKS else ())


def _of_partners(facts: Iterable[type[Fact]]) -> list[str]:
    wires = sorted(re.escape(fact.wire) for fact in facts)
    return [f"{ANY_PARTNER}({'|'.join(wires)})"] if wires else []


def _of_coordinator(facts: Iterable[type[Fact]]) -> list[str]:
    wires = sorted(re.escape(fact.wire) for fact in facts)
    return [rf"coordinator\.({'|'.join(wires)})"] if wires else []


def _either(patterns: Sequence[str]) -> str:
    return f"^({'|'.join(patterns)})$" if patterns else NOTHING


def _one_of(names: Iterable[str]) -> str:
    escaped = [re.escape(name) for name in names]
    return f"^({'|'.join(escaped)})$" if escaped else NOTHING
