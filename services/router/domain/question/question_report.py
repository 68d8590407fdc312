"""The account of a question: who was asked, by what numbers, who was not and why, and its deadlines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from services.chassis.working_time import Span
from services.router.domain.question.conversation import Clarification
from services.router.domain.question.question import Question


@dataclass(frozen=True, slots=True)
class DecisionRecord:
    """One decision as it was stored."""

    decided_at: datetime
    chosen: str | None
    tier: str
    eligible: int
    candidates: Sequence[Mapping[str, Any]]
    excluded: Mapping[str, Sequence[str] | int]
    weights: Mapping[str, float] | None = None
    """By which it was made."""


def question_lines(question: Question, zone: ZoneInfo) -> Iterator[str]:
    """The question's life so far, one line each."""
    yield f"question {question.id}: {question.state}, promised by {in_zone(question.promise_at, zone)}"
    for assignment in question.assignments:
        ending = (
            f"{assignment.outcome} {in_zone(assignment.ended_at, zone)}" if assignment.ended_at else "open"
        )
        yield (
            f"  {assignment.attempt}. {assignment.partner}: asked {in_zone(assignment.opened_at, zone)}, "
            f"due {in_zone(assignment.due_at, zone)}, {ending}"
        )
    for one in sorted(question.clarifications, key=lambda each: each.asked_at):
        yield f"  {_waiting(one, zone)}"
    if question.accepted:
        yield f"  answer {question.accepted.answer} by {question.accepted.partner} counted"


def _waiting(one: Clarification, zone: ZoneInfo) -> str:
    asked = f"{one.partner} asked the asker back {in_zone(one.asked_at, zone)}"
    if one.ended_at is None:
        return f"{asked}: the clocks stand still until the reply, {in_zone(one.ends_at, zone)} at most"
    how = {"replied": "they replied", "no_reply": "no reply came", "cancelled": "it mattered no more"}
    return f"{asked}, {how.get(one.outcome or '', one.outcome)} {in_zone(one.ended_at, zone)}: no clock ran"


def span_line(span: Span, zone: ZoneInfo) -> str:
    since, until = span
    return f"  {in_zone(since, zone)} to {in_zone(until, zone)}: {sum_of([span])}"


def sum_of(spans: Iterable[Span]) -> str:
    seconds = sum((until - since).total_seconds() for since, until in spans)
    minutes = round(seconds / 60)
    return f"{minutes // 60} h {minutes % 60:02d}"


PARTS = ("referred", "origin", "place", "subject", "load", "fit", "fairness")
"""As docs/routing.md lists them."""


def parts_that_count(told: DecisionRecord) -> tuple[list[str], list[str]]:
    """Those that gave anybody points, and those that did not."""
    counting = {
        name
        for candidate in told.candidates
        for name, (points, _params) in candidate["parts"].items()
        if points
    }
    return [name for name in PARTS if name in counting], [name for name in PARTS if name not in counting]


WHY_IT_COUNTED = {
    "origin": "asked at this library",
    "referred": "named by a colleague",
    "place": "{nearness}",
    "subject": "{subject} {strength}/5",
    "load": "{open} open",
    "fairness": "owed {owed:+.2f} questions",
    "fit": "open for {share:.0%} of the time needed",
}
WHY_NOT = {
    "answered": "answered it before",
    "away": "closed until after the promise",
    "declined": "declined it",
    "had_before": "had it before",
    "language": "does not answer in {language}",
    "not_open": "not open before the promise",
    "overdue": "let it pass",
    "specialist": "a specialist of other subjects",
    "takes_none": "takes no questions",
    "territory": "serves another territory",
    "tier": "not among the {tier}",
    "week_full": "has its questions for this week",
}
"""Codes of contracts.reasons, for the operator."""


def why_line(told: DecisionRecord, parts: Iterable[str]) -> str:
    """What stood behind the points of the first."""
    best = told.candidates[0]
    reasons = (f"{name} {best['parts'][name][0]:g} ({_why(name, best)})" for name in parts)
    return f"{best['partner']}: {', '.join(reasons)}"


def _why(name: str, candidate: Mapping[str, Any]) -> str:
    params = candidate["parts"][name][1]
    if name == "subject" and params["subject"] is None:
        return "subject unknown"
    return WHY_IT_COUNTED[name].format(**params)


def weights_line(weights: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {weights[name]:g}" for name in PARTS)


def exclusion_line(told: DecisionRecord, why: str, language: str | None) -> str:
    """`language` is the question's."""
    names = told.excluded[why]
    said = WHY_NOT[why].format(language=language, tier=told.tier)
    return f"  {said}: {names if isinstance(names, int) else ', '.join(names)}"


def in_zone(moment: datetime | None, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%a %Y-%m-%d %H:%M}" if moment else "never"
