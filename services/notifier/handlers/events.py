"""What the notifier does for each event: load → decide → save. Sending is the workers' part."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from uuid import UUID

import orjson
from pydantic import BaseModel

from services.chassis.errors import TooEarly
from services.chassis.messaging.transaction import Unit
from services.chassis.telemetry import trace
from services.contracts import ingest, router
from services.contracts.envelope import Event
from services.contracts.links.signed_links import is_of_address
from services.contracts.vocabulary import Facets, Reach
from services.notifier.domain import plan
from services.notifier.domain.delivery import delivery_id
from services.notifier.domain.plan import WORD_OF_THE_END, Planned, Requester
from services.notifier.domain.question_state import AcceptedBy, CurrentAssignment, QuestionState
from services.notifier.handlers import archiving, failures
from services.notifier.handlers.archiving import ReleaseRules
from services.notifier.handlers.outcomes import Outcomes
from services.notifier.store import deliveries, questions, silences

STILL_SENT = sorted(WORD_OF_THE_END)


@dataclass(frozen=True, slots=True)
class CoordinatorAddress:
    """Whom to tell what no partner can mend, when the event names nobody."""

    address: str


async def question_received(unit: Unit, event: Event[ingest.QuestionReceived]) -> None:
    fact = event.data
    await questions.add_question(
        unit.db,
        event.subject,
        text=fact.text,
        private_note=fact.private_note,
        facets=_json(fact.facets),
        place=_json(fact.place) if fact.place else None,
        attachments=_json_list(fact.attachments),
        publish_consent=fact.publish_consent,
        asker=_json(fact.asker) if fact.asker else "{}",
        reference=fact.reference,
    )
    await unit.arrived(event.subject)


async def question_routed(unit: Unit, event: Event[router.QuestionRouted]) -> None:
    fact = event.data
    await _release(unit, event.subject, fact.released)
    where = _where(fact.partner.id, fact.reach)
    turn = CurrentAssignment(
        fact.assignment_id, fact.partner.id, fact.reach.way, where, fact.attempt, event.time
    )
    standing = await questions.add_assignment(
        unit.db,
        event.subject,
        turn,
        partner_name=fact.partner.name,
        due_at=fact.due_at,
        promise_at=fact.promise_at,
        reasons=_json_list(fact.reasons),
        understood=fact.facets.found_out(),
        time_zone=fact.time_zone,
    )
    known = _known(standing, event.subject)
    await _decide(
        unit,
        [
            *plan.acknowledgement(known),
            plan.assigned(known, turn),
            *plan.overdue(known),
            *plan.ended(known),
            *plan.follow_ups(known),
        ],
    )
    await unit.arrived(event.subject)


async def question_answered(
    rules: ReleaseRules, channels: Set[str], unit: Unit, event: Event[router.QuestionAnswered]
) -> None:
    fact = event.data
    standing = await questions.add_answer(
        unit.db,
        event.subject,
        fact.answer_id,
        partner=fact.partner.id,
        partner_name=fact.partner.name,
        text=fact.text,
        sources=orjson.dumps(fact.sources).decode(),
        attachments=_json_list(fact.attachments),
        publish_consent=fact.publish_consent,
        answered_at=fact.answered_at,
        promise_at=fact.promise_at,
        facets=_json(fact.facets),
        waited_seconds=fact.waited_seconds,
    )
    known = _known(standing, event.subject).with_answer(AcceptedBy(fact.partner.id, fact.answered_at))
    to_asker = plan.answer(
        known,
        fact.answer_id,
        fact.answered_at,
        fact.facets.channel,
        channels,
        _requester(fact.requester, fact.facets),
    )
    await _decide(unit, [to_asker, *plan.ended(known)])
    await unit.arrived(event.subject)
    if fact.publish_consent:
        await archiving.hold(unit, rules, fact.answer_id)


async def question_reminded(unit: Unit, event: Event[router.QuestionReminded]) -> None:
    """A system knows its due time; a person is told that it is near."""
    fact = event.data
    known = _known(await questions.standing(unit.db, event.subject), event.subject)
    where = _where(fact.partner.id, fact.reach)
    turn = CurrentAssignment(fact.assignment_id, fact.partner.id, fact.reach.way, where, 1, event.time)
    await _decide(unit, plan.reminder(known, turn))


async def answer_refused(unit: Unit, event: Event[router.AnswerRefused]) -> None:
    fact = event.data
    standing = await questions.standing(unit.db, event.subject)
    known = _known(standing, event.subject)
    details = {
        "reason": fact.reason,
        "what": fact.what,
        "text": fact.text,
        "partner": fact.partner.id,
        "partner_name": fact.partner.name,
        "answer": str(fact.answer_id),
        "accepted_answer": str(fact.accepted_answer_id) if fact.accepted_answer_id else None,
        "accepted_by": fact.accepted_partner.model_dump() if fact.accepted_partner else None,
    }
    where = _where(fact.partner.id, fact.reach)
    await _decide(unit, [plan.refused(known, fact.answer_id, event.time, fact.reach.way, where, details)])


async def question_overdue(
    coordinator: CoordinatorAddress, unit: Unit, event: Event[router.QuestionOverdue]
) -> None:
    fact = event.data
    if fact.clock == "promise" or fact.assignment_id is None:
        await _promise_broken(coordinator, unit, event)
        return
    standing = await questions.mark_overdue(unit.db, event.subject, fact.assignment_id, fact.due_at)
    known = _known(standing, event.subject)
    await _decide(unit, plan.overdue(known) + plan.ended(known))


async def _promise_broken(
    coordinator: CoordinatorAddress, unit: Unit, event: Event[router.QuestionOverdue]
) -> None:
    due_at = event.data.due_at
    standing = await questions.promise(unit.db, event.subject, due_at, event.data.facets.found_out())
    known = _known(standing, event.subject)
    partner = event.data.partner
    promise = due_at.isoformat()
    details = {"due_at": promise, "partner_name": partner.name if partner else None}
    note = plan.to_coordinator(known, "promise", promise, event.time, coordinator.address, details)
    await _decide(unit, [*plan.late(known, due_at, event.time), note])


async def question_unroutable(
    coordinator: CoordinatorAddress, unit: Unit, event: Event[router.QuestionUnroutable]
) -> None:
    fact = event.data
    await _release(unit, event.subject, fact.released)
    standing = await questions.promise(unit.db, event.subject, fact.promise_at, fact.facets.found_out())
    known = _known(standing, event.subject)
    address = _at_coordinator(coordinator, fact.coordinator)
    details = {
        "reason": fact.reason.model_dump(),
        "excluded": [one.model_dump(exclude_none=True) for one in fact.excluded],
    }
    note = plan.to_coordinator(known, "unroutable", event.id, event.time, address, details)
    await _decide(unit, [*plan.acknowledgement(known), note, *plan.ended(known)])


async def question_closed(unit: Unit, event: Event[router.QuestionClosed]) -> None:
    fact = event.data
    standing = await questions.close(unit.db, event.subject, event.time, unit.now, STILL_SENT)
    known = _known(standing, event.subject).with_closing(event.time)
    details = {"reason": fact.reason, "explanation": fact.explanation}
    told = [] if fact.reason == "spam" else plan.closed(known, event.id, details)
    await _decide(unit, told + plan.ended(known))


async def question_reopened(unit: Unit, event: Event[router.QuestionReopened]) -> None:
    """What is sent since is decided by what happens since; this says that the question is not over, to the
    asker whose wish it was, too."""
    fact = event.data
    if not await questions.reopen(unit.db, event.subject, event.time, fact.text, fact.promise_at):
        raise TooEarly(event.subject)
    if fact.by == "asker":
        known = _known(await questions.standing(unit.db, event.subject), event.subject)
        await _decide(unit, plan.asked_again(known, event.id, event.time))


async def answer_posted(settlement: Outcomes, unit: Unit, event: Event[ingest.AnswerPosted]) -> None:
    """Where no person has to post, or another one did before, it changes nothing."""
    answer = event.data.answer_id
    if not await questions.is_answered(unit.db, event.subject, answer):
        raise TooEarly(event.subject)
    await unit.write_now(_write_down)
    await settlement.posted(unit, delivery_id(event.subject, "answer", answer))


async def question_withdrawn(unit: Unit, event: Event[ingest.QuestionWithdrawn]) -> None:
    standing = await questions.withdraw(unit.db, event.subject, unit.now, STILL_SENT)
    await _decide(unit, plan.ended(_known(standing, event.subject).ended_now()))
    await archiving.take_off(unit, event.subject, ("held", "published"))


async def asker_erased(unit: Unit, event: Event[ingest.AskerErased]) -> None:
    """What was released holds nothing personal and stays; what waits for release was not yet looked at."""
    standing = await questions.erase(unit.db, event.subject, unit.now, STILL_SENT)
    await _decide(unit, plan.ended(_known(standing, event.subject).ended_now()))
    await archiving.take_off(unit, event.subject, ("held",))


async def question_followed_up(unit: Unit, event: Event[ingest.QuestionFollowedUp]) -> None:
    fact = event.data
    standing = await questions.add_follow_up(unit.db, event.subject, fact.follow_up_id, fact.text, event.time)
    await _decide(unit, plan.follow_ups(_known(standing, event.subject)))


async def question_rated(
    coordinator: CoordinatorAddress, unit: Unit, event: Event[ingest.QuestionRated]
) -> None:
    """Stars alone are counted elsewhere. Raises TooEarly where the library's turn has not been heard of."""
    fact = event.data
    if not fact.comment:
        return
    known = _known(await questions.standing(unit.db, event.subject), event.subject)
    if fact.partner and all(turn.partner != fact.partner for turn in known.turns):
        raise TooEarly(event.subject)
    details = {"stars": fact.stars, "comment": fact.comment, "partner_name": fact.partner}
    await _decide(unit, plan.rated(known, fact.partner, event.time, coordinator.address, details))


