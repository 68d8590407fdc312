"""A mail at a reply address: an answer, a command, a follow-up, or something its library must look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from uuid_utils.compat import uuid7

from services.chassis.messaging.transaction import Unit
from services.contracts.addresses import address_digests
from services.contracts.ingest import ReplyHeld
from services.contracts.links.marks import hashed, mark_codes, read_fingerprint, words_of
from services.contracts.links.signed_links import Link
from services.contracts.vocabulary import Attachment, Facets
from services.ingest.domain.cleaning import clean_text
from services.ingest.domain.intake import (
    NewAnswer,
    NewDecline,
    RawSubmission,
    Refused,
    UnknownQuestion,
    Walled,
)
from services.ingest.domain.mail.parsed_mail import ParsedMail
from services.ingest.domain.replies.asking_again import reason_to_ask_again
from services.ingest.domain.replies.headings import Us
from services.ingest.domain.replies.quoting import MOST_MAILS, Memory, Written, written_in
from services.ingest.domain.replies.reading import QUIET, Reply, ReplyKind, partner_named, read_reply
from services.ingest.handlers.conversation import accept_addition, accept_clarification, accept_spam
from services.ingest.handlers.files.files import Accepts, Upload, accept_with_files
from services.ingest.handlers.mail.asking_again import ask_again
from services.ingest.handlers.mail.mail_files import uploads_of, with_left_out
from services.ingest.handlers.questions import Intake
from services.ingest.handlers.submissions import (
    AcceptedSubmission,
    accept_answer,
    accept_decline,
    accept_follow_up,
    accept_take,
    be_the_same,
)
from services.ingest.store.access import links
from services.ingest.store.conversations import questions, submissions
from services.ingest.store.conversations.questions import StoredQuestion
from services.ingest.store.mail import held_replies, sent_mails
from services.ingest.store.mail.held_replies import HeldReply
from services.ingest.store.mail.sent_mails import StoredSentMail

SEE_FILE = {"fr": "Voir le fichier joint.", "en": "See the attached file."}
"""What stands in an answer that is a file and nothing else, for who asked in French and for the others."""
SOON = timedelta(hours=6)
"""How long after a question or its routing we may not have heard yet what was mailed about it."""
MOST_TOLD = 5
"""Held replies of one library about one question that it is told of by mail: a machine might be answering
ours."""


class UnreadFollowUp(Refused):
    """An asker's reply that nothing can be passed on of. `told`: they wrote from the address we write to."""

    def __init__(self, reason: str, why: str, question: StoredQuestion, *, told: bool) -> None:
        super().__init__(reason, field="text")
        self.why = why
        self.question = question
        self.told = told


class NotYet(Exception):
    """The mail answers what has not reached us yet: the mail server shall come again."""


@dataclass(frozen=True, slots=True)
class ReplyDoor:
    """`quickest`: an answer that comes sooner after our mail was written by a machine."""

    intake: Intake
    network_name: str
    quickest: timedelta


@dataclass(frozen=True, slots=True)
class _Came:
    """One mail, the question it speaks of, and what we sent to whoever wrote it, the latest first."""

    submission: RawSubmission
    mail: ParsedMail
    link: Link
    question: StoredQuestion
    sent: Sequence[StoredSentMail]


async def accept_reply(
    unit: Unit, door: ReplyDoor, submission: RawSubmission, mail: ParsedMail, link: Link
) -> str:
    """What became of it, in a word. Raises Refused and NotYet."""
    question = await questions.get(unit.db, link.question_id)
    if question is None or question.erased_at:
        raise UnknownQuestion("no such question here", field="question")
    sent = await sent_mails.to(unit.db, question.id, link.role, link.digest, MOST_MAILS)
    came = _Came(submission, mail, link, question, sent)
    if link.role == "asker":
        return await _follow_up(unit, door, came)
    return await _from_partner(unit, door, came)


async def _follow_up(unit: Unit, door: ReplyDoor, came: _Came) -> str:
    written = await _written(unit, door, came)
    if written.why_unsure:
        why = f"can't be told from our own mail for sure: {written.why_unsure}"
        raise await _unread(unit, door, came, why, written.why_unsure)
    uploads = uploads_of(came.mail)
    if not written.text and not uploads:
        raise await _unread(unit, door, came, "nothing is written in it", "empty")
    again = reason_to_ask_again(written.text) if came.question.how == "answered" else None
    try:
        if again is None:
            accepted = await _pass_on(unit, door, came, written.text, uploads)
        else:
            told, see_file = with_left_out(again, came.mail), _see_file(came.question)
            accepted = await ask_again(
                unit, door.intake, came.submission, came.question, told, uploads, see_file
            )
    except Walled as walled:
        raise await _unread(unit, door, came, walled.reason, "ours") from walled
    if accepted.again:
        return "duplicate"
    return "follow_up" if again is None else "reopening"


