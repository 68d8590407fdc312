"""The account of a question: who was asked, by what numbers, who was not and why, and its deadlines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from services.router.domain.life import Question
from services.router.domain.working_time import Clock, Span


@dataclass(frozen=True, slots=True)
class Told:
    """One decision as it was stored."""

    decided_at: datetime
    chosen: str | None
    tier: str
    eligible: int
    candidates: Sequence[Mapping[str, Any]]
    excluded: Mapping[str, Sequence[str] | int]


def promise_account(received: datetime, promise_at: datetime, working_days: Clock) -> list[Span]:
    """The stretches in which the promise's clock ran."""
    return working_days.counted(received, promise_at)


def lines_of(question: Question, zone: ZoneInfo) -> Iterator[str]:
    """The question's life so far, one line each."""
    yield f"question {question.id}: {question.state}, promised by {_local(question.promise_at, zone)}"
    for assignment in question.assignments:
        ending = (
            f"{assignment.outcome} {_local(assignment.ended_at, zone)}" if assignment.ended_at else "open"
        )
        yield (
            f"  {assignment.attempt}. {assignment.partner}: asked {_local(assignment.opened_at, zone)}, "
            f"due {_local(assignment.due_at, zone)}, {ending}"
        )
    if question.accepted:
        yield f"  answer {question.accepted.answer} by {question.accepted.partner} counted"


def span_line(span: Span, zone: ZoneInfo) -> str:
    since, until = span
    hours = (until - since).total_seconds() / 3600
    return f"  {_local(since, zone)} to {_local(until, zone)}: {hours:g} h"


def exclusion_line(why: str, names: Sequence[str] | int) -> str:
    return f"  {why}: {names if isinstance(names, int) else ', '.join(names)}"


def _local(moment: datetime | None, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%a %Y-%m-%d %H:%M}" if moment else "never"
