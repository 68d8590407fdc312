"""Everything the database knows about why a question went where it went."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import orjson
from asyncpg import Record

from services.chassis.messaging.transaction import Unit
from services.chassis.working_time import Span
from services.router.domain.question.conversation import waits, without
from services.router.domain.question.question import Assignment, Question
from services.router.domain.question.question_report import DecisionRecord
from services.router.domain.routing.directory import Directory
from services.router.handlers.context import RoutingContext
from services.router.store import questions


@dataclass(frozen=True, slots=True)
class Explained:
    """`promise` and `assignments`: the stretches in which the two clocks run until their moment, but for the
    waiting for the asker. A partner that left the network has no clock any more."""

    question: Question
    promise: list[Span]
    assignments: list[tuple[Assignment, list[Span]]]
    decisions: list[DecisionRecord]
    history: list[Record]


async def explain(context: RoutingContext, unit: Unit, id_: UUID) -> Explained | None:
    question = await context.sessions.of(unit).question(id_)
    if question is None:
        return None
    directory = (await context.sessions.of(unit).network_state()).directory
    made_at = question.promise_made_at or datetime.fromisoformat(question.facets["received_at"])
    promise = context.working_days.counted(made_at, question.promise_at)
    return Explained(
        question=question,
        promise=without(promise, waits(question.clarifications)),
        assignments=list(_assignments(question, directory)),
        decisions=[_told(decision) for decision in await questions.decisions(unit.db, id_)],
        history=await questions.history(unit.db, id_),
    )


def _assignments(question: Question, directory: Directory) -> Iterator[tuple[Assignment, list[Span]]]:
    for assignment in question.assignments:
        if assignment.partner in directory.partners:
            clock = directory.clock(directory.partners[assignment.partner])
            spans = clock.counted(assignment.taken_at or assignment.opened_at, assignment.due_at)
            yield assignment, without(spans, waits(question.clarifications))


def _told(row: Record) -> DecisionRecord:
    account = orjson.loads(row["account"])
    return DecisionRecord(
        decided_at=row["decided_at"],
        chosen=row["chosen"],
        tier=account["tier"],
        eligible=account["eligible"],
        candidates=account["candidates"],
        excluded=account["excluded"],
        weights=account.get("weights"),
    )
