"""What partner systems publish to `sesame.inbox`: CloudEvents, structured or binary mode.

The broker lets a partner write under its own id only, so the routing key says who speaks. What is refused
goes back to `partner.<id>` with the reason; only what nobody can be told about, and what comes from who is
shut out, becomes a dead letter. What speaks of a question that is to be somebody's any moment waits for it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from services.chassis.errors import Poison
from services.chassis.messaging.incoming import IncomingMessage
from services.chassis.messaging.readers import Work
from services.chassis.messaging.transaction import Unit
from services.contracts import topology
from services.contracts.addresses import PARTNER_ID
from services.contracts.envelope import NotAnEvent, Submission
from services.contracts.faults import Fault
from services.contracts.partners import (
    QuestionSubmitted,
    RefusedBecause,
    SubmissionAccepted,
    SubmissionFault,
    SubmissionRefused,
)
from services.ingest.domain.intake import (
    NotAskedYet,
    OverCap,
    QuestionEnded,
    RawSubmission,
    Refused,
    ReusedKey,
    UnknownQuestion,
)
from services.ingest.entrypoints.http.limits import Limits, TooMany
from services.ingest.entrypoints.partner_events import claimed, content_of, event_of, question_named
from services.ingest.entrypoints.partner_submissions import accepts
from services.ingest.handlers.caps import Caps
from services.ingest.handlers.facts import early
from services.ingest.handlers.partner_requests import code_of, taken_for
from services.ingest.handlers.questions import Intake
from services.ingest.store.session import session_of

KEY = re.compile(rf"partner\.({PARTNER_ID})\.(.*)", re.DOTALL)


class PartnerReader:
    """Understands the messages of partner systems."""

    def __init__(self, intake: Intake, limits: Limits, caps: Caps) -> None:
        self._limits = limits
        self._intake = intake
        self._accepts = accepts(intake, caps)

    def read(self, message: IncomingMessage) -> Work:
        """Raises NotAnEvent only where no partner can be told: the routing key names none."""
        key = KEY.fullmatch(message.routing_key)
        if key is None:
            raise NotAnEvent("names no partner; write to partner.<id>.<type>", field="routing_key")
        partner, wire = key.groups()
        try:
            event = event_of(message, wire)
        except NotAnEvent as fault:
            return _refusal(message, partner, fault)
        return Work(
            message=message,
            source=f"partner/{partner}",
            id=_each_time(event.id),
            name=event.type,
            question=question_named(event),
            traceparent=event.traceparent,
            do=partial(self._accept, partner, event, message),
            expect=partial(_expect, partner, event),
        )

    async def _accept(
        self, partner: str, event: Submission[Any], message: IncomingMessage, unit: Unit
    ) -> None:
        await _must_not_be_shut_out(unit, partner)
        try:
            if not message.kept:
                self._limits.check_partner(partner)
            await self._accept_within_limits(partner, event, message, unit)
        except (TooMany, OverCap) as over:
            late = SubmissionRefused(
                original_id=event.id,
                original_type=event.type,
                code="too_many",
                reason=str(over),
                retry_after_seconds=over.wait_seconds,
            )
            tell(unit, partner, event.source, late)

    async def _accept_within_limits(
        self, partner: str, event: Submission[Any], message: IncomingMessage, unit: Unit
    ) -> None:
        door, key = _key(partner, event)
        submission = RawSubmission(door, key, message.body, unit.now, content_of(event))
        session = session_of(unit)
        told_before = await session.taken_for(submission)
        counts_as = await taken_for(unit, event, partner, question_named(event))
        try:
            question = await self._accepts[event.type](unit, partner, event, submission)
        except OverCap:
            raise
        except Refused as refusal:
            if isinstance(refusal, NotAskedYet) and await early.keep(
                unit, partner, refusal.question, message
            ):
                return
            path = _path_in(event, refusal)
            value = _value_at(event, path) if refusal.value is None else refusal.value
            fault = Fault(path, refusal.reason, value)
            told = refused(event.id, event.type, (fault,), code_of(refusal))
            tell(unit, partner, event.source, told)
            return
        if told_before is None:
            await session.note_taken_for(submission, counts_as)
        accepted = SubmissionAccepted(
            original_id=event.id,
            original_type=event.type,
            reference=getattr(event.data, "reference", None),
            page_url=self._intake.asker_page(question) if event.type == QuestionSubmitted.wire else None,
            taken_for=told_before or counts_as,
        )
        tell(unit, partner, event.source, accepted, question)


def _key(partner: str, event: Submission[Any]) -> tuple[str, str]:
    """The door, and what the submission is known by there."""
    return "partner", f"{partner}/{event.source}/{event.id}"


def _expect(partner: str, event: Submission[Any], unit: Unit) -> None:
    session_of(unit).expect(_key(partner, event), partner, question_named(event))


def _each_time(id_: str = "") -> str:
    """No delivery is skipped as known: whoever hands in the same again is told again what became of it. What
    was accepted is known by the submission's own key."""
    return f"{id_}#{uuid7()}"


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


def _value_at(event: Submission[Any], path: tuple[str, ...]) -> str | None:
    """Of what names the submission or its question; what it says is shown by who looked at it."""
    return str(getattr(event, path[0]) or "") or None if path in (("id",), ("subject",)) else None


async def _must_not_be_shut_out(unit: Unit, partner: str) -> None:
    """Whatever the broker let through: what lay in the queue at the moment of the suspension, too. It is kept
    among the dead letters, for it may be a librarian's answer; a person decides whether it is replayed."""
    if await session_of(unit).is_shut(partner):
        raise Poison(f"partner {partner} is suspended or removed; once it is back: replay this, or drop it")


def _refusal(message: IncomingMessage, partner: str, fault: NotAnEvent) -> Work:
    """Told each time it comes."""
    faults = fault.faults or (Fault((), fault.reason),)
    fact = refused(claimed(message, "id"), claimed(message, "type"), faults, fault.code)

    async def do(unit: Unit) -> None:
        await _must_not_be_shut_out(unit, partner)
        tell(unit, partner, "", fact)

    return Work(message, f"partner/{partner}", _each_time(), "submission.refused", None, None, do)


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


def tell(
    unit: Unit,
    partner: str,
    source: str,
    receipt: SubmissionAccepted | SubmissionRefused,
    question: UUID | None = None,
) -> None:
    """Whoever sent it: the partner's own program, or the workspace for the people of that library."""
    if source == topology.ASKED_BY_WORKSPACE:
        unit.tell_workspace(receipt, question=question)
    else:
        unit.tell_partner(partner, receipt, question=question)
