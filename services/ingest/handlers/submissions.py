"""What people and partner systems hand in: questions, answers, refusals. Each is accepted once.

All run inside the door's transaction, which the door commits before it says yes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from pydantic import ValidationError
from uuid_utils.compat import uuid7

from services.chassis.transaction import Unit
from services.contracts.ingest import (
    AnswerSubmitted,
    QuestionDeclined,
    QuestionFollowedUp,
    QuestionReceived,
    QuestionTaken,
)
from services.contracts.links import asker_token
from services.contracts.vocabulary import Asker, Attachment, Facets, Fact, Place
from services.ingest.domain.cleaning import clean_line, clean_text
from services.ingest.domain.intake import (
    NewAnswer,
    NewDecline,
    NewQuestion,
    Refused,
    ReusedKey,
    Submission,
    UnknownQuestion,
)
from services.ingest.domain.language import language_of
from services.ingest.domain.places import department_of
from services.ingest.store import askers, questions, submissions
from services.ingest.store.submissions import Earlier, Stored


@dataclass(frozen=True, slots=True)
class Accepted:
    """`again`: this had been accepted before, nothing was done now."""

    question: UUID
    again: bool = False


@dataclass(frozen=True, slots=True)
class Intake:
    """What accepting needs to know of this installation: the pages' address and the keys that seal links."""

    public_url: str
    keys: tuple[bytes, ...]

    def asker_page(self, question: UUID) -> str:
        return f"{self.public_url}/q/{asker_token(self.keys, question)}"


@dataclass(frozen=True, slots=True)
class Handed:
    """A question as it was handed in."""

    submission: Submission
    new: NewQuestion
    attachments: tuple[Attachment, ...] = ()


async def accept_question(
    unit: Unit,
    intake: Intake,
    submission: Submission,
    new: NewQuestion,
    attachments: tuple[Attachment, ...] = (),
) -> Accepted:
    """Raises Refused for what can't be a question, ReusedKey for another text under a known key."""
    (result,) = await accept_questions(unit, intake, [Handed(submission, new, attachments)])
    if isinstance(result, Refused):
        raise result
    return result


async def accept_questions(unit: Unit, intake: Intake, handed: Sequence[Handed]) -> list[Accepted | Refused]:
    """Several in one transaction; what each came to, in their order. One that is refused harms no other."""
    drafted = [(one.submission, _draft(intake, one)) for one in handed]
    rows = [(once, draft.stored) for once, draft in drafted if isinstance(draft, Draft)]
    new = await submissions.add_questions(unit.db, rows) if rows else set()
    return [await _result(unit, once, draft, new) for once, draft in drafted]


@dataclass(frozen=True, slots=True)
class Draft:
    """A question that keeps to the contract: the fact to announce and the row to store."""

    fact: QuestionReceived
    stored: Stored


def _draft(intake: Intake, handed: Handed) -> Draft | Refused:
    question, new = uuid7(), handed.new
    try:
        fact = _question_received(intake, question, new, handed.attachments)
    except Refused as refusal:
        return refusal
    stored = Stored(
        id=question,
        facets=fact.facets.model_dump_json(exclude_none=True),
        text=fact.text,
        private_note=fact.private_note,
        reference=fact.reference,
        asked_by=sender_hash(new.mail or new.account),
    )
    return Draft(fact, stored)


async def _result(
    unit: Unit, submission: Submission, draft: Draft | Refused, new: set[UUID]
) -> Accepted | Refused:
    if isinstance(draft, Refused):
        return draft
    if draft.stored.id in new:
        unit.announce(draft.fact, question=draft.stored.id)
        return Accepted(draft.stored.id)
    try:
        return _again(submission, await submissions.earlier_than(unit.db, submission))
    except Refused as refusal:
        return refusal


def _question_received(
    intake: Intake, question: UUID, new: NewQuestion, attachments: tuple[Attachment, ...]
) -> QuestionReceived:
    text = clean_text(new.text) or ""
    with refusing():
        return QuestionReceived(
            text=text,
            facets=_facets(new, text),
            private_note=clean_text(new.private_note),
            place=Place(country=new.country, postcode=new.postcode) if new.place_known else None,
            publish_consent=new.publish_consent,
            asker=_asker(intake, question, new),
            attachments=attachments,
            reference=clean_line(new.reference),
        )


