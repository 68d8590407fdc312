"""The network's term: so long after a question's end its asker is forgotten, in every service by event."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from services.chassis.messaging.transaction import Begin
from services.ingest.handlers import askers
from services.ingest.store import retention

AT_ONCE = 100
"""Questions forgotten in one transaction, which holds their locks."""


@dataclass(frozen=True, slots=True)
class Due:
    """`still_open`: as old, but never ended; somebody should end them."""

    questions: int
    still_open: int
    held: int


async def due(begin: Begin, term: timedelta) -> Due:
    """What a run would do now."""
    async with begin() as unit:
        return Due(*await retention.count(unit.db, unit.now - term))


async def run(begin: Begin, term: timedelta) -> Due:
    """Forget every asker whose term has passed. May run in several copies, and be broken off anywhere."""
    questions = 0
    while due_now := await _due(begin, term):
        async with begin(*due_now) as unit:
            for question in due_now:
                questions += await askers.erase(unit, question, "term") is not None
    async with begin() as unit:
        before = unit.now - term
        held = await retention.drop_held(unit.db, before)
        await retention.bury_loose(unit.db, before)
        _, still_open, _ = await retention.count(unit.db, before)
    return Due(questions, still_open, held)


async def _due(begin: Begin, term: timedelta) -> list[UUID]:
    async with begin() as unit:
        return await retention.due(unit.db, unit.now - term, AT_ONCE)
