"""One mail: a question, an answer, a follow-up, a bounce, nothing at all, or a case for a person."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from uuid import UUID

from services.chassis.messaging.transaction import Unit
from services.contracts.ingest import MailBounced
from services.contracts.links import Link, is_of_address, read_token
from services.contracts.vocabulary import Attachment
from services.ingest.domain.bounces import Bounce
from services.ingest.domain.cleaning import clean_line
from services.ingest.domain.files import HEAD, media_type_of
from services.ingest.domain.headers import bare_subject
from services.ingest.domain.intake import NewAnswer, NewDecline, NewQuestion, RawSubmission, Refused
from services.ingest.domain.mail import Kind, MailEnvelope, ParsedMail
from services.ingest.domain.mailboxes import Mailboxes
from services.ingest.domain.replies import ReplyKind, partner_named, read_reply
from services.ingest.domain.sender_proof import proof_of
from services.ingest.handlers.caps import Caps
from services.ingest.handlers.files import Accepts, InMemory, Upload, accept_with_files
from services.ingest.handlers.questions import Intake, accept_question
from services.ingest.handlers.submissions import (
    AcceptedSubmission,
    accept_answer,
    accept_decline,
    accept_follow_up,
    accept_take,
    sender_hash,
)
from services.ingest.store import bounces, links, questions, submissions


class NotYet(Exception):
    """The mail answers a question whose routing has not reached us: the mail server shall come again."""


@dataclass(frozen=True, slots=True)
class MailDoor:
    intake: Intake
    boxes: Mailboxes
    caps: Caps
    trusted: frozenset[str] = frozenset()
    """Names by which mail servers of ours sign Authentication-Results."""


async def accept_mail(
    unit: Unit, door: MailDoor, raw: bytes, envelope: MailEnvelope, mail: ParsedMail
) -> str:
    """What became of it, in one word, for the log and the counters. Raises NotYet."""
    submission = RawSubmission("mail", mail.key, raw, unit.now)
    if mail.kind in (Kind.AUTOMATIC, Kind.OURS):
        return await _note(unit, submission, mail.kind)
    if mail.kind is Kind.BOUNCE:
        return await _bounce(unit, door, submission, mail)
    if mail.kind is not Kind.WRITTEN:
        return await _hold(unit, submission, envelope, f"{mail.kind}: {mail.why}")
    try:
        async with unit.db.transaction():  # what is refused leaves no file of its own behind
            return await accept_written(unit, door, submission, mail)
    except Refused as refusal:
        return await _hold(unit, submission, envelope, f"refused: {refusal.field}: {refusal.reason}")


async def accept_written(unit: Unit, door: MailDoor, submission: RawSubmission, mail: ParsedMail) -> str:
    """A mail that a person wrote, or that a person has looked at. Raises Refused and NotYet."""
    address = door.boxes.reply_token(mail.recipients)
    if address is None:
        new = _question(unit, door, mail)
        accepted = await _with_files(
            unit,
            door,
            mail,
            "question",
            lambda files: accept_question(unit, door.intake, submission, new, files, caps=door.caps),
        )
        return "duplicate" if accepted.again else "question"
    link = read_token(door.intake.keys, address)
    if link is None:
        raise Refused("the reply address is not one of ours", field="to")
    if link.role == "bounce":
        raise Refused("this address takes only reports that a mail did not arrive", field="to")
    return await _reply(unit, door, submission, mail, link)


async def _reply(unit: Unit, door: MailDoor, submission: RawSubmission, mail: ParsedMail, link: Link) -> str:
    question = link.question_id

    async def follow_up(files: tuple[Attachment, ...]) -> AcceptedSubmission:
        return await accept_follow_up(unit, submission, question, mail.reply, "mail", files)

    if link.role == "asker":
        accepted = await _with_files(unit, door, mail, "follow_up", follow_up)
        return "duplicate" if accepted.again else "follow_up"
    partner = await _partner(unit, link)
    reply = read_reply(mail.reply)
    new = NewAnswer(reply.text, "mail", reply.sources, reply.effort)

    async def answer(files: tuple[Attachment, ...]) -> AcceptedSubmission:
        return await accept_answer(unit, submission, question, partner, new, files)

    if reply.deed is ReplyKind.TAKE:
        accepted = await accept_take(unit, submission, question, partner, "mail")
    elif reply.deed is ReplyKind.DECLINE:
        refer_to = await _referred(unit, reply.refer_to)
        declined = NewDecline("mail", reply.text or None, refer_to)
        accepted = await accept_decline(unit, submission, question, partner, declined)
    else:
        accepted = await _with_files(unit, door, mail, "answer", answer)
    return "duplicate" if accepted.again else reply.deed.value


async def _referred(unit: Unit, wish: str | None) -> str | None:
    """The partner of this id or name; one that is not known stays in the reason, for a person to read."""
    return partner_named(wish, await links.partners_seen(unit.db)) if wish else None


async def _with_files(
    unit: Unit, door: MailDoor, mail: ParsedMail, belongs_to: str, accept: Accepts
) -> AcceptedSubmission:
    """Only what is a photo or document is passed on; the raw mail keeps the rest."""
    uploads = [
        Upload(one.name, InMemory(one.content))
        for one in mail.attachments
        if one.content and media_type_of(one.content[:HEAD], one.name)
    ]
    return await accept_with_files(unit, door.intake.public_url, uploads, belongs_to, accept)


async def _partner(unit: Unit, link: Link) -> str:
    asked = await questions.partners(unit.db, link.question_id)
    for one in asked:
        if one.digest == link.digest:
            if await links.is_revoked(unit.db, link.question_id, one.partner):
                why = "this reply address was revoked, or its partner is suspended or removed"
                raise Refused(why, field="to")
            return one.partner
    raise NotYet(f"question {link.question_id}: the partner of this reply address is not known yet")


def _question(unit: Unit, door: MailDoor, mail: ParsedMail) -> NewQuestion:
    subject = bare_subject(mail.subject)
    body = mail.reply
    text = body if subject.lower() in body.lower() else f"{subject}\n\n{body}"
    return NewQuestion(
        text=text or subject,
        channel="mail",
        asked_at=unit.now,
        origin=door.boxes.origin(mail.recipients),
        mail=mail.sender,
        proof=proof_of(mail.sender, mail.return_path, mail.authentication, door.trusted),
        name=mail.sender_name or None,
        message_id=mail.message_id,
        subject_line=mail.subject or None,
    )


async def _note(unit: Unit, submission: RawSubmission, kind: Kind) -> str:
    await submissions.add(unit.db, submission, kind.value, None)
    return kind.value


async def _hold(unit: Unit, submission: RawSubmission, envelope: MailEnvelope, reason: str) -> str:
    if await submissions.add(unit.db, submission, "quarantined", None):
        return "duplicate"
    await submissions.quarantine(unit.db, submission, reason, envelope.sender, envelope.recipients)
    return "quarantined"


async def hold_raw(unit: Unit, raw: bytes, envelope: MailEnvelope, reason: str) -> str:
    """A mail that nothing is known of but its bytes. What became of it, in one word."""
    key = "sha256:" + hashlib.sha256(raw).hexdigest()
    return await _hold(unit, RawSubmission("mail", key, raw, unit.now), envelope, reason)


async def _bounce(unit: Unit, door: MailDoor, submission: RawSubmission, mail: ParsedMail) -> str:
    """Believed only at the return path of a mail of ours, and only about the address that mail went to:
    anybody can write a report, and it ends our mail to whom it names."""
    if mail.bounce is None or await submissions.add(unit.db, submission, "bounce", None):
        return "duplicate"
    token = door.boxes.reply_token(mail.recipients)
    link = read_token(door.intake.keys, token) if token else None
    if link is None or link.role != "bounce":
        return "bounce_unproven"
    named = [one for one in mail.bounce.recipients if is_of_address(door.intake.keys, link, one)]
    for recipient in named:
        await _tell_bounce(unit, link.question_id, recipient, mail.bounce)
    return "bounce" if named else "bounce_unproven"


async def _tell_bounce(unit: Unit, question: UUID, recipient: str, bounce: Bounce) -> None:
    """The address is marked here, and the notifier told."""
    digest = sender_hash(recipient) or b""
    await bounces.mark(unit.db, digest, bounce.permanent, bounce.status, unit.now)
    diagnostic = clean_line(bounce.diagnostic)
    fact = MailBounced(recipient=recipient, permanent=bounce.permanent, diagnostic=diagnostic)
    unit.announce(fact, question=question)
