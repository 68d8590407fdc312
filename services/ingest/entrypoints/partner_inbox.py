"""What partner systems publish to `sesame.inbox`: CloudEvents, structured or binary mode.

The broker lets a partner write under its own id only, so the routing key says who speaks. What is refused
goes back to `partner.<id>` with the reason; only what nobody can be told about, and what comes from who is
shut out, becomes a dead letter. What speaks of a question that is to be somebody's any moment waits for it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from services.chassis.errors import Poison
from services.chassis.messaging.incoming import BINARY_MODE, IncomingMessage
from services.chassis.messaging.readers import Work
from services.chassis.messaging.transaction import Unit
from services.contracts.catalogue import FROM_PARTNERS
from services.contracts.envelope import (
    LARGEST_SUBMISSION,
    NotAnEvent,
    Submission,
    decode_mapping,
    parse,
    submission_readers,
)
from services.contracts.faults import Fault
from services.contracts.partners import (
    AdditionSubmitted,
    AnswerSubmitted,
    ClarificationSubmitted,
    DeclineSubmitted,
    FollowUpSubmitted,
    QuestionSubmitted,
    RefusedBecause,
    ReopeningSubmitted,
    SubmissionAccepted,
    SubmissionFault,
    SubmissionRefused,
    TakeSubmitted,
)
from services.contracts.vocabulary import PARTNER_ID_PATTERN
from services.ingest.domain import intake as words
from services.ingest.domain.intake import (
    NotAskedYet,
    OverCap,
    QuestionEnded,
    Refused,
    ReusedKey,
    UnknownQuestion,
)
from services.ingest.entrypoints.http.body import new_answer, new_decline, new_question
from services.ingest.entrypoints.http.limits import Limits, TooMany
from services.ingest.entrypoints.http.links import must_have_been_asked
from services.ingest.handlers.caps import Caps
from services.ingest.handlers.conversation import (
    accept_addition,
    accept_clarification,
    accept_reopening,
    accept_spam,
)
from services.ingest.handlers.facts import early
from services.ingest.handlers.files.files import handed_in_before
from services.ingest.handlers.partner_requests import code_of, must_have_asked, taken_for
from services.ingest.handlers.questions import Intake, accept_question
from services.ingest.handlers.submissions import accept_answer, accept_decline, accept_follow_up, accept_take
from services.ingest.store.access import partner_access
from services.ingest.store.conversations import submissions

READERS = submission_readers(FROM_PARTNERS)
KEY = re.compile(rf"^partner\.({PARTNER_ID_PATTERN.strip('^$')})\.(.+)$")

Accept = Callable[[Unit, str, Submission[Any], words.RawSubmission], Awaitable[UUID]]


class PartnerReader:
    """Understands the letters of partner systems."""

    def __init__(self, intake: Intake, limits: Limits, caps: Caps) -> None:
        self._limits = limits
        self._intake = intake
        self._accepts: Mapping[str, Accept] = {
            QuestionSubmitted.wire: partial(_question, intake, caps),
            AnswerSubmitted.wire: partial(_answer, intake),
            DeclineSubmitted.wire: partial(_decline, intake),
            TakeSubmitted.wire: _take,
            ClarificationSubmitted.wire: partial(_clarification, intake),
            AdditionSubmitted.wire: partial(_addition, intake),
            FollowUpSubmitted.wire: partial(_follow_up, intake),
            ReopeningSubmitted.wire: partial(_reopening, intake),
        }

    def read(self, letter: IncomingMessage) -> Work:
        """Raises NotAnEvent only where no partner can be told: the routing key names none."""
        key = KEY.match(letter.routing_key)
        if key is None:
            raise NotAnEvent("names no partner; write to partner.<id>.<type>", field="routing_key")
        partner, wire = key.groups()
        try:
            event = _event(letter, wire)
        except NotAnEvent as fault:
            return _refusal(letter, partner, fault)
        return Work(
            letter=letter,
            source=f"partner/{partner}",
            id=_each_time(event.id),
            name=event.type,
            question=_question_named(event),
            traceparent=event.traceparent,
            do=partial(self._accept, partner, event, letter),
        )

    async def _accept(
        self, partner: str, event: Submission[Any], letter: IncomingMessage, unit: Unit
    ) -> None:
        await _must_not_be_shut_out(unit, partner)
        try:
            if not letter.kept:
                self._limits.check_partner(partner)
            await self._accept_within_limits(partner, event, letter, unit)
        except (TooMany, OverCap) as over:
            late = SubmissionRefused(
                original_id=event.id,
                original_type=event.type,
                code="too_many",
                reason=str(over),
                retry_after_seconds=over.wait_seconds,
            )
            tell(unit, partner, late)

    async def _accept_within_limits(
        self, partner: str, event: Submission[Any], letter: IncomingMessage, unit: Unit
    ) -> None:
        key = f"{partner}/{event.source}/{event.id}"
        submission = words.RawSubmission("partner", key, letter.body, unit.now, content_of(event))
        told_before = await submissions.taken_for(unit.db, submission)
        counts_as = await taken_for(unit, event, partner, _question_named(event))
        try:
            question = await self._accepts[event.type](unit, partner, event, submission)
        except OverCap:
            raise
        except Refused as refusal:
            if isinstance(refusal, NotAskedYet) and await early.keep(unit, partner, refusal.question, letter):
                return
            fault = Fault(_path_in(event, refusal), refusal.reason, refusal.value)
            told = refused(event.id, event.type, (fault,), code_of(refusal))
            tell(unit, partner, told)
            return
        if told_before is None:
            await submissions.note_taken_for(unit.db, submission, counts_as)
        accepted = SubmissionAccepted(
            original_id=event.id,
            original_type=event.type,
            reference=getattr(event.data, "reference", None),
            page_url=self._intake.asker_page(question) if event.type == QuestionSubmitted.wire else None,
            taken_for=told_before or counts_as,
        )
        unit.tell_partner(partner, accepted, question=question)


def _question_named(event: Submission[Any]) -> UUID | None:
    """So that what a batch holds of one question is handled in the order it came: that a partner was asked,
    and then its answer."""
    try:
        return UUID(event.subject or "")
    except ValueError:
        return None


def _each_time(id_: str = "") -> str:
    """No delivery is skipped as known: whoever hands in the same again is told again what became of it. What
    was accepted is known by the submission's own key."""
    return f"{id_}#{uuid7()}"


