"""Why a question is where it is, told to the workspace when somebody there looks at it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import cast
from uuid import UUID

from services.chassis.messaging.requests import RefusedRequest
from services.chassis.messaging.transaction import Unit
from services.chassis.working_time import Span
from services.contracts.explained import (
    PartWeights,
    QuestionExplained,
    ToldAssignment,
    ToldCandidate,
    ToldChance,
    ToldDecision,
    ToldExclusion,
)
from services.contracts.reasons import EndCode, ExclusionCode, TierCode
from services.router.domain.question.question import Assignment, Question
from services.router.domain.question.question_report import DecisionRecord
from services.router.handlers import routing
from services.router.handlers.context import RoutingContext
from services.router.handlers.explanation import explain

MOST_DECISIONS = 5
MOST_CHANCES = 60


async def tell(context: RoutingContext, unit: Unit, id_: UUID) -> None:
    """Raises RefusedRequest where there is no such question."""
    explained = await explain(context, unit, id_)
    if explained is None:
        raise RefusedRequest(f"there is no question {id_}", "unknown_question")
    decisions = explained.decisions[-MOST_DECISIONS:]
    fact = QuestionExplained(
        explained_at=unit.now,
        promise_at=explained.question.promise_at,
        promise_seconds=_sum(explained.promise),
        assignments=tuple(_assignment(assignment, spans) for assignment, spans in explained.assignments),
        decisions=tuple(map(_decision, decisions)),
        chances=tuple(await _chances(context, unit, explained.question, decisions)),
    )
    unit.announce(fact, question=id_)


def _decision(told: DecisionRecord) -> ToldDecision:
    return ToldDecision(
        decided_at=told.decided_at,
        chosen=told.chosen,
        tier=cast("TierCode", told.tier),
        eligible=told.eligible,
        weights=PartWeights(**told.weights) if told.weights else None,
        candidates=tuple(
            ToldCandidate(
                partner=one["partner"],
                total=one["total"],
                parts={name: points for name, (points, _) in one["parts"].items() if points},
            )
            for one in told.candidates
        ),
        excluded=tuple(_exclusions(told)),
    )


def _exclusions(told: DecisionRecord) -> Iterator[ToldExclusion]:
    for why, names in told.excluded.items():
        code = cast("ExclusionCode", why)
        if isinstance(names, int):
            yield ToldExclusion(code=code, number=names)
        else:
            yield ToldExclusion(code=code, number=len(names), partners=tuple(names))


def _assignment(assignment: Assignment, spans: Sequence[Span]) -> ToldAssignment:
    return ToldAssignment(
        partner=assignment.partner,
        asked_at=assignment.opened_at,
        taken_at=assignment.taken_at,
        due_at=assignment.due_at,
        ended_at=assignment.ended_at,
        outcome=cast("EndCode | None", assignment.outcome),
        open_seconds=_sum(spans),
    )


async def _chances(
    context: RoutingContext, unit: Unit, question: Question, decisions: Sequence[DecisionRecord]
) -> list[ToldChance]:
    """Of those who were looked at last, the best first, and of those who were asked."""
    state = await context.sessions.of(unit).network_state()
    looked_at = [one["partner"] for one in decisions[-1].candidates] if decisions else []
    names = dict.fromkeys((*looked_at, *(assignment.partner for assignment in question.assignments)))
    known = [state.directory.partners[name] for name in names if name in state.directory.partners]
    allowed = context.allowed(taken=False)
    return [
        ToldChance(
            partner=one.id,
            due_at=routing.deadline_of(context, state, one.id, question, allowed, unit.now).due_at,
            open=state.book.of(one.id).open,
            asked_this_week=state.book.of(one.id).asked,
            capacity_per_week=one.capacity_per_week,
        )
        for one in known[:MOST_CHANCES]
    ]


def _sum(spans: Sequence[Span]) -> float:
    return sum(((until - since) for since, until in spans), timedelta()).total_seconds()
