"""Why a question is where it is, in numbers: what the router tells the workspace where somebody asks."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from services.contracts.reasons import (
    EndCode,
    ExclusionCode,
)
from services.contracts.vocabulary import (
    Fact,
    Line,
    Moment,
    PartnerId,
    Value,
    Word,
)


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
    tier: Line = Field(description="members, back-ups or pool")
    eligible: int = Field(ge=0)
    candidates: tuple[ToldCandidate, ...] = ()
    excluded: tuple[ToldExclusion, ...] = ()


class ToldTurn(Value):
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
    turns: tuple[ToldTurn, ...] = ()
    decisions: tuple[ToldDecision, ...] = Field(default=(), description="The last ones, the latest last")
    chances: tuple[ToldChance, ...] = ()
