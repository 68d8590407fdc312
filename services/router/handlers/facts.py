"""The router's facts, made from what the domain decided."""

from __future__ import annotations

from typing import Any, Literal, cast

from pydantic import TypeAdapter

from services.contracts.reasons import ClosingCode, Exclusion, Impasse, Reason
from services.contracts.router import (
    AnswerRefused,
    QuestionClosed,
    QuestionOverdue,
    QuestionReminded,
    QuestionReopened,
    QuestionRouted,
    QuestionUnroutable,
)
from services.contracts.topology import partner_queue
from services.contracts.vocabulary import Facets, PartnerName, Reach, Way
from services.router.domain.decision import Candidate, Decision, Excluded
from services.router.domain.directory import Directory
from services.router.domain.lifecycle import Assignment, Question
from services.router.domain.partner import Partner

EXCLUSIONS_NAMED = 200
REASONS: TypeAdapter[tuple[Reason, ...]] = TypeAdapter(tuple[Reason, ...])


def facets_of(question: Question) -> Facets:
    return Facets.model_validate(question.facets)


def name_of(directory: Directory, partner: str) -> PartnerName:
    """Its name; of a partner that left the network, its id."""
    known = directory.partners.get(partner)
    return PartnerName(id=partner, name=known.name if known else partner)


def reach_of(directory: Directory, partner: str) -> Reach:
    """How it wants to hear; a partner that left the network still has its queue, perhaps."""
    known = directory.partners.get(partner)
    return reach(known) if known else Reach(way="queue", address=partner_queue(partner))


def reach(partner: Partner) -> Reach:
    return Reach(way=cast("Way", partner.reach.way), address=partner.reach.address)


def routed(question: Question, partner: Partner, reasons: tuple[Reason, ...]) -> QuestionRouted:
    assignment = question.assignments[-1]
    return QuestionRouted(
        assignment_id=assignment.id,
        partner=PartnerName(id=partner.id, name=partner.name),
        reach=reach(partner),
        attempt=assignment.attempt,
        due_at=assignment.due_at,
        promise_at=question.promise_at,
        reasons=reasons,
        facets=facets_of(question),
    )


def reasons_of(candidate: Candidate) -> tuple[Reason, ...]:
    """The parts that spoke for or against the partner."""
    spoke = (part for part in candidate.parts if part.points)
    return REASONS.validate_python(
        tuple({"code": part.name, "points": part.points, **part.params} for part in spoke)
    )


def unroutable(
    question: Question, reason: Impasse, excluded: tuple[Exclusion, ...], coordinator: Partner | None
) -> QuestionUnroutable:
    return QuestionUnroutable(
        reason=reason,
        excluded=excluded,
        coordinator=reach(coordinator) if coordinator else None,
        promise_at=question.promise_at,
        facets=facets_of(question),
    )


def exclusions_of(decision: Decision, language: str | None) -> tuple[Exclusion, ...]:
    """`language` is the question's: it says what they do not speak."""
    known = ((why, names) for why, names in decision.excluded.items() if not isinstance(names, int))
    named = sorted((name, why) for why, names in known for name in names)
    return tuple(_exclusion(name, why, language) for name, why in named[:EXCLUSIONS_NAMED])


def _exclusion(partner: str, code: str, language: str | None) -> Exclusion:
    said = language if code == "language" else None
    return Exclusion.model_validate({"partner": partner, "code": code, "language": said})


def refused(directory: Directory, question: Question, answer: Any, partner: str) -> AnswerRefused:
    accepted = question.accepted
    return AnswerRefused(
        answer_id=answer,
        partner=name_of(directory, partner),
        reach=reach_of(directory, partner),
        reason="already_answered" if accepted else "closed",
        accepted_answer_id=accepted.answer if accepted else None,
        accepted_partner=PartnerName(id=accepted.partner, name=accepted.name) if accepted else None,
    )


def reminded(directory: Directory, question: Question, assignment: Assignment) -> QuestionReminded:
    return QuestionReminded(
        assignment_id=assignment.id,
        partner=name_of(directory, assignment.partner),
        reach=reach_of(directory, assignment.partner),
        due_at=assignment.due_at,
        facets=facets_of(question),
    )


def overdue(
    directory: Directory,
    question: Question,
    clock: Literal["partner", "promise"],
    assignment: Assignment | None,
) -> QuestionOverdue:
    return QuestionOverdue(
        clock=clock,
        due_at=assignment.due_at if clock == "partner" and assignment else question.promise_at,
        assignment_id=assignment.id if assignment else None,
        partner=name_of(directory, assignment.partner) if assignment else None,
        reach=reach_of(directory, assignment.partner) if assignment else None,
        facets=facets_of(question),
    )


def closed(
    question: Question, reason: ClosingCode, explanation: str | None, hand: str | None
) -> QuestionClosed:
    return QuestionClosed(reason=reason, explanation=explanation, hand=hand, facets=facets_of(question))


def reopened(question: Question) -> QuestionReopened:
    return QuestionReopened(facets=facets_of(question))


def account_of(decision: Decision) -> dict[str, Any]:
    """Every number of a decision, as it is stored and explained; of a very large network the best candidates,
    and how many were excluded."""
    return {
        "tier": decision.tier,
        "eligible": decision.eligible,
        "candidates": [_candidate(candidate) for candidate in decision.ranked],
        "excluded": {why: _plain(names) for why, names in decision.excluded.items()},
    }


def _candidate(candidate: Candidate) -> dict[str, Any]:
    parts = {part.name: [part.points, dict(part.params)] for part in candidate.parts}
    return {"partner": candidate.partner.id, "total": candidate.total, "parts": parts}


def _plain(names: Excluded) -> list[str] | int:
    return names if isinstance(names, int) else sorted(names)
