"""Answers, refusals and follow-ups, and what all submissions share. Each is accepted once.

All run inside the door's transaction, which the door commits before it says yes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from uuid_utils.compat import uuid7

from services.chassis.language.commonmark import plain_words
from services.chassis.messaging.transaction import Unit
from services.contracts.addresses import address_digests
from services.contracts.faults import faults_of
from services.contracts.ingest import AnswerReceived, QuestionDeclined, QuestionFollowedUp, QuestionTaken
from services.contracts.links.wall import Wall
from services.contracts.vocabulary import Attachment, Facets, Fact
from services.ingest.domain.cleaning import clean_line, clean_text
from services.ingest.domain.intake import (
    NewAnswer,
    NewDecline,
    OverCap,
    QuestionEnded,
    RawSubmission,
    Refused,
    ReusedKey,
    UnknownQuestion,
    Walled,
)
from services.ingest.store import askers
from services.ingest.store.conversations.conversation import PartnerProgress
from services.ingest.store.conversations.submissions import Earlier
from services.ingest.store.session import session_of

HOUR = timedelta(hours=1)
MOST_ABOUT_ONE = 10
"""Submissions of one kind about one question within an hour: answers, refusals, follow-ups, each kind by
itself."""


@dataclass(frozen=True, slots=True)
class AcceptedSubmission:
    """`again`: this had been accepted before, nothing was done now."""

    question: UUID
    again: bool = False


async def accept_answer(
    unit: Unit,
    wall: Wall,
    submission: RawSubmission,
    question: UUID,
    partner: str,
    new: NewAnswer,
    attachments: tuple[Attachment, ...] = (),
) -> AcceptedSubmission:
    """Whether the answer counts is the router's to say; raises Refused for what can't be one, Walled for what
    its asker must not read."""
    facets = await facets_of(unit, question)
    await stop_at_the_wall(unit, wall, question, looked_at(new), may_repeat_note=False)
    with refusing():
        fact = AnswerReceived(
            answer_id=uuid7(),
            partner=partner,
            text=clean_text(new.text) or "",
            format=new.format,
            way=new.way,
            sources=tuple(filter(None, (clean_line(source) for source in new.sources[:50]))),
            effort=new.effort,
            subject=new.subject,
            attachments=attachments,
            facets=facets,
        )
    accepted = await announce_once(unit, submission, "answer", question, fact)
    if not accepted.again:
        await _note(unit, question, partner, answered_at=unit.now)
    return accepted


async def accept_decline(
    unit: Unit, wall: Wall, submission: RawSubmission, question: UUID, partner: str, new: NewDecline
) -> AcceptedSubmission:
    facets = await facets_of(unit, question)
    await stop_at_the_wall(unit, wall, question, (new.reason,))
    with refusing():
        fact = QuestionDeclined(
            partner=partner,
            way=new.way,
            reason=clean_text(new.reason),
            refer_to=new.refer_to,
            facets=facets,
        )
    accepted = await announce_once(unit, submission, "decline", question, fact)
    if not accepted.again:
        await _note(unit, question, partner, ended_at=unit.now, outcome="declined")
    return accepted


async def accept_take(
    unit: Unit,
    submission: RawSubmission,
    question: UUID,
    partner: str,
    way: str,
    by: str | None = None,
) -> AcceptedSubmission:
    """The partner is on it; `by` says who of them."""
    facets = await facets_of(unit, question)
    person = clean_line(by)
    with refusing():
        fact = QuestionTaken(partner=partner, way=way, by=person, facets=facets)
    accepted = await announce_once(unit, submission, "take", question, fact)
    if not accepted.again:
        await _note(unit, question, partner, taken_at=unit.now, taken_by=person)
    return accepted


async def _note(unit: Unit, question: UUID, partner: str, **stand: Any) -> None:
    """For the pages, at once: the router's word may differ, and comes later."""
    session = session_of(unit)
    assignment = await session.last_of(question, partner)
    if assignment is not None:
        session.note_progress(PartnerProgress(assignment, question, **stand))


