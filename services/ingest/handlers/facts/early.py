"""A partner's program may be quicker than our own queue: told of its question by the notifier, it answers
before every copy of ingest knows that it was asked. What it said waits for that word, for a short term only.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from services.chassis.messaging.incoming import IncomingMessage
from services.chassis.messaging.transaction import Begin, Unit
from services.ingest.store.conversations import early_submissions

TERM = timedelta(seconds=30)
"""How long it waits before it is refused after all."""
MOST_OF_ONE = 100
"""So much of one partner waits at most: what comes beyond is refused as it comes."""
AT_ONCE = 100
"""Questions whose early submissions are refused in one transaction, which holds their locks."""


async def keep(unit: Unit, partner: str, question: UUID, message: IncomingMessage) -> bool:
    """False for what is not kept: it has waited already, or too much of this partner waits."""
    if message.kept:
        return False
    return await early_submissions.keep(unit.db, question, partner, message, unit.now, MOST_OF_ONE)


def hand_out(unit: Unit, question: UUID, partner: str) -> None:
    """This partner is known to be asked: what it said is handled in the same transaction."""
    unit.pending(_hand_out, list[tuple[UUID, str]]).append((question, partner))


async def _hand_out(unit: Unit, asked: list[tuple[UUID, str]]) -> None:
    for message in await early_submissions.hand_out(unit.db, asked):
        unit.again(message)


async def end_waiting(begin: Begin, term: timedelta = TERM) -> None:
    """What has waited for so long is read once more, and refused. May run in several copies."""
    while questions := await _due(begin, term):
        async with begin(*questions) as unit:
            for message in await early_submissions.take_due(unit.db, questions, unit.now - term):
                unit.again(message)


async def _due(begin: Begin, term: timedelta) -> list[UUID]:
    async with begin() as unit:
        return await early_submissions.due(unit.db, unit.now - term, AT_ONCE)
