"""Doors: the facts that are heard. Each is noted down and, at commit, appended with the rest of its batch."""

from __future__ import annotations

from typing import Any

from services.chassis.messaging.readers import Handler, Subscriptions
from services.chassis.messaging.transaction import Unit
from services.contracts.envelope import Event
from services.metrics.domain.facts import Counted
from services.metrics.handlers.facts import NOTES, Note
from services.metrics.store import counting


def subscriptions() -> Subscriptions:
    return {fact: _handler(note) for fact, note in NOTES.items()}


def _handler(note: Note) -> Handler:
    async def count(unit: Unit, event: Event[Any]) -> None:
        unit.pending(_append, list[Counted]).append(note(event))

    return count


async def _append(unit: Unit, counted: list[Counted]) -> None:
    await counting.append(unit.db, counted)