async def accept_follow_up(
    unit: Unit,
    wall: Wall,
    submission: RawSubmission,
    question: UUID,
    text: str,
    way: str,
    attachments: tuple[Attachment, ...] = (),
    *,
    vouched: bool = False,
) -> AcceptedSubmission:
    """The asker wrote again about the same question. Raises QuestionEnded where nobody would read it, unless
    it is `vouched` for by a person who has."""
    facets = await facets_of(unit, question)
    if not vouched:
        await _must_be_read(unit, question, submission)
    await stop_at_the_wall(unit, wall, question, (text,))
    follow_up, words = uuid7(), clean_text(text) or ""
    with refusing():
        fact = QuestionFollowedUp(
            follow_up_id=follow_up, text=words, way=way, attachments=attachments, facets=facets
        )
    accepted = await announce_once(unit, submission, "follow_up", question, fact)
    if not accepted.again:
        await askers.note_follow_up(unit.db, follow_up, question, words, unit.now)
    return accepted


async def _must_be_read(unit: Unit, question: UUID, submission: RawSubmission) -> None:
    """Not after a withdrawal, nor a closing: but for want of a reply, which a late one opens again. What was
    taken before is answered as it was then."""
    known = await session_of(unit).question(question)
    if known is None or known.how == "answered":
        return
    closing = json.loads(known.ending)["reason"] if known.how == "closed" and known.ending else None
    if known.withdrawn_at is None and closing in (None, "no_reply"):
        return
    if not await session_of(unit).is_known(submission):
        how = "withdrawn" if known.withdrawn_at else "closed"
        raise QuestionEnded(f"the question is {how}: nobody reads what is added to it", field="ended")


async def stop_at_the_wall(
    unit: Unit, wall: Wall, question: UUID, texts: tuple[str | None, ...], *, may_repeat_note: bool = True
) -> None:
    """Raises Walled."""
    session = session_of(unit)
    known = await session.question(question)
    note = None if known is None or may_repeat_note else known.private_note
    why = wall.why_not(
        texts,
        question,
        partners={one.partner for one in await session.partners(question)},
        note=note,
        known=known.text if known else "",
    )
    if why is not None:
        raise Walled(why)


def looked_at(new: NewAnswer) -> tuple[str, ...]:
    """All that a reader sees of it, and what was written: marks must not hide what the wall looks for."""
    return new.text, plain_words(new.text, new.format), *new.sources


async def announce_once(
    unit: Unit, submission: RawSubmission, outcome: str, question: UUID, fact: Fact
) -> AcceptedSubmission:
    """The one gate of all that is said about a question, by whomever and whatever way: what is new passes as
    often within an hour as people need it, so that nobody makes us write without end to those it concerns."""
    session = session_of(unit)
    lately = await session.lately(question, outcome, unit.now - HOUR)
    if lately >= MOST_ABOUT_ONE and not await session.is_known(submission):
        raise OverCap("question", lately, MOST_ABOUT_ONE)
    if earlier := await session.add(submission, outcome, question):
        return accepted_before(submission, earlier)
    unit.announce(fact, question=question)
    return AcceptedSubmission(question)


async def facets_of(unit: Unit, question: UUID) -> Facets:
    known = await session_of(unit).question(question)
    if known is None or known.erased_at is not None:
        raise UnknownQuestion("no such question here", field="question")
    return Facets.model_validate_json(known.facets)


def accepted_before(submission: RawSubmission, earlier: Earlier) -> AcceptedSubmission:
    """What came first under this key stands. Raises Refused where it was none, or another text."""
    if submission.door == "mail":
        be_the_same(submission, earlier)
    if earlier.question is None:
        raise Refused(f"this came before and was {earlier.outcome}")
    be_the_same(submission, earlier)
    return AcceptedSubmission(earlier.question, again=True)


def be_the_same(submission: RawSubmission, earlier: Earlier) -> None:
    """Raises ReusedKey where another thing came before under this key."""
    if earlier.digest not in submission.digests:
        first = f"{earlier.received_at:%Y-%m-%d %H:%M:%S} UTC"
        raise ReusedKey(f"came before, on {first}, with another content; use a new one", field="key")


@contextmanager
def refusing() -> Iterator[None]:
    """What the contract does not allow is the sender's fault: say which field and why."""
    try:
        yield
    except ValidationError as error:
        first = faults_of(error)[0]
        raise Refused(first.reason, field=first.field, value=first.value) from error


def sender_hash(keys: Sequence[bytes], sender: str | None) -> bytes | None:
    """Tells one sender from another without keeping who it is."""
    return address_digests(keys, sender)[0] if sender else None