def content_of(event: Submission[Any]) -> bytes:
    """What it says, however it is written: another order of fields, or another time, is the same again."""
    data = event.data.model_dump(mode="json", exclude_none=True)
    said = {"type": event.type, "subject": event.subject, "data": data}
    return json.dumps(said, sort_keys=True, ensure_ascii=False).encode()


def _path_in(event: Submission[Any], refusal: Refused) -> tuple[str, ...]:
    """Where the field stands in the event: what the door calls a key is the event's id."""
    if isinstance(refusal, ReusedKey):
        return ("id",)
    if isinstance(refusal, UnknownQuestion | QuestionEnded):
        return ("subject",)
    if refusal.field is None:
        return ()
    path = tuple(refusal.field.split("."))
    return ("data", *path) if path[0] in type(event.data).model_fields else path


async def _must_not_be_shut_out(unit: Unit, partner: str) -> None:
    """Whatever the broker let through: what lay in the queue at the moment of the suspension, too. It is kept
    among the dead letters, for it may be a librarian's answer; a person decides whether it is replayed."""
    if (await partner_access.get(unit.db, partner)).shut:
        raise Poison(f"partner {partner} is suspended or removed; once it is back: replay this, or drop it")


def _event(letter: IncomingMessage, wire: str) -> Submission[Any]:
    if len(letter.body) > LARGEST_SUBMISSION:
        raise NotAnEvent(
            f"{len(letter.body)} bytes; an event holds {LARGEST_SUBMISSION} at most",
            field="data",
            code="too_large",
        )
    raw = binary_mode(letter) or parse(letter.body)
    event = decode_mapping(raw, READERS)
    if event.type != wire:
        raise NotAnEvent(
            f"the routing key says {wire}, the event {event.type}", field="type", value=event.type
        )
    if not isinstance(event, Submission):
        raise TypeError(f"{event.type}: read as {type(event).__name__}, not as a submission")
    return event


def binary_mode(letter: IncomingMessage) -> dict[str, Any] | None:
    """The event whose attributes are headers (CloudEvents AMQP binding, 3.1); None in structured mode."""
    attributes: dict[str, Any] = {}
    for name, value in letter.headers.items():
        if prefix := next((one for one in BINARY_MODE if name.lower().startswith(one)), None):
            attributes[name[len(prefix) :].lower()] = _text(value)
    if "specversion" not in attributes:
        return None
    return attributes | {"data": parse(letter.body)}


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _refusal(letter: IncomingMessage, partner: str, fault: NotAnEvent) -> Work:
    """Told each time it comes."""
    faults = fault.faults or (Fault((), fault.reason),)
    fact = refused(_claimed(letter, "id"), _claimed(letter, "type"), faults, fault.code)

    async def do(unit: Unit) -> None:
        await _must_not_be_shut_out(unit, partner)
        tell(unit, partner, fact)

    return Work(letter, f"partner/{partner}", _each_time(), "submission.refused", None, None, do)


