"""One mail: a question, an answer, a follow-up, a bounce, nothing at all, or a case for a person."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field, replace

from uuid_utils.compat import uuid7

from services.chassis.messaging.transaction import Unit
from services.contracts.ingest import MailBounced, ReplyHeld
from services.contracts.links.signed_links import Link, is_of_address, read_token
from services.contracts.vocabulary import Facets
from services.ingest.domain.intake import NewQuestion, RawSubmission, Refused, ReusedKey
from services.ingest.domain.mail.automatic import Sign
from services.ingest.domain.mail.kept_mail import without_files
from services.ingest.domain.mail.known_senders import KnownSenders
from services.ingest.domain.mail.mail_address import mail_address
from services.ingest.domain.mail.mailboxes import Mailboxes
from services.ingest.domain.mail.parsed_mail import Kind, MailEnvelope, ParsedMail, raw_key
from services.ingest.domain.mail.sender_proof import proof_of
from services.ingest.domain.mime.headers import bare_subject
from services.ingest.handlers.caps import Caps, mailbox_digest
from services.ingest.handlers.files.file_room import SMALL, NoRoomAtAll
from services.ingest.handlers.files.files import keep_files
from services.ingest.handlers.mail.mail_files import is_taken, uploads_of, with_left_out
from services.ingest.handlers.mail.mail_replies import NotYet, UnreadFollowUp, accept_reply
from services.ingest.handlers.mail.mail_threads import link_of_thread
from services.ingest.handlers.mail.partner_replies import ReplyDoor
from services.ingest.handlers.questions import Intake, accept_question
from services.ingest.handlers.spam import OF_SPAM_SENDER, spam_senders
from services.ingest.handlers.submissions import be_the_same
from services.ingest.store.conversations import conversation, submissions


@dataclass(frozen=True, slots=True)
class MailDoor:
    intake: Intake
    boxes: Mailboxes
    caps: Caps
    replies: ReplyDoor
    trusted: frozenset[str] = frozenset()
    """Names by which mail servers of ours sign Authentication-Results."""
    senders: KnownSenders = field(default_factory=KnownSenders)

    def is_sealed(self, envelope: MailEnvelope) -> bool:
        """Whether the transport says that it goes to an address of ours which nobody can make up."""
        token = self.boxes.reply_token(envelope.recipients)
        return bool(token) and read_token(self.intake.keys, token or "") is not None

    def return_path(self, mail: ParsedMail) -> Link | None:
        """The mail of ours whose return path it came to; None where it did not."""
        token = self.boxes.reply_token(mail.recipients)
        link = read_token(self.intake.keys, token) if token else None
        return link if link is not None and link.role == "bounce" else None


async def accept_mail(
    unit: Unit, door: MailDoor, raw: bytes, envelope: MailEnvelope, mail: ParsedMail
) -> str:
    """What became of it, in one word, for the log and the counters. Raises NotYet."""
    mail = _addressed(door, mail)
    submission = RawSubmission("mail", mail.key, raw, unit.now, mail.content.encode())
    try:
        return await _accept(unit, door, submission, envelope, mail)
    except NoRoomAtAll as full:
        raise NotYet(str(full)) from full
    except ReusedKey:
        why = f"another mail came before with the Message-ID {mail.key}"
        return await _hold(unit, door, submission.under_its_content(), envelope, why)


async def _accept(
    unit: Unit, door: MailDoor, submission: RawSubmission, envelope: MailEnvelope, mail: ParsedMail
) -> str:
    return_path = door.return_path(mail)
    if mail.kind is Kind.BOUNCE or (return_path and mail.bounce and mail.kind is not Kind.OURS):
        return await _bounce(unit, door, submission, return_path, mail)
    if mail.kind in (Kind.AUTOMATIC, Kind.OURS):
        return await _note(unit, submission, mail.kind)
    if mail.kind is not Kind.WRITTEN:
        return await _hold(unit, door, submission, envelope, f"{mail.kind}: {mail.why}")
    if doubt := _doubt(door, mail):
        return await _hold(unit, door, submission, envelope, f"perhaps automatic: {doubt}")
    if await _is_of_spam_sender(unit, door, mail):
        return await _hold(unit, door, submission, envelope, f"spam: {OF_SPAM_SENDER}")
    try:
        async with unit.db.transaction():  # what is refused leaves no file of its own behind
            return await accept_written(unit, door, submission, mail)
    except (ReusedKey, NoRoomAtAll):
        raise
    except Refused as refusal:
        outcome = await _hold(unit, door, submission, envelope, f"refused: {refusal.field}: {refusal.reason}")
        if isinstance(refusal, UnreadFollowUp) and refusal.told and outcome == "quarantined":
            _tell_asker(unit, refusal)
        return outcome


def _tell_asker(unit: Unit, unread: UnreadFollowUp) -> None:
    """By the notifier: to the address that it knows, and as often as its brakes allow."""
    facets = Facets.model_validate_json(unread.question.facets)
    unit.announce(ReplyHeld(held_id=uuid7(), reason=unread.why, facets=facets), question=unread.question.id)


def _addressed(door: MailDoor, mail: ParsedMail) -> ParsedMail:
    """From the address that is written to, its domain in ASCII; what is none is held where it matters."""
    with suppress(ValueError):
        return replace(mail, sender=mail_address(mail.sender, smtputf8=door.intake.smtputf8))
    return mail


def _doubt(door: MailDoor, mail: ParsedMail) -> str | None:
    """What makes it look like a machine's, where nothing says that it is a person's. At a reply address of
    ours a subject is for its library to look at (`mail_replies`), and ticket systems and Exchange mark what
    people write."""
    token = door.boxes.reply_token(mail.recipients)
    genuine = bool(token) and read_token(door.intake.keys, token or "") is not None
    explained = door.senders.explained(mail.sender, mail.lists, has_reply_to=mail.reply_to is not None)
    if genuine:
        explained |= {Sign.MASS, Sign.SUBJECT}
    return ", ".join(seen for sign, seen in mail.signs.items() if sign not in explained) or None


async def _is_of_spam_sender(unit: Unit, door: MailDoor, mail: ParsedMail) -> bool:
    """A library's word counts whoever is named as its sender; an asker's own address is known by its
    question, from wherever they write."""
    keys, token = door.intake.keys, door.boxes.reply_token(mail.recipients)
    if token is None:
        return bool(await spam_senders(unit, keys, [door.senders.as_written(mail).sender]))
    link = read_token(keys, token)
    return (
        link is not None
        and link.role == "asker"
        and await conversation.is_of_spam_sender(unit.db, link.question_id)
    )


async def accept_written(unit: Unit, door: MailDoor, submission: RawSubmission, mail: ParsedMail) -> str:
    """A mail that a person wrote, or that a person has looked at. Raises Refused and NotYet."""
    submission = await _without_files(submission, mail)
    mail = door.senders.as_written(mail)
    address = door.boxes.reply_token(mail.recipients)
    if not address:
        if link := await link_of_thread(unit, door.intake.keys, mail):
            return await accept_reply(unit, door.replies, submission, mail, link)
        if address is not None:
            raise Refused("the reply address is not one of ours", field="to")
        new = _question(unit, door, mail)
        intake, mailbox = door.intake, mailbox_digest(door.intake.keys, mail.sender)
        kept = await keep_files(
            unit, intake.public_url, uploads_of(mail), "question", room=intake.room, mailbox=mailbox
        )
        accepted = await accept_question(
            unit, intake, submission, new, kept.attachments, caps=door.caps, vouched=True
        )
        await kept.follow(unit, accepted)
        return "duplicate" if accepted.again else "question"
    link = read_token(door.intake.keys, address)
    if link is None:
        raise Refused("the reply address is not one of ours", field="to")
    if link.role == "bounce":
        raise Refused("this address takes only reports that a mail did not arrive", field="to")
    return await accept_reply(unit, door.replies, submission, mail, link)


async def _without_files(submission: RawSubmission, mail: ParsedMail) -> RawSubmission:
    """What becomes a file is kept once."""
    if len(submission.raw) <= SMALL:
        return submission
    kept = [one.content for one in mail.attachments if is_taken(one)]
    return replace(submission, raw=await asyncio.to_thread(without_files, submission.raw, kept))


def _question(unit: Unit, door: MailDoor, mail: ParsedMail) -> NewQuestion:
    subject = bare_subject(mail.subject)
    body = mail.text
    text = body if subject.lower() in body.lower() else f"{subject}\n\n{body}"
    return NewQuestion(
        text=with_left_out(text or subject, mail),
        channel="mail",
        asked_at=unit.now,
        origin=door.boxes.origin(mail.recipients) or mail.form_of,
        mail=mail.sender,
        proof=proof_of(mail.sender, mail.return_path, mail.authentication, door.trusted),
        name=mail.sender_name or None,
        message_id=mail.message_id,
        subject_line=mail.subject or None,
    )


async def _note(unit: Unit, submission: RawSubmission, kind: Kind) -> str:
    await submissions.add(unit.db, submission, kind.value, None)
    return kind.value


async def _hold(
    unit: Unit, door: MailDoor, submission: RawSubmission, envelope: MailEnvelope, reason: str
) -> str:
    if len(submission.raw) > SMALL:
        await door.intake.room.check_all(unit, len(submission.raw))
    if earlier := await submissions.add_held(unit.db, submission):
        be_the_same(submission, earlier)
        return "duplicate"
    await submissions.quarantine(unit.db, submission, reason, envelope.sender, envelope.recipients)
    return "quarantined"


async def hold_raw(unit: Unit, door: MailDoor, raw: bytes, envelope: MailEnvelope, reason: str) -> str:
    """A mail that nothing is known of but its bytes. What became of it, in one word. Raises NotYet."""
    try:
        return await _hold(unit, door, RawSubmission("mail", raw_key(raw), raw, unit.now), envelope, reason)
    except NoRoomAtAll as full:
        raise NotYet(str(full)) from full


async def _bounce(
    unit: Unit, door: MailDoor, submission: RawSubmission, link: Link | None, mail: ParsedMail
) -> str:
    """Believed only at the return path of a mail of ours, and only about the address that mail went to,
    whatever the report calls it: anybody can write one, and it ends our mail to whom it names."""
    if await submissions.add(unit.db, submission, "bounce", None):
        return "duplicate"
    if link is None or mail.bounce is None:
        return "bounce_unproven"
    failure = mail.bounce.of(lambda address: is_of_address(door.intake.keys, link.digest, address))
    fact = MailBounced(address_digest=link.digest, permanent=failure.permanent, status=failure.status)
    unit.announce(fact, question=link.question_id)
    return "bounce"