def _asker(intake: Intake, question: UUID, new: NewQuestion) -> Asker:
    return Asker(
        mail=new.mail,
        name=clean_line(new.name, 200),
        message_id=clean_line(new.message_id),
        subject_line=clean_line(new.subject_line),
        account=clean_line(new.account),
        post_url=clean_line(new.post_url),
        post_id=clean_line(new.post_id),
        page_url=intake.asker_page(question),
    )


def _facets(new: NewQuestion, text: str) -> Facets:
    return Facets(
        channel=new.channel,
        received_at=new.asked_at,
        language=new.language or language_of(text),
        subject=new.subject,
        purpose=new.purpose,
        origin=new.origin,
        department=department_of(new.country, new.postcode) if new.place_known else None,
        country=new.country if new.place_known else None,
    )


async def accept_answer(
    unit: Unit,
    submission: Submission,
    question: UUID,
    partner: str,
    new: NewAnswer,
    attachments: tuple[Attachment, ...] = (),
) -> Accepted:
    """Whether the answer counts is the router's to say; raises Refused for what can't be one."""
    facets = await _facets_of(unit, question)
    with refusing():
        fact = AnswerSubmitted(
            answer_id=uuid7(),
            partner=partner,
            text=clean_text(new.text) or "",
            way=new.way,
            sources=tuple(filter(None, (clean_line(source) for source in new.sources[:50]))),
            effort=new.effort,
            subject=new.subject,
            attachments=attachments,
            facets=facets,
        )
    return await _announce_once(unit, submission, "answer", question, fact)


async def accept_decline(
    unit: Unit, submission: Submission, question: UUID, partner: str, new: NewDecline
) -> Accepted:
    facets = await _facets_of(unit, question)
    with refusing():
        fact = QuestionDeclined(
            partner=partner,
            way=new.way,
            reason=clean_text(new.reason),
            refer_to=new.refer_to,
            facets=facets,
        )
    return await _announce_once(unit, submission, "decline", question, fact)


async def accept_take(unit: Unit, submission: Submission, question: UUID, partner: str, way: str) -> Accepted:
    """The partner is on it."""
    facets = await _facets_of(unit, question)
    fact = QuestionTaken(partner=partner, way=way, facets=facets)
    return await _announce_once(unit, submission, "take", question, fact)


async def accept_follow_up(
    unit: Unit,
    submission: Submission,
    question: UUID,
    text: str,
    way: str,
    attachments: tuple[Attachment, ...] = (),
) -> Accepted:
    """The asker wrote again about the same question."""
    facets = await _facets_of(unit, question)
    follow_up, words = uuid7(), clean_text(text) or ""
    with refusing():
        fact = QuestionFollowedUp(
            follow_up_id=follow_up, text=words, way=way, attachments=attachments, facets=facets
        )
    accepted = await _announce_once(unit, submission, "follow_up", question, fact)
    if not accepted.again:
        await askers.note_follow_up(unit.db, follow_up, question, words, unit.now)
    return accepted


async def _announce_once(
    unit: Unit, submission: Submission, outcome: str, question: UUID, fact: Fact
) -> Accepted:
    if earlier := await submissions.add(unit.db, submission, outcome, question):
        return _again(submission, earlier)
    unit.announce(fact, question=question)
    return Accepted(question)


async def _facets_of(unit: Unit, question: UUID) -> Facets:
    facets = await questions.facets(unit.db, question)
    if facets is None:
        raise UnknownQuestion("no such question here", field="question")
    return Facets.model_validate_json(facets)


def _again(submission: Submission, earlier: Earlier) -> Accepted:
    if earlier.question is None:
        raise Refused(f"this came before and was {earlier.outcome}")
    if submission.door != "mail" and earlier.digest != submission.digest:
        raise ReusedKey("the same key came before with another content; use a new one", field="key")
    return Accepted(earlier.question, again=True)


@contextmanager
def refusing() -> Iterator[None]:
    """What the contract does not allow is the sender's fault: say which field and why."""
    try:
        yield
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise Refused(first["msg"], field=".".join(str(part) for part in first["loc"])) from error


def sender_hash(sender: str | None) -> bytes | None:
    """Tells one sender from another without keeping who it is."""
    return hashlib.sha256(b"sender:" + sender.lower().encode()).digest() if sender else None