async def reply_held(coordinator: CoordinatorAddress, unit: Unit, event: Event[ingest.ReplyHeld]) -> None:
    """Raises TooEarly where the partner's turn has not been heard of."""
    fact = event.data
    known = _known(await questions.standing(unit.db, event.subject), event.subject)
    if fact.partner is None:
        await _decide(unit, plan.reply_not_passed_on(known, fact.held_id, event.time, fact.reason))
        return
    turns = [turn for turn in known.turns if turn.partner == fact.partner]
    if not turns:
        raise TooEarly(event.subject)
    last = max(turns, key=lambda turn: turn.attempt)
    await _decide(unit, [plan.held(known, fact.held_id, event.time, last, coordinator.address, fact.reason)])


async def question_paused(channels: Set[str], unit: Unit, event: Event[router.QuestionPaused]) -> None:
    """A library asks the asker back."""
    fact = event.data
    standing = await questions.add_message(
        unit.db,
        event.subject,
        fact.clarification_id,
        "clarification",
        partner=fact.partner.id,
        partner_name=fact.partner.name,
        text=fact.text,
        written_at=fact.asked_at,
        ends_at=fact.ends_at,
    )
    known = _known(standing, event.subject)
    requester = _requester(fact.requester, fact.facets)
    planned = plan.to_asker(
        known,
        "clarification",
        fact.clarification_id,
        event.time,
        fact.facets.channel,
        channels,
        requester,
    )
    await _decide(unit, [planned])
    await unit.arrived(event.subject)


