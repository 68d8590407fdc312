"""Questions handed in by whatever door: each is accepted once, several of one moment in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from uuid_utils.compat import uuid7

from services.chassis.messaging.transaction import Unit
from services.contracts.ingest import QuestionReceived
from services.contracts.links.file_links import file_keys
from services.contracts.links.signed_links import asker_token
from services.contracts.links.wall import Wall
from services.contracts.vocabulary import Asker, Attachment, Facets, Place
from services.ingest.domain.cleaning import clean_line, clean_name, clean_text
from services.ingest.domain.intake import NewQuestion, OfSpamSender, RawSubmission, Refused, Walled
from services.ingest.domain.mail.mail_address import mail_address
from services.ingest.handlers.caps import NONE_YET, Caps, counted, mailbox_digest
from services.ingest.handlers.files.file_room import FileRoom
from services.ingest.handlers.spam import spam_senders
from services.ingest.handlers.submissions import AcceptedSubmission, accepted_before, refusing, sender_hash
from services.ingest.store.conversations.submissions import Stored
from services.ingest.store.session import session_of, written


@dataclass(frozen=True, slots=True)
class Intake:
    """What accepting needs to know of this installation: the pages' address, the keys that seal links, and
    the address that replies come to."""

    public_url: str
    keys: tuple[bytes, ...] = field(repr=False)
    reply_box: str
    smtputf8: bool = False
    """Whether an address with accents before the @ can be written to."""
    room: FileRoom = field(default_factory=FileRoom)

    @property
    def wall(self) -> Wall:
        return Wall(self.keys, self.reply_box, self.public_url)

    @property
    def file_keys(self) -> tuple[bytes, ...]:
        return file_keys(self.keys)

    def asker_page(self, question: UUID) -> str:
        return f"{self.public_url}/q/{asker_token(self.keys, question)}"


@dataclass(frozen=True, slots=True)
class Handed:
    """A question as it was handed in. `caps`: those of its sender; None where a person decided that it
    comes. `vouched`: a person or a partner has looked at it, whatever its sender did before."""

    submission: RawSubmission
    new: NewQuestion
    attachments: tuple[Attachment, ...] = ()
    caps: Caps | None = None
    vouched: bool = False


async def accept_question(
    unit: Unit,
    intake: Intake,
    submission: RawSubmission,
    new: NewQuestion,
    attachments: tuple[Attachment, ...] = (),
    *,
    caps: Caps | None = None,
    vouched: bool = False,
) -> AcceptedSubmission:
    """Raises Refused for what can't be a question, ReusedKey for another text under a known key, OverCap, and
    OfSpamSender."""
    (result,) = await accept_questions(unit, intake, [Handed(submission, new, attachments, caps, vouched)])
    if isinstance(result, Refused):
        raise result
    return result


async def accept_questions(
    unit: Unit, intake: Intake, handed: Sequence[Handed]
) -> list[AcceptedSubmission | Refused]:
    """Several in one transaction; what each came to, in their order. One that is refused harms no other."""
    drafts = await _of_no_spam_sender(unit, intake, handed, [_draft(intake, one) for one in handed])
    drafts = await _within_caps(unit, handed, drafts)
    drafted = [(one.submission, draft) for one, draft in zip(handed, drafts, strict=True)]
    rows = [(once, draft.stored) for once, draft in drafted if isinstance(draft, Draft)]
    new = await session_of(unit).add_questions(rows) if rows else set()
    return [await _result(unit, once, draft, new) for once, draft in drafted]


@dataclass(frozen=True, slots=True)
class Draft:
    """A question that keeps to the contract: the fact to announce and the row to store."""

    fact: QuestionReceived
    stored: Stored


def _draft(intake: Intake, handed: Handed) -> Draft | Refused:
    question, new = uuid7(), handed.new
    try:
        new = _with_address(new, mail_address(new.mail, smtputf8=intake.smtputf8) if new.mail else None)
    except ValueError as wrong:
        return Refused(str(wrong), field="asker.mail", value=new.mail)
    if why := intake.wall.why_not((new.text, new.private_note), question):
        return Walled(why)
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
        asked_by=sender_hash(intake.keys, new.mail or new.account),
        asked_from=mailbox_digest(intake.keys, new.mail),
    )
    return Draft(fact, stored)


def _with_address(new: NewQuestion, address: str | None) -> NewQuestion:
    return new if address == new.mail else replace(new, mail=address)


async def _of_no_spam_sender(
    unit: Unit, intake: Intake, handed: Sequence[Handed], drafts: Sequence[Draft | Refused]
) -> list[Draft | Refused]:
    """Refusals in the place of those whose sender sent spam; what had been handed in before stands."""
    drafted = [(one, isinstance(draft, Draft)) for one, draft in zip(handed, drafts, strict=True)]
    senders = [_sender(one) for one, is_one in drafted if is_one and not one.vouched]
    marked = await spam_senders(unit, intake.keys, [sender for sender in senders if sender])
    if not marked:
        return list(drafts)
    return [
        OfSpamSender()
        if _sender(one) in marked and not one.vouched and not await session_of(unit).is_known(one.submission)
        else draft
        for one, draft in zip(handed, drafts, strict=True)
    ]


def _sender(handed: Handed) -> str | None:
    return handed.new.mail or handed.new.account


async def _within_caps(
    unit: Unit, handed: Sequence[Handed], drafts: Sequence[Draft | Refused]
) -> list[Draft | Refused]:
    """Refusals in the place of those over a cap, counting what comes together; what had been handed in before
    is no further question."""
    capped = [draft for one, draft in zip(handed, drafts, strict=True) if one.caps]
    senders = {draft.stored.asked_from for draft in capped if isinstance(draft, Draft)}
    if not (known := [sender for sender in senders if sender]):
        return list(drafts)
    counts = await counted(await written(unit), known)
    return [await _within_cap(unit, one, draft, counts) for one, draft in zip(handed, drafts, strict=True)]


async def _within_cap(
    unit: Unit, one: Handed, draft: Draft | Refused, counts: dict[bytes, tuple[int, int]]
) -> Draft | Refused:
    if isinstance(draft, Refused) or one.caps is None or draft.stored.asked_from is None:
        return draft
    lately, still_open = counts.get(draft.stored.asked_from, NONE_YET)
    refusal = one.caps.refusal(lately, still_open)
    if refusal is not None and not await session_of(unit).is_known(one.submission):
        return refusal
    counts[draft.stored.asked_from] = (lately + 1, still_open + 1)
    return draft


async def _result(
    unit: Unit, submission: RawSubmission, draft: Draft | Refused, new: set[UUID]
) -> AcceptedSubmission | Refused:
    if isinstance(draft, Refused):
        return draft
    if draft.stored.id in new:
        unit.announce(draft.fact, question=draft.stored.id)
        return AcceptedSubmission(draft.stored.id)
    try:
        return accepted_before(submission, await session_of(unit).earlier_than(submission))
    except Refused as refusal:
        return refusal


def _question_received(
    intake: Intake, question: UUID, new: NewQuestion, attachments: tuple[Attachment, ...]
) -> QuestionReceived:
    text = clean_text(new.text) or ""
    with refusing():
        return QuestionReceived(
            text=text,
            facets=_facets(new),
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
        proof=new.proof,
        name=clean_name(new.name),
        message_id=clean_line(new.message_id),
        subject_line=clean_line(new.subject_line),
        account=clean_line(new.account),
        post_url=clean_line(new.post_url),
        post_id=clean_line(new.post_id),
        post_visibility=new.post_visibility,
        post_warning=clean_line(new.post_warning),
        page_url=intake.asker_page(question),
    )


def _facets(new: NewQuestion) -> Facets:
    """What the asker said, or the door they used; what follows from it is the router's to say."""
    return Facets(
        channel=new.channel,
        received_at=new.asked_at,
        language=new.language,
        subject=new.subject,
        purpose=new.purpose,
        origin=new.origin,
        country=new.country if new.place_known else None,
    )
