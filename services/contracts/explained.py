"""Why a question is where it is, in numbers, and what other weights would have made of it: what the router
tells the workspace, and is asked there."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import Field, model_validator

from services.contracts.coordinator import CoordinatorRequest
from services.contracts.reasons import (
    EndCode,
    ExclusionCode,
    TierCode,
)
from services.contracts.vocabulary import (
    Fact,
    Line,
    Moment,
    PartnerId,
    Value,
    Word,
)

MOST_POINTS = 10_000

Weight = Annotated[float, Field(ge=0, le=MOST_POINTS, allow_inf_nan=False)]


class PartWeights(Value):
    """How many points each part of a choice gives at its fullest (docs/routing.md)."""

    referred: Weight = Field(description="A colleague who declined named them")
    origin: Weight = Field(description="It was asked on their page or at their desk")
    place: Weight = Field(description="They serve the asker's postcode")
    subject: Weight = Field(description="Strength 5 in the subject")
    load: Weight = Field(description="Nothing open")
    fit: Weight = Field(description="Open for as long as an answer needs")
    fairness: Weight = Field(description="For each question owed")


class ToldCandidate(Value):
    """One partner that could have had it, and what each part of the score gave it."""

    partner: PartnerId
    total: float
    parts: dict[Word, float] = Field(default={}, description="Those that are not nought")


class ToldExclusion(Value):
    """Who was not asked for one reason; of very many only how many."""

    code: ExclusionCode
    number: int = Field(ge=0)
    partners: tuple[PartnerId, ...] = ()


class ToldDecision(Value):
    """One decision of the router, the best candidates first."""

    decided_at: Moment
    chosen: PartnerId | None = None
    tier: TierCode = Field(description="Among whom it was decided (docs/routing.md)")
    eligible: int = Field(ge=0)
    weights: PartWeights | None = Field(default=None, description="By which it was made")
    candidates: tuple[ToldCandidate, ...] = ()
    excluded: tuple[ToldExclusion, ...] = ()


class ToldAssignment(Value):
    """One assignment, and how long its partner was open while it ran."""

    partner: PartnerId
    asked_at: Moment
    taken_at: Moment | None = None
    due_at: Moment
    ended_at: Moment | None = None
    outcome: EndCode | None = None
    open_seconds: float = Field(ge=0)


class ToldChance(Value):
    """What a partner could do if it were asked now."""

    partner: PartnerId
    due_at: Moment = Field(description="Until when it would have time")
    open: int = Field(ge=0, description="Questions that it has")
    asked_this_week: int = Field(ge=0)
    capacity_per_week: int | None = None


class QuestionExplained(Fact):
    """Why the question is where it is, in numbers. For the workspace alone, where somebody asked."""

    wire: ClassVar[str] = "question.explained.v1"

    explained_at: Moment
    promise_at: Moment
    promise_seconds: float = Field(ge=0, description="On working days, from asked to promised")
    assignments: tuple[ToldAssignment, ...] = ()
    decisions: tuple[ToldDecision, ...] = Field(default=(), description="The last ones, the latest last")
    chances: tuple[ToldChance, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _read_former_word(cls, data: Any) -> Any:
        """A copy of before says `turns` for `assignments`, while an upgrade lasts."""
        former = isinstance(data, dict) and "turns" in data
        return {"assignments": data["turns"], **data} if former else data


class WeightsChanged(Fact):
    """What each part of a choice weighs was changed; the next choice of every copy heeds it. For the
    workspace alone. The event's subject is the nil UUID."""

    wire: ClassVar[str] = "weights.changed.v1"

    version: int = Field(ge=1, description="A later change has a higher one")
    changed_at: Moment
    actor: Line = Field(description="Who did it")
    reason: Line | None = None
    before: PartWeights | None = Field(default=None, description="None: what a network begins with")
    after: PartWeights


class RivalPoints(Value):
    """One library in a choice that would have ended otherwise."""

    partner: PartnerId
    points: float = Field(description="As they were when it was made")
    proposed: float = Field(description="By the proposed weights")


class MovedQuestion(Value):
    """A question that would have gone elsewhere first."""

    question_id: UUID
    decided_at: Moment
    went: RivalPoints = Field(description="Who got it")
    would: RivalPoints = Field(description="Who would have got it")


class SimulatedLoad(Value):
    """How many of the questions a library got, and would have got."""

    partner: PartnerId
    before: int = Field(ge=0)
    after: int = Field(ge=0)


class WeightsSimulated(Fact):
    """What proposed weights would have made of the last questions; nothing was changed. For the workspace
    alone, where somebody asked. The event's subject is the nil UUID."""

    wire: ClassVar[str] = "weights.simulated.v1"

    trial_id: UUID = Field(description="As the request called it")
    simulated_at: Moment
    weights: PartWeights
    questions: int = Field(ge=0, description="Whose first choice was reckoned anew")
    shortened: int = Field(
        default=0, ge=0, description="Of these, where more libraries could have had it than were written down"
    )
    since: Moment | None = Field(default=None, description="When the first of them was decided")
    moved: tuple[MovedQuestion, ...] = Field(default=(), description="The latest first")
    loads: tuple[SimulatedLoad, ...] = ()


class WeightsChangeRequested(CoordinatorRequest):
    """From the coordinator: what each part of a choice weighs from now on."""

    wire: ClassVar[str] = "weights_change.requested.v1"

    weights: PartWeights
    version: int | None = Field(default=None, description="Of the weights that were looked at")


class WeightsTrialRequested(CoordinatorRequest):
    """From the coordinator: tell what these weights would have made of the last questions."""

    wire: ClassVar[str] = "weights_trial.requested.v1"

    trial_id: UUID = Field(description="`weights.simulated` names it")
    weights: PartWeights
    questions: int = Field(default=200, ge=1, le=1000, description="How many, the last ones")