async def clarification_reminded(unit: Unit, event: Event[router.ClarificationReminded]) -> None:
    known = _known(await questions.standing(unit.db, event.subject), event.subject)
    await _decide(unit, plan.asker_reminder(known, event.data.clarification_id, event.time))


async def question_resumed(unit: Unit, event: Event[router.QuestionResumed]) -> None:
    """The clocks run again: promise and due time are later. The words themselves come as a follow-up."""
    fact = event.data
    known, redated = await questions.redate(
        unit.db, event.subject, fact.assignment_id, fact.due_at, fact.promise_at
    )
    if not known or (fact.assignment_id is not None and not redated):
        raise TooEarly(event.subject)


async def answer_added(
    rules: ReleaseRules,
    channels: Set[str],
    unit: Unit,
    event: Event[router.AnswerAdded] | Event[router.AnswerCorrected],
) -> None:
    """A further message; after a correction the archive waits for a person again."""
    fact = event.data
    kind = "correction" if isinstance(fact, router.AnswerCorrected) else "addition"
    if not await questions.is_answered(unit.db, event.subject, fact.answer_id):
        raise TooEarly(event.subject)
    await _release(unit, event.subject, fact.released)
    standing = await questions.add_message(
        unit.db,
        event.subject,
        fact.addition_id,
        kind,
        partner=fact.partner.id,
        partner_name=fact.partner.name,
        text=fact.text,
        written_at=fact.added_at,
        sources=orjson.dumps(fact.sources).decode(),
        attachments=_json_list(fact.attachments),
    )
    known = _known(standing, event.subject).with_addition(fact.added_at)
    channel, requester = fact.facets.channel, _requester(fact.requester, fact.facets)
    planned = plan.to_asker(known, kind, fact.addition_id, event.time, channel, channels, requester)
    await _decide(unit, [planned, *plan.ended(known)])
    if kind == "correction":
        await archiving.hold_again(unit, rules, fact.answer_id, fact.text, fact.sources)


