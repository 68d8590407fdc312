"""A mail at a reply address: an answer, a command, a follow-up, or something its library must look at."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from services.chassis.messaging.transaction import Unit
from services.contracts.addresses import address_digests
from services.contracts.links.marks import hashed, mark_codes, read_fingerprint, words_of
from services.contracts.links.signed_links import Link
from services.ingest.domain.intake import (
    QuestionEnded,
    RawSubmission,
    Refused,
    UnknownQuestion,
    Walled,
)
from services.ingest.domain.mail.parsed_mail import ParsedMail
from services.ingest.domain.replies.asking_again import reason_to_ask_again
from services.ingest.domain.replies.headings import Us
from services.ingest.domain.replies.quoting import MOST_MAILS, Memory, Written, written_in
from services.ingest.domain.replies.reading import Reply, ReplyKind, read_reply
from services.ingest.handlers.files.files import Upload, keep_files
from services.ingest.handlers.mail.asking_again import ask_again
from services.ingest.handlers.mail.mail_files import uploads_of, with_left_out
from services.ingest.handlers.mail.partner_replies import (
    ACCEPTED_BY,
    Came,
    ReplyDoor,
    hold_reply,
    see_file,
)
from services.ingest.handlers.submissions import (
    AcceptedSubmission,
    accept_follow_up,
)
from services.ingest.store.access import links
from services.ingest.store.conversations import questions
from services.ingest.store.conversations.questions import StoredQuestion
from services.ingest.store.mail import sent_mails

MOST_RECIPIENTS = 50
SOON = timedelta(hours=6)
"""How long after a question or its routing we may not have heard yet what was mailed about it."""


class UnreadFollowUp(Refused):
    """An asker's reply that nothing can be passed on of. `told`: they wrote from the address we write to."""

    def __init__(self, reason: str, why: str, question: StoredQuestion, *, told: bool) -> None:
        super().__init__(reason, field="text")
        self.why = why
        self.question = question
        self.told = told


class NotYet(Exception):
    """The mail answers what has not reached us yet: the mail server shall come again."""


async def accept_reply(
    unit: Unit, door: ReplyDoor, submission: RawSubmission, mail: ParsedMail, link: Link
) -> str:
    """What became of it, in a word. Raises Refused and NotYet."""
    question = await questions.get(unit.db, link.question_id)
    if question is None or question.erased_at:
        raise UnknownQuestion("no such question here", field="question")
    sent = await sent_mails.to(unit.db, question.id, link.role, link.digest, MOST_MAILS)
    came = Came(submission, mail, link, question, sent)
    if link.role == "asker":
        return await _follow_up(unit, door, came)
    return await _from_partner(unit, door, came)


async def _follow_up(unit: Unit, door: ReplyDoor, came: Came) -> str:
    if not door.by_hand and await _is_to_the_asker(unit, door, came):
        raise Refused("goes to the asker too, from somebody else: who was sent a copy", field="from")
    written = await _written(unit, door, came)
    if written.why_unsure and not door.by_hand:
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
            told, about_files = with_left_out(again, came.mail), see_file(came.question)
            accepted = await ask_again(
                unit, door.intake, came.submission, came.question, told, uploads, about_files
            )
    except Walled as walled:
        raise await _unread(unit, door, came, walled.reason, "ours") from walled
    except QuestionEnded as ended:
        raise await _unread(unit, door, came, ended.reason, "ended") from ended
    if accepted.again:
        return "duplicate"
    return "follow_up" if again is None else "reopening"


async def _is_to_the_asker(unit: Unit, door: ReplyDoor, came: Came) -> bool:
    """Whoever answers all with the asker among them is not the asker, though the reply address is theirs; who
    writes to that alone may be, from another address of theirs."""
    keys, question = door.intake.keys, came.question.id
    if await questions.was_asked_by(unit.db, question, address_digests(keys, came.mail.sender)):
        return False
    others = came.mail.recipients[:MOST_RECIPIENTS]
    digests = [digest for address in others for digest in address_digests(keys, address)]
    return await questions.was_asked_by(unit.db, question, digests)


async def _pass_on(
    unit: Unit, door: ReplyDoor, came: Came, words: str, uploads: Sequence[Upload]
) -> AcceptedSubmission:
    text = with_left_out(words or see_file(came.question), came.mail)
    intake, mailbox = door.intake, await questions.mailbox_of(unit.db, came.question.id)
    kept = await keep_files(unit, intake.public_url, uploads, "follow_up", room=intake.room, mailbox=mailbox)
    accepted = await accept_follow_up(
        unit,
        intake.wall,
        came.submission,
        came.question.id,
        text,
        "mail",
        kept.attachments,
        vouched=door.by_hand,
    )
    return await kept.follow(unit, accepted)


async def _unread(unit: Unit, door: ReplyDoor, came: Came, reason: str, why: str) -> UnreadFollowUp:
    """Whoever holds the link knows the reply address, too: told is only who writes from the asker's own
    address, after a mail of ours."""
    digests = address_digests(door.intake.keys, came.mail.sender)
    own = await questions.was_asked_by(unit.db, came.question.id, digests)
    return UnreadFollowUp(reason, why, came.question, told=own and bool(came.sent))


async def _from_partner(unit: Unit, door: ReplyDoor, came: Came) -> str:
    partner = await _partner(unit, came.link)
    written = await _written(unit, door, came)
    reply = read_reply(written.text, came.mail.subject)
    if why := _why_held(unit, door, came, written, reply):
        return await hold_reply(unit, door, came, partner, written.text, why)
    try:
        async with unit.db.transaction():
            accepted = await ACCEPTED_BY[reply.kind](unit, door, came, partner, reply)
    except Walled:
        return await hold_reply(unit, door, came, partner, written.text, "ours")
    return "duplicate" if accepted.again else reply.kind.value


def _why_held(unit: Unit, door: ReplyDoor, came: Came, written: Written, reply: Reply) -> str:
    """One of `reading.REASONS`; empty where it is understood."""
    if written.why_unsure:
        return written.why_unsure
    if not written.text and not uploads_of(came.mail):
        return "empty"
    if reply.held == "empty" and uploads_of(came.mail):
        return ""
    if reply.held or reply.kind is not ReplyKind.ANSWER:
        return reply.held
    soon = came.sent and came.submission.received_at - came.sent[0].sent_at < door.quickest
    return "too_quick" if soon and came.submission.received_at == unit.now else ""


async def _written(unit: Unit, door: ReplyDoor, came: Came) -> Written:
    """What the person wrote. Raises NotYet where the text is quoted of a mail that we have not heard of."""
    memory = _memory(door, came)
    written = written_in(came.mail.text, memory)
    heard = bool(came.sent) or not _is_recent(unit, came, await questions.partners(unit.db, came.question.id))
    if not heard and memory.codes.intersection(words_of(came.mail.text)):
        raise NotYet(f"question {came.question.id}: what was mailed about it is not known here yet")
    return written


def _memory(door: ReplyDoor, came: Came) -> Memory:
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


def _is_recent(unit: Unit, came: Came, asked: Sequence[questions.AskedPartner]) -> bool:
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