async def _pass_on(
    unit: Unit, door: ReplyDoor, came: _Came, words: str, uploads: Sequence[Upload]
) -> AcceptedSubmission:
    text = with_left_out(words or _see_file(came.question), came.mail)

    async def accept(files: tuple[Attachment, ...]) -> AcceptedSubmission:
        return await accept_follow_up(
            unit, door.intake.wall, came.submission, came.question.id, text, "mail", files
        )

    return await accept_with_files(
        unit,
        door.intake.public_url,
        uploads,
        "follow_up",
        accept,
        room=door.intake.room,
        mailbox=await questions.mailbox_of(unit.db, came.question.id),
    )


async def _unread(unit: Unit, door: ReplyDoor, came: _Came, reason: str, why: str) -> UnreadFollowUp:
    """Whoever holds the link knows the reply address, too: told is only who writes from the asker's own
    address, after a mail of ours."""
    digests = address_digests(door.intake.keys, came.mail.sender)
    own = await questions.was_asked_by(unit.db, came.question.id, digests)
    return UnreadFollowUp(reason, why, came.question, told=own and bool(came.sent))


async def _from_partner(unit: Unit, door: ReplyDoor, came: _Came) -> str:
    partner = await _partner(unit, came.link)
    written = await _written(unit, door, came)
    reply = read_reply(written.text, came.mail.subject)
    if why := _why_held(unit, door, came, written, reply):
        return await _hold(unit, door, came, partner, written.text, why)
    try:
        async with unit.db.transaction():
            accepted = await DEEDS[reply.deed](unit, door, came, partner, reply)
    except Walled:
        return await _hold(unit, door, came, partner, written.text, "ours")
    return "duplicate" if accepted.again else reply.deed.value


def _why_held(unit: Unit, door: ReplyDoor, came: _Came, written: Written, reply: Reply) -> str:
    """One of `reading.REASONS`; empty where it is understood."""
    if written.why_unsure:
        return written.why_unsure
    if not written.text and not uploads_of(came.mail):
        return "empty"
    if reply.held == "empty" and uploads_of(came.mail):
        return ""
    if reply.held or reply.deed is not ReplyKind.ANSWER:
        return reply.held
    soon = came.sent and came.submission.received_at - came.sent[0].sent_at < door.quickest
    return "too_quick" if soon and came.submission.received_at == unit.now else ""


async def _answer(unit: Unit, door: ReplyDoor, came: _Came, partner: str, reply: Reply) -> AcceptedSubmission:
    """One that comes after the question's answer is an addition: the router knows, and says so."""
    file_alone = _see_file(came.question) if reply.held or not reply.text else ""
    text = with_left_out("\n\n".join(filter(None, (file_alone, reply.text))), came.mail)
    new = NewAnswer(text, "mail", reply.sources, reply.effort)

    async def accept(files: tuple[Attachment, ...]) -> AcceptedSubmission:
        return await accept_answer(
            unit, door.intake.wall, came.submission, came.question.id, partner, new, files
        )

    return await _with_files(unit, door, came, "answer", accept)


async def _decline(
    unit: Unit, door: ReplyDoor, came: _Came, partner: str, reply: Reply
) -> AcceptedSubmission:
    """A partner named that is not known stays in the reason, for a person to read."""
    named = partner_named(reply.refer_to, await links.partners_seen(unit.db)) if reply.refer_to else None
    new = NewDecline("mail", reply.text or None, named)
    return await accept_decline(unit, door.intake.wall, came.submission, came.question.id, partner, new)


async def _take(unit: Unit, _door: ReplyDoor, came: _Came, partner: str, _reply: Reply) -> AcceptedSubmission:
    return await accept_take(unit, came.submission, came.question.id, partner, "mail")


async def _ask_back(
    unit: Unit, door: ReplyDoor, came: _Came, partner: str, reply: Reply
) -> AcceptedSubmission:
    question, wall = came.question.id, door.intake.wall
    return await accept_clarification(unit, wall, came.submission, question, partner, reply.text, "mail")


async def _correct(
    unit: Unit, door: ReplyDoor, came: _Came, partner: str, reply: Reply
) -> AcceptedSubmission:
    new = NewAnswer(reply.text, "mail", reply.sources)

    async def accept(files: tuple[Attachment, ...]) -> AcceptedSubmission:
        wall, question = door.intake.wall, came.question.id
        return await accept_addition(
            unit, wall, came.submission, question, partner, new, files, corrects=True
        )

    return await _with_files(unit, door, came, "answer", accept)