async def follow_up_routed(unit: Unit, event: Event[router.FollowUpRouted]) -> None:
    fact = event.data
    await _release(unit, event.subject, fact.released)
    where = _where(fact.partner.id, fact.reach)
    turn = CurrentAssignment(
        fact.assignment_id,
        fact.partner.id,
        fact.reach.way,
        where,
        fact.attempt,
        event.time,
        fact.follow_up_id,
    )
    standing = await questions.add_assignment(
        unit.db,
        event.subject,
        turn,
        partner_name=fact.partner.name,
        due_at=fact.due_at,
        promise_at=fact.promise_at,
        reasons="[]",
        understood=fact.facets.found_out(),
        time_zone=fact.time_zone,
    )
    known = _known(standing, event.subject)
    await _decide(unit, [*plan.ended(known), *plan.follow_ups(known)])
    await unit.arrived(event.subject)


async def follow_up_unhandled(
    coordinator: CoordinatorAddress, unit: Unit, event: Event[router.FollowUpUnhandled]
) -> None:
    """Nobody saw to what the asker wrote after the answer."""
    fact = event.data
    await _release(unit, event.subject, fact.released)
    known = _known(await questions.standing(unit.db, event.subject), event.subject)
    address = _at_coordinator(coordinator, fact.coordinator)
    details = {"reason": fact.reason, "text": fact.text}
    note = plan.to_coordinator(known, "unhandled", event.id, event.time, address, details)
    told = [replace(note, follow_up=fact.follow_up_id), *plan.ended(known)]
    if fact.reason == "reopening":
        told += plan.asked_again(known, event.id, event.time, with_coordinator=True)
    await _decide(unit, told)


async def _release(unit: Unit, question: UUID, released: router.Released | None) -> None:
    if released is not None:
        await questions.release(unit.db, question, released.assignment_id, released.outcome)


def _requester(reach: Reach | None, facets: Facets) -> Requester | None:
    if reach is None or facets.origin is None:
        return None
    return Requester(facets.origin, reach.way, _where(facets.origin, reach))


def _at_coordinator(coordinator: CoordinatorAddress, reach: Reach | None) -> str:
    return reach.address if reach and reach.way == "mail" else coordinator.address


async def mail_bounced(keys: Sequence[bytes], unit: Unit, event: Event[ingest.MailBounced]) -> None:
    """Only an address that nobody reads is not written to again. Raises TooEarly where the question has not
    been heard of."""
    fact = event.data
    if not fact.permanent:
        return
    _known(await questions.standing(unit.db, event.subject), event.subject)
    for address in await silences.addresses_of(unit.db, event.subject):
        if is_of_address(keys, fact.address_digest, address):
            await failures.silence(unit, keys, address, event.subject, fact.status)


async def _decide(unit: Unit, planned: list[Planned]) -> None:
    """Written down in one statement for all events of the unit."""
    gathered = unit.pending(_write_down, list[tuple[Planned, str | None]])
    gathered += [(one, trace.current()) for one in planned]


async def _write_down(unit: Unit, gathered: list[tuple[Planned, str | None]]) -> None:
    traceparents = [traceparent for _, traceparent in gathered]
    await deliveries.decide(unit.db, [planned for planned, _ in gathered], traceparents, unit.now)


def _known(standing: QuestionState | None, question: UUID) -> QuestionState:
    if standing is None:
        raise TooEarly(question)
    return standing


def _where(partner: str, reach: Reach) -> str:
    """A queue is named after its partner, whatever the event says: nobody reads another's."""
    return partner if reach.way == "queue" else reach.address


def _json(value: BaseModel) -> str:
    return value.model_dump_json(exclude_none=True)


def _json_list(values: tuple[BaseModel, ...]) -> str:
    return orjson.dumps([value.model_dump(mode="json", exclude_none=True) for value in values]).decode()