def _claimed(letter: IncomingMessage, attribute: str) -> str | None:
    """What the sender called it, even where the rest can't be read."""
    try:
        value = (binary_mode(letter) or parse(letter.body)).get(attribute)
    except NotAnEvent:
        return letter.message_id[:255] or None if attribute == "id" else None
    return value[:255] if isinstance(value, str) else None


def refused(
    original: str | None,
    wire: str | None,
    faults: Sequence[Fault],
    code: RefusedBecause = "invalid",
) -> SubmissionRefused:
    first = faults[0]
    return SubmissionRefused(
        original_id=original,
        original_type=wire,
        code=code,
        reason=first.reason,
        field=first.field or None,
        value=first.value,
        errors=tuple(
            SubmissionFault(field=fault.field, reason=fault.reason, value=fault.value)
            for fault in faults
            if fault.path
        ),
    )


def tell(unit: Unit, partner: str, fact: SubmissionRefused) -> None:
    unit.tell_partner(partner, fact, question=None)


async def _question(
    intake: Intake,
    caps: Caps,
    unit: Unit,
    partner: str,
    event: Submission[QuestionSubmitted],
    submission: words.RawSubmission,
) -> UUID:
    new = new_question(event.data, channel="partner", origin=partner, now=unit.now)
    return (await accept_question(unit, intake, submission, new, caps=caps, vouched=True)).question


async def _answer(
    intake: Intake,
    unit: Unit,
    partner: str,
    event: Submission[AnswerSubmitted],
    submission: words.RawSubmission,
) -> UUID:
    new = new_answer(event.data, way="partner")
    question = await _asked(unit, event, partner)
    attached = await handed_in_before(unit, intake.public_url, event.data.files, question, partner)
    return (await accept_answer(unit, intake.wall, submission, question, partner, new, attached)).question


async def _decline(
    intake: Intake,
    unit: Unit,
    partner: str,
    event: Submission[DeclineSubmitted],
    submission: words.RawSubmission,
) -> UUID:
    question = await _asked(unit, event, partner)
    if event.data.spam:
        return (await accept_spam(unit, submission, question, partner, "partner")).question
    new = new_decline(event.data, way="partner")
    return (await accept_decline(unit, intake.wall, submission, question, partner, new)).question


async def _take(
    unit: Unit, partner: str, event: Submission[TakeSubmitted], submission: words.RawSubmission
) -> UUID:
    question = await _asked(unit, event, partner)
    return (await accept_take(unit, submission, question, partner, "partner", event.data.by)).question


async def _asked(unit: Unit, event: Submission[Any], partner: str) -> UUID:
    question = _subject(event)
    await must_have_been_asked(unit, question, partner)
    return question


async def _clarification(
    intake: Intake,
    unit: Unit,
    partner: str,
    event: Submission[ClarificationSubmitted],
    submission: words.RawSubmission,
) -> UUID:
    question, text = await _asked(unit, event, partner), event.data.text
    return (
        await accept_clarification(unit, intake.wall, submission, question, partner, text, "partner")
    ).question


async def _addition(
    intake: Intake,
    unit: Unit,
    partner: str,
    event: Submission[AdditionSubmitted],
    submission: words.RawSubmission,
) -> UUID:
    question, sent = await _asked(unit, event, partner), event.data
    new = words.NewAnswer(sent.text, "partner", sent.sources)
    corrects = sent.corrects
    return (
        await accept_addition(unit, intake.wall, submission, question, partner, new, corrects=corrects)
    ).question


async def _follow_up(
    intake: Intake,
    unit: Unit,
    partner: str,
    event: Submission[FollowUpSubmitted],
    submission: words.RawSubmission,
) -> UUID:
    question = _subject(event)
    await must_have_asked(unit, question, partner)
    return (
        await accept_follow_up(unit, intake.wall, submission, question, event.data.text, "partner")
    ).question


async def _reopening(
    intake: Intake,
    unit: Unit,
    partner: str,
    event: Submission[ReopeningSubmitted],
    submission: words.RawSubmission,
) -> UUID:
    question = _subject(event)
    await must_have_asked(unit, question, partner)
    return (
        await accept_reopening(unit, intake.wall, submission, question, event.data.text, "partner")
    ).question


def _subject(event: Submission[Any]) -> UUID:
    try:
        return UUID(event.subject or "")
    except ValueError:
        raise UnknownQuestion("the event's subject is the question's id, a UUID") from None
