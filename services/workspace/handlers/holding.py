"""What ingest holds for a person: heard of in any order, its words asked for when somebody looks."""

from __future__ import annotations

from services.chassis.messaging.transaction import Unit
from services.contracts.coordinator import HeldShowRequested
from services.contracts.envelope import Event
from services.contracts.ingest import HeldEnded, HeldNoted, HeldShown
from services.workspace.handlers.steering import LONGEST_LINE, Coordinator, ask_unnamed
from services.workspace.store import audit
from services.workspace.store.coordinator import held


async def noted(unit: Unit, event: Event[HeldNoted]) -> None:
    fact = event.data
    await held.note(
        unit.db,
        fact.number,
        fact.door,
        fact.reason,
        fact.size,
        fact.received_at,
        question=fact.question_id,
        partner=fact.partner,
    )


async def ended(unit: Unit, event: Event[HeldEnded]) -> None:
    await held.end(unit.db, event.data.number)


async def shown(unit: Unit, event: Event[HeldShown]) -> None:
    fact = event.data
    await held.show(
        unit.db,
        fact.number,
        unit.now,
        heading=fact.heading,
        text=fact.text,
        attachments=fact.attachments,
        readable=fact.readable,
    )


async def ask_for_words(unit: Unit, who: Coordinator, number: int) -> None:
    """Once, and who looked is written down."""
    if await held.want(unit.db, number, unit.now):
        ask_unnamed(unit, HeldShowRequested(by=who.name[:LONGEST_LINE], number=number))
        await audit.note(unit.db, unit.now, who.person, "held_show.requested", detail=str(number))
