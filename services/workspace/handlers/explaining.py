"""How the router chooses: why a question is where it is, and what each part weighs. Asked of the router, and
kept as it was told."""

from __future__ import annotations

from uuid import UUID

from services.chassis.messaging.transaction import Unit
from services.contracts.coordinator import ExplanationRequested
from services.contracts.envelope import Event
from services.contracts.explained import (
    PartWeights,
    QuestionExplained,
    WeightsChanged,
    WeightsChangeRequested,
    WeightsSimulated,
    WeightsTrialRequested,
)
from services.workspace.domain.read_model import QuestionReadModel
from services.workspace.handlers.steering import LONGEST_LINE, Coordinator, ask, ask_unnamed
from services.workspace.store.coordinator import explanations
from services.workspace.store.coordinator import weights as weights_told


async def heard(unit: Unit, event: Event[QuestionExplained]) -> None:
    told = event.data.model_dump(mode="json", exclude_none=True)
    await explanations.keep(unit.db, event.subject, told, event.data.explained_at)


async def ask_if_wanted(unit: Unit, by: str, question: UUID, known: QuestionReadModel) -> None:
    """Once for each time that something new is known of the question."""
    if await explanations.want(unit.db, question, len(known.heard), unit.now):
        ask_unnamed(unit, ExplanationRequested(by=by[:LONGEST_LINE]), question)


async def weights_changed(unit: Unit, event: Event[WeightsChanged]) -> None:
    """In any order, however often."""
    fact = event.data
    before = fact.before.model_dump() if fact.before else None
    by = (fact.actor, fact.reason)
    await weights_told.keep(unit.db, fact.version, fact.changed_at, by, before, fact.after.model_dump())


async def weights_simulated(unit: Unit, event: Event[WeightsSimulated]) -> None:
    told = event.data.model_dump(mode="json", exclude_none=True)
    await weights_told.tell_trial(unit.db, event.data.trial_id, event.data.simulated_at, told)


async def try_weights(unit: Unit, by: str, trial: UUID, weights: PartWeights, version: int) -> None:
    """The router is asked once, whatever is clicked twice."""
    if await weights_told.begin_trial(unit.db, trial, unit.now, version, weights.model_dump()):
        ask_unnamed(unit, WeightsTrialRequested(by=by[:LONGEST_LINE], trial_id=trial, weights=weights))


async def change_weights(
    unit: Unit, who: Coordinator, form: str, weights: PartWeights, version: int, reason: str
) -> None:
    fact = WeightsChangeRequested(
        by=who.name[:LONGEST_LINE], reason=reason or None, weights=weights, version=version
    )
    await ask(unit, who, form, fact, None, None)
