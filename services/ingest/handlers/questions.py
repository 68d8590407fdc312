"""Questions handed in by whatever door: each is accepted once, several of one moment in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from uuid_utils.compat import uuid7

from services.chassis.transaction import Unit
from services.contracts.ingest import QuestionReceived
from services.contracts.links import asker_token
from services.contracts.vocabulary import Asker, Attachment, Facets, Place
from services.ingest.domain.cleaning import clean_line, clean_text
from services.ingest.domain.intake import NewQuestion, Refused, Submission
from services.ingest.domain.language import language_of
from services.ingest.domain.places import department_of
from services.ingest.handlers.submissions import Accepted, accepted_before, refusing, sender_hash
from services.ingest.store import submissions
from services.ingest.store.submissions import Stored


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
        return accepted_before(submission, await submissions.earlier_than(unit.db, submission))
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
