"""Why a question is where it is: asked of the router when somebody looks, and kept as it was told."""

from __future__ import annotations

from uuid import UUID

from services.chassis.messaging.transaction import Unit
from services.contracts.coordinator import ExplanationRequested
from services.contracts.envelope import Event
from services.contracts.explained import QuestionExplained
from services.workspace.domain.standing import Standing
from services.workspace.handlers.steering import LONGEST_LINE, ask_unnamed
from services.workspace.store.coordinator import explanations


async def heard(unit: Unit, event: Event[QuestionExplained]) -> None:
    told = event.data.model_dump(mode="json", exclude_none=True)
    await explanations.keep(unit.db, event.subject, told, event.data.explained_at)


async def ask_if_wanted(unit: Unit, by: str, question: UUID, known: Standing) -> None:
    """Once for each time that something new is known of the question."""
    if await explanations.want(unit.db, question, len(known.heard), unit.now):
        ask_unnamed(unit, ExplanationRequested(by=by[:LONGEST_LINE]), question)
