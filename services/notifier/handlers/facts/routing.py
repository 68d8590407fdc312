"""Who has the question: routed, reminded, overdue, passed on."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from services.chassis.messaging.transaction import Unit
from services.contracts import ingest, router
from services.contracts.envelope import Event
from services.notifier.domain import plan
from services.notifier.domain.question_state import CurrentAssignment
from services.notifier.handlers.facts.decisions import (
    CoordinatorAddress,
    at_coordinator,
    decide,
    json_list,
    json_of,
    known_or_early,
    release,
    where_of,
)
from services.notifier.store import questions
from services.notifier.store.rows import AssignmentRow, QuestionRow
from services.notifier.store.session import directly, session_of


async def question_received(unit: Unit, event: Event[ingest.QuestionReceived]) -> None:
    fact = event.data
    row = QuestionRow(
        id=event.subject,
        text=fact.text,
        private_note=fact.private_note,
        facets=json_of(fact.facets),
        place=json_of(fact.place) if fact.place else None,
        attachments=json_list(fact.attachments),
        publish_consent=fact.publish_consent,
        asker=json_of(fact.asker) if fact.asker else "{}",
        reference=fact.reference,
    )
    await session_of(unit).add_question(row)
    await unit.arrived(event.subject)


async def question_routed(unit: Unit, event: Event[router.QuestionRouted]) -> None:
    await release(unit, event.subject, event.data.released)
    assignment = _assignment(event, None)
    known = await session_of(unit).add_assignment(
        _assignment_row(event, assignment, json_list(event.data.reasons))
    )
    planned = [
        *plan.acknowledgement(known),
        plan.assigned(known, assignment),
        *plan.overdue(known),
        *plan.ended(known),
        *plan.follow_ups(known),
    ]
    decide(unit, planned)
    await unit.arrived(event.subject)


async def follow_up_routed(unit: Unit, event: Event[router.FollowUpRouted]) -> None:
    await release(unit, event.subject, event.data.released)
    assignment = _assignment(event, event.data.follow_up_id)
    known = await session_of(unit).add_assignment(_assignment_row(event, assignment, "[]"))
    decide(unit, [*plan.ended(known), *plan.follow_ups(known)])
    await unit.arrived(event.subject)


def _assignment(
    event: Event[router.QuestionRouted] | Event[router.FollowUpRouted], follow_up: UUID | None
) -> CurrentAssignment:
    fact = event.data
    return CurrentAssignment(
        fact.assignment_id,
        fact.partner.id,
        fact.reach.way,
        where_of(fact.partner.id, fact.reach),
        fact.attempt,
        event.time,
        follow_up,
    )


def _assignment_row(
    event: Event[router.QuestionRouted] | Event[router.FollowUpRouted],
    assignment: CurrentAssignment,
    reasons: str,
) -> AssignmentRow:
    fact = event.data
    return AssignmentRow(
        question=event.subject,
        assignment=assignment,
        partner_name=fact.partner.name,
        due_at=fact.due_at,
        promise_at=fact.promise_at,
        reasons=reasons,
        understood=fact.facets.found_out(),
        time_zone=fact.time_zone,
    )


async def question_reminded(unit: Unit, event: Event[router.QuestionReminded]) -> None:
    """A system knows its due time; a person is told that it is near."""
    fact = event.data
    known = await session_of(unit).state(event.subject)
    where = where_of(fact.partner.id, fact.reach)
    assignment = CurrentAssignment(fact.assignment_id, fact.partner.id, fact.reach.way, where, 1, event.time)
    decide(unit, plan.reminder(known, assignment))


async def question_overdue(
    coordinator: CoordinatorAddress, unit: Unit, event: Event[router.QuestionOverdue]
) -> None:
    fact = event.data
    if fact.clock == "promise" or fact.assignment_id is None:
        await _promise_broken(coordinator, unit, event)
        return
    state = await questions.mark_overdue(await directly(unit), event.subject, fact.assignment_id, fact.due_at)
    known = known_or_early(state, event.subject)
    decide(unit, plan.overdue(known) + plan.ended(known))


async def _promise_broken(
    coordinator: CoordinatorAddress, unit: Unit, event: Event[router.QuestionOverdue]
) -> None:
    due_at = event.data.due_at
    state = await questions.promise(
        await directly(unit), event.subject, due_at, event.data.facets.found_out()
    )
    known = known_or_early(state, event.subject)
    partner = event.data.partner
    promise = due_at.isoformat()
    details = {"due_at": promise, "partner_name": partner.name if partner else None}
    note = plan.to_coordinator(known, "promise", promise, event.time, coordinator.address, details)
    decide(unit, [*plan.late(known, due_at, event.time), note])


async def question_unroutable(
    coordinator: CoordinatorAddress, unit: Unit, event: Event[router.QuestionUnroutable]
) -> None:
    fact = event.data
    await release(unit, event.subject, fact.released)
    state = await questions.promise(
        await directly(unit), event.subject, fact.promise_at, fact.facets.found_out()
    )
    known = known_or_early(state, event.subject)
    address = at_coordinator(coordinator, fact.coordinator)
    details = {
        "reason": fact.reason.model_dump(),
        "excluded": [one.model_dump(exclude_none=True) for one in fact.excluded],
    }
    note = plan.to_coordinator(known, "unroutable", event.id, event.time, address, details)
    decide(unit, [*plan.acknowledgement(known), note, *plan.ended(known)])


async def follow_up_unhandled(
    coordinator: CoordinatorAddress, unit: Unit, event: Event[router.FollowUpUnhandled]
) -> None:
    """Nobody saw to what the asker wrote after the answer."""
    fact = event.data
    await release(unit, event.subject, fact.released)
    known = await session_of(unit).state(event.subject)
    address = at_coordinator(coordinator, fact.coordinator)
    details = {"reason": fact.reason, "text": fact.text}
    note = plan.to_coordinator(known, "unhandled", event.id, event.time, address, details)
    told = [replace(note, follow_up=fact.follow_up_id), *plan.ended(known)]
    if fact.reason == "reopening":
        told += plan.asked_again(known, event.id, event.time, with_coordinator=True)
    decide(unit, told)
