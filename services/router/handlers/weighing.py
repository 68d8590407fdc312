"""What each part of a choice weighs: changed by a coordinator, tried on what was routed, and told."""

from __future__ import annotations

from dataclasses import asdict

import orjson

from services.chassis.messaging.requests import RefusedRequest
from services.chassis.messaging.transaction import Unit
from services.contracts.explained import (
    MovedQuestion,
    PartWeights,
    RivalPoints,
    SimulatedLoad,
    WeightsChanged,
    WeightsSimulated,
    WeightsTrialRequested,
)
from services.router.domain.routing.routing_request import Weights
from services.router.domain.routing.weights_trial import MovedDecision, Rival, WeightsTrial, try_weights
from services.router.handlers.coordinator import NETWORK, Actor
from services.router.store import weights as store


def weights_of(told: PartWeights) -> Weights:
    return Weights(**told.model_dump())


async def change(unit: Unit, wanted: Weights, version: int | None, actor: Actor) -> None:
    """From the next choice of every copy on. `version` is that of the weights that were looked at. Raises
    RefusedRequest; weights as they are change nothing."""
    known, at = await store.held(unit.db)
    if version is not None and version != at:
        raise RefusedRequest(
            f"the weights are at version {at}, changed since {version} was looked at", "changed_meanwhile"
        )
    if not any(asdict(wanted).values()):
        raise RefusedRequest(
            "nothing weighs anything: every question would go to the first library by its id; give one part"
            " points",
            "nothing_weighs",
        )
    if wanted != known:
        await store.save(unit.db, at + 1, known, wanted, (actor.name, actor.reason, unit.now))
        await tell(unit)


async def tell(unit: Unit) -> None:
    """Announce what changed and was not announced yet."""
    rows = await store.untold(unit.db)
    for row in rows:
        fact = WeightsChanged(
            version=row["version"],
            changed_at=row["changed_at"],
            actor=row["actor"],
            reason=row["reason"],
            before=orjson.loads(row["before"]) if row["before"] else None,
            after=orjson.loads(row["after"]),
        )
        unit.announce(fact, question=NETWORK)
    if rows:
        await store.told(unit.db, [row["version"] for row in rows], unit.now)


async def tell_anew(unit: Unit) -> None:
    """All of it, for a reader that begins from nothing."""
    await store.forget_told(unit.db)


async def tried(unit: Unit, weights: Weights, questions: int) -> WeightsTrial:
    """On the last so many questions; nothing is changed."""
    return try_weights(await store.first_decisions(unit.db, questions), weights)


async def tell_trial(unit: Unit, wish: WeightsTrialRequested) -> None:
    trial = await tried(unit, weights_of(wish.weights), wish.questions)
    fact = WeightsSimulated(
        trial_id=wish.trial_id,
        simulated_at=unit.now,
        weights=wish.weights,
        questions=trial.questions,
        shortened=trial.shortened,
        since=trial.since,
        moved=tuple(map(_moved, reversed(trial.moved))),
        loads=tuple(
            SimulatedLoad(partner=name, before=trial.before[name], after=trial.after[name])
            for name in sorted(trial.before.keys() | trial.after.keys())
        ),
    )
    unit.announce(fact, question=NETWORK)


def _moved(one: MovedDecision) -> MovedQuestion:
    return MovedQuestion(
        question_id=one.decision.question,
        decided_at=one.decision.decided_at,
        went=_rival(one.went),
        would=_rival(one.would),
    )


def _rival(one: Rival) -> RivalPoints:
    return RivalPoints(partner=one.partner, points=one.points, proposed=one.proposed)