async def _spam(unit: Unit, _door: ReplyDoor, came: _Came, partner: str, _reply: Reply) -> AcceptedSubmission:
    return await accept_spam(unit, came.submission, came.question.id, partner, "mail")


DEEDS = {
    ReplyKind.ANSWER: _answer,
    ReplyKind.DECLINE: _decline,
    ReplyKind.TAKE: _take,
    ReplyKind.ASK_BACK: _ask_back,
    ReplyKind.CORRECT: _correct,
    ReplyKind.SPAM: _spam,
}
"""What a library says → how it is accepted."""


async def _hold(unit: Unit, door: ReplyDoor, came: _Came, partner: str, text: str, why: str) -> str:
    """Nobody is sent it; it waits on the library's page, and the library is told."""
    question = came.question.id
    before = await held_replies.reasons(unit.db, question, partner)
    held = HeldReply(uuid7(), question, partner, why, clean_text(text) or "", (), unit.now)

    async def keep(files: tuple[Attachment, ...]) -> AcceptedSubmission:
        if earlier := await submissions.add(unit.db, came.submission, "held", question):
            be_the_same(came.submission, earlier)
            return AcceptedSubmission(question, again=True)
        kept = tuple(UUID(file.url.rsplit("/", 1)[-1]) for file in files)
        await held_replies.add(unit.db, replace(held, files=kept))
        return AcceptedSubmission(question)

    accepted = await _with_files(unit, door, came, "held", keep)
    if accepted.again:
        return "duplicate"
    if len(before) < MOST_TOLD and not (why in QUIET and why in before):
        facets = Facets.model_validate_json(came.question.facets)
        unit.announce(
            ReplyHeld(held_id=held.id, partner=partner, reason=why, facets=facets), question=question
        )
    return "held"


async def _written(unit: Unit, door: ReplyDoor, came: _Came) -> Written:
    """What the person wrote. Raises NotYet where the text is quoted of a mail that we have not heard of."""
    memory = _memory(door, came)
    written = written_in(came.mail.text, memory)
    heard = bool(came.sent) or not _is_recent(unit, came, await questions.partners(unit.db, came.question.id))
    if not heard and memory.codes.intersection(words_of(came.mail.text)):
        raise NotYet(f"question {came.question.id}: what was mailed about it is not known here yet")
    return written


def _memory(door: ReplyDoor, came: _Came) -> Memory:
    intake, link, question = door.intake, came.link, came.question
    read = [found for mail in came.sent if (found := read_fingerprint(intake.keys, mail.fingerprint))]
    key = read[0][0] if read else intake.keys[0]
    quotable = (question.text, question.ending or "")
    return Memory(
        key=key,
        mails=tuple(fingerprint for by, fingerprint in read if by == key),
        codes=frozenset(mark_codes(intake.keys, link.role, question.id, link.digest)),
        quotable=tuple(tuple(hashed(key, word) for word in words_of(text)) for text in quotable),
        us=Us(door.network_name, intake.reply_box),
    )


def _is_recent(unit: Unit, came: _Came, asked: Sequence[questions.AskedPartner]) -> bool:
    """By the question's arrival, or the latest assignment's id: it bears its moment (RFC 9562, 5.7)."""
    moments = [
        came.question.received_at.timestamp(),
        *(one.assignment_id.int / 2**80 / 1000 for one in asked),
    ]
    return unit.now.timestamp() - max(moments) < SOON.total_seconds()


async def _partner(unit: Unit, link: Link) -> str:
    asked = await questions.partners(unit.db, link.question_id)
    for one in asked:
        if one.digest == link.digest:
            if await links.is_revoked(unit.db, link.question_id, one.partner):
                why = "this reply address was revoked, or its partner is suspended or removed"
                raise Refused(why, field="to")
            return one.partner
    raise NotYet(f"question {link.question_id}: the partner of this reply address is not known yet")


async def _with_files(
    unit: Unit, door: ReplyDoor, came: _Came, belongs_to: str, accept: Accepts
) -> AcceptedSubmission:
    """A library's, which count for all together alone."""
    uploads, intake = uploads_of(came.mail), door.intake
    return await accept_with_files(unit, intake.public_url, uploads, belongs_to, accept, room=intake.room)


def _see_file(question: StoredQuestion) -> str:
    language = Facets.model_validate_json(question.facets).language
    return SEE_FILE["fr" if language in (None, "fr") else "en"]
