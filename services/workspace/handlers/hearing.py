"""Facts into the read model: kept as they are, and everything else of their question made anew."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from services.chassis.messaging.transaction import Unit
from services.contracts import topology
from services.contracts.envelope import Event
from services.contracts.links.kept import PERSONAL, kept
from services.workspace.domain.read_model import Heard, read_model
from services.workspace.store import facts


async def hear(unit: Unit, event: Event[Any]) -> None:
    """Any fact of a question's life, in any order: what it means is found when the unit commits."""
    data = kept(event.data.model_dump(mode="json", exclude_none=True))
    one = Heard(event.id, topology.unversioned(event.type), event.time, data)
    unit.pending(fold, list[tuple[UUID, Heard]]).append((event.subject, one))


async def fold(unit: Unit, rows: list[tuple[UUID, Heard]]) -> None:
    await facts.keep(unit.db, rows)
    await make_anew(unit, sorted({question for question, _ in rows}))


async def make_anew(unit: Unit, questions: list[UUID]) -> None:
    """In the order of their ids, so that two copies never wait for each other's rows."""
    known = await facts.heard(unit.db, questions)
    made = [(question, read_model(known.get(question, ()))) for question in questions]
    for question in questions:
        if any(one.type == "asker.erased" for one in known.get(question, ())):
            await facts.empty(unit.db, question, PERSONAL)
    await facts.put(unit.db, [(question, one) for question, one in made if one is not None])
