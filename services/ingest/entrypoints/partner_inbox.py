"""What partner systems publish to `sesame.inbox`: CloudEvents, structured or binary mode.

The broker lets a partner write under its own id only, so the routing key says who speaks. What is refused
goes back to `partner.<id>` with the reason; only what nobody can be told about, and what comes from who is
shut out, becomes a dead letter.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any
from uuid import UUID

from services.chassis.errors import Poison
from services.chassis.messaging import inbox
from services.chassis.messaging.incoming import BINARY_MODE, IncomingMessage, Work
from services.chassis.messaging.transaction import Unit
from services.contracts.catalogue import FROM_PARTNERS
from services.contracts.envelope import NotAnEvent, Submission, decode_mapping, parse, submission_readers
from services.contracts.partners import (
    AnswerSubmitted,
    DeclineSubmitted,
    QuestionSubmitted,
    SubmissionAccepted,
    SubmissionRefused,
    TakeSubmitted,
)
from services.contracts.vocabulary import PARTNER_ID_PATTERN
from services.ingest.domain import intake as words
from services.ingest.domain.intake import OverCap, Refused
from services.ingest.entrypoints.http.body import new_answer, new_decline, new_question
from services.ingest.entrypoints.http.limits import Limits, TooMany
from services.ingest.handlers.caps import Caps
from services.ingest.handlers.questions import Intake, accept_question
from services.ingest.handlers.submissions import accept_answer, accept_decline, accept_take
from services.ingest.store import partner_access

READERS = submission_readers(FROM_PARTNERS)
KEY = re.compile(rf"^partner\.({PARTNER_ID_PATTERN.strip('^$')})\.(.+)$")
LARGEST = 512 * 1024
"""Bytes of one event; files do not travel in events."""

Accept = Callable[[Unit, str, Submission[Any], words.RawSubmission], Awaitable[UUID]]


class PartnerReader:
    """Understands the letters of partner systems."""

    def __init__(self, intake: Intake, limits: Limits, caps: Caps) -> None:
        self._limits = limits
        self._accepts: Mapping[str, Accept] = {
            QuestionSubmitted.wire: partial(_question, intake, caps),
            AnswerSubmitted.wire: _answer,
            DeclineSubmitted.wire: _decline,
            TakeSubmitted.wire: _take,
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
            source=f"partner/{partner}/{event.source}",
            id=event.id,
            name=event.type,
            question=None,
            traceparent=event.traceparent,
            do=partial(self._accept, partner, event, letter.body),
        )

    async def _accept(self, partner: str, event: Submission[Any], body: bytes, unit: Unit) -> None:
        await _must_not_be_shut_out(unit, partner)
        try:
            self._limits.check_partner(partner)
            await self._accept_within_limits(partner, event, body, unit)
        except (TooMany, OverCap) as over:
            # Not remembered: it may come again under the same id, when there is room.
            await inbox.forget_one(unit.db, (f"partner/{partner}/{event.source}", event.id))
            late = SubmissionRefused(
                original_id=event.id,
                original_type=event.type,
                reason=str(over),
                retry_after_seconds=over.wait_seconds,
            )
            tell(unit, partner, late)

    async def _accept_within_limits(
        self, partner: str, event: Submission[Any], body: bytes, unit: Unit
    ) -> None:
        key = f"{partner}/{event.source}/{event.id}"
        submission = words.RawSubmission("partner", key, body, unit.now)
        try:
            question = await self._accepts[event.type](unit, partner, event, submission)
        except OverCap:
            raise
        except Refused as refusal:
            tell(unit, partner, refused(event.id, event.type, refusal.reason, refusal.field))
            return
        reference = getattr(event.data, "reference", None)
        accepted = SubmissionAccepted(original_id=event.id, original_type=event.type, reference=reference)
        unit.tell_partner(partner, accepted, question=question)


async def _must_not_be_shut_out(unit: Unit, partner: str) -> None:
    """Whatever the broker let through: what lay in the queue at the moment of the suspension, too. It is kept
    among the dead letters, for it may be a librarian's answer; a person decides whether it is replayed."""
    if (await partner_access.get(unit.db, partner)).shut:
        raise Poison(f"partner {partner} is suspended or removed; once it is back: replay this, or drop it")


def _event(letter: IncomingMessage, wire: str) -> Submission[Any]:
    if len(letter.body) > LARGEST:
        raise NotAnEvent(f"{len(letter.body)} bytes; an event holds {LARGEST} at most", field="data")
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
    """Told once for the same bytes; a mended event under the same id is not mistaken for a repetition."""
    digest = hashlib.sha256(letter.body + letter.routing_key.encode()).hexdigest()
    fact = refused(_claimed(letter, "id"), _claimed(letter, "type"), fault.reason, fault.field, fault.value)

    async def do(unit: Unit) -> None:
        await _must_not_be_shut_out(unit, partner)
        tell(unit, partner, fact)

    return Work(letter, f"refused/{partner}", digest, "submission.refused", None, None, do)


def _claimed(letter: IncomingMessage, attribute: str) -> str | None:
    """What the sender called it, even where the rest can't be read."""
    try:
        value = (binary_mode(letter) or parse(letter.body)).get(attribute)
    except NotAnEvent:
        return letter.message_id[:255] or None if attribute == "id" else None
    return value[:255] if isinstance(value, str) else None


def refused(
    original: str | None, wire: str | None, reason: str, field: str | None, value: object = None
) -> SubmissionRefused:
    shown = None if value is None or isinstance(value, dict | list) else str(value)[:200]
    return SubmissionRefused(
        original_id=original, original_type=wire, reason=reason, field=field, value=shown
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
    return (await accept_question(unit, intake, submission, new, caps=caps)).question


async def _answer(
    unit: Unit, partner: str, event: Submission[AnswerSubmitted], submission: words.RawSubmission
) -> UUID:
    new = new_answer(event.data, way="partner")
    return (await accept_answer(unit, submission, _subject(event), partner, new)).question


async def _decline(
    unit: Unit, partner: str, event: Submission[DeclineSubmitted], submission: words.RawSubmission
) -> UUID:
    new = new_decline(event.data, way="partner")
    return (await accept_decline(unit, submission, _subject(event), partner, new)).question


async def _take(
    unit: Unit, partner: str, event: Submission[TakeSubmitted], submission: words.RawSubmission
) -> UUID:
    return (await accept_take(unit, submission, _subject(event), partner, "partner")).question


def _subject(event: Submission[Any]) -> UUID:
    try:
        return UUID(event.subject or "")
    except ValueError:
        raise Refused("the event's subject is the question's id, a UUID", field="subject") from None
