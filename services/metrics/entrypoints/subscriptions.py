"""Doors: the facts that are heard. Each is noted down and, at commit, appended with the rest of its batch."""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

from services.chassis.messaging.incoming import Handler, Subscriptions
from services.chassis.messaging.transaction import Unit
from services.contracts.envelope import Event
from services.metrics.domain.facts import Counted
from services.metrics.handlers.facts import NOTES, Note
from services.metrics.store import counting


class CountedBuffer:
    """Collects what a transaction counts and writes it in one statement. What rolls back is forgotten."""

    def __init__(self) -> None:
        self._rows: WeakKeyDictionary[Unit, list[Counted]] = WeakKeyDictionary()

    def add(self, unit: Unit, row: Counted) -> None:
        self._rows.setdefault(unit, []).append(row)
        unit.before_commit(self._write)

    async def _write(self, unit: Unit) -> None:
        await counting.append(unit.db, self._rows.pop(unit, []))


def subscriptions() -> Subscriptions:
    notebook = CountedBuffer()
    return {fact: _handler(note, notebook) for fact, note in NOTES.items()}


def _handler(note: Note, notebook: CountedBuffer) -> Handler:
    async def count(unit: Unit, event: Event[Any]) -> None:
        notebook.add(unit, note(event))

    return count
