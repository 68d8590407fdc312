"""What a library's mail says of its question, and how each of it is accepted or held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from uuid_utils.compat import uuid7

from services.chassis.messaging.transaction import Unit
from services.contracts.ingest import ReplyHeld
from services.contracts.links.signed_links import Link
from services.contracts.vocabulary import Facets
from services.ingest.domain.cleaning import clean_text
from services.ingest.domain.intake import (
    NewAnswer,
    NewDecline,
    RawSubmission,
)
from services.ingest.domain.mail.parsed_mail import ParsedMail
from services.ingest.domain.replies.reading import QUIET, Reply, ReplyKind, partner_named
from services.ingest.handlers.conversation import accept_addition, accept_clarification, accept_spam
from services.ingest.handlers.files.files import KeptFiles, keep_files
from services.ingest.handlers.mail.mail_files import uploads_of, with_left_out
from services.ingest.handlers.questions import Intake
from services.ingest.handlers.submissions import (
    AcceptedSubmission,
    accept_answer,
    accept_decline,
    accept_take,
    be_the_same,
)
from services.ingest.store.access import links
from services.ingest.store.conversations import submissions
from services.ingest.store.conversations.questions import StoredQuestion
from services.ingest.store.mail import held_replies
from services.ingest.store.mail.held_replies import HeldReply
from services.ingest.store.mail.sent_mails import StoredSentMail

SEE_FILE = {"fr": "Voir le fichier joint.", "en": "See the attached file."}
"""What stands in an answer that is a file and nothing else, for who asked in French and for the others."""
MOST_TOLD = 5
"""Held replies of one library about one question that it is told of by mail: a machine might be answering
ours."""


@dataclass(frozen=True, slots=True)
class ReplyDoor:
    """`quickest`: an answer that comes sooner after our mail was written by a machine. `by_hand`: a person
    has looked, and says whose word it is and that it is to be read."""

    intake: Intake
    network_name: str
    quickest: timedelta
    by_hand: bool = False


@dataclass(frozen=True, slots=True)
class Came:
    """One mail, the question it speaks of, and what we sent to whoever wrote it, the latest first."""

    submission: RawSubmission
    mail: ParsedMail
    link: Link
    question: StoredQuestion
    sent: Sequence[StoredSentMail]


async def _answer(unit: Unit, door: ReplyDoor, came: Came, partner: str, reply: Reply) -> AcceptedSubmission:
    """One that comes after the question's answer is an addition: the router knows, and says so."""
    file_alone = see_file(came.question) if reply.held or not reply.text else ""
    text = with_left_out("\n\n".join(filter(None, (file_alone, reply.text))), came.mail)
    new = NewAnswer(text, "mail", reply.sources, reply.effort)
    kept = await _files_of(unit, door, came, "answer")
    accepted = await accept_answer(
        unit, door.intake.wall, came.submission, came.question.id, partner, new, kept.attachments
    )
    return await kept.follow(unit, accepted)


async def _decline(unit: Unit, door: ReplyDoor, came: Came, partner: str, reply: Reply) -> AcceptedSubmission:
    """A partner named that is not known stays in the reason, for a person to read."""
    named = partner_named(reply.refer_to, await links.partners_seen(unit.db)) if reply.refer_to else None
    new = NewDecline("mail", reply.text or None, named)
    return await accept_decline(unit, door.intake.wall, came.submission, came.question.id, partner, new)


async def _take(unit: Unit, _door: ReplyDoor, came: Came, partner: str, _reply: Reply) -> AcceptedSubmission:
    return await accept_take(unit, came.submission, came.question.id, partner, "mail")


async def _ask_back(
    unit: Unit, door: ReplyDoor, came: Came, partner: str, reply: Reply
) -> AcceptedSubmission:
    question, wall = came.question.id, door.intake.wall
    return await accept_clarification(unit, wall, came.submission, question, partner, reply.text, "mail")


async def _correct(unit: Unit, door: ReplyDoor, came: Came, partner: str, reply: Reply) -> AcceptedSubmission:
    new = NewAnswer(reply.text, "mail", reply.sources)
    kept = await _files_of(unit, door, came, "answer")
    wall, question = door.intake.wall, came.question.id
    accepted = await accept_addition(
        unit, wall, came.submission, question, partner, new, kept.attachments, corrects=True
    )
    return await kept.follow(unit, accepted)


async def _spam(unit: Unit, _door: ReplyDoor, came: Came, partner: str, _reply: Reply) -> AcceptedSubmission:
    return await accept_spam(unit, came.submission, came.question.id, partner, "mail")


ACCEPTED_BY = {
    ReplyKind.ANSWER: _answer,
    ReplyKind.DECLINE: _decline,
    ReplyKind.TAKE: _take,
    ReplyKind.ASK_BACK: _ask_back,
    ReplyKind.CORRECT: _correct,
    ReplyKind.SPAM: _spam,
}
"""What a library says → how it is accepted."""


async def hold_reply(unit: Unit, door: ReplyDoor, came: Came, partner: str, text: str, why: str) -> str:
    """Nobody is sent it; it waits on the library's page, and the library is told."""
    question = came.question.id
    before = await held_replies.reasons(unit.db, question, partner)
    kept = await _files_of(unit, door, came, "held")
    if earlier := await submissions.add(unit.db, came.submission, "held", question):
        be_the_same(came.submission, earlier)
        await kept.follow(unit, AcceptedSubmission(question, again=True))
        return "duplicate"
    own = tuple(file.id for file in kept.files)
    held = HeldReply(uuid7(), question, partner, why, clean_text(text) or "", own, unit.now)
    await held_replies.add(unit.db, held)
    await kept.follow(unit, AcceptedSubmission(question))
    if len(before) < MOST_TOLD and not (why in QUIET and why in before):
        facets = Facets.model_validate_json(came.question.facets)
        unit.announce(
            ReplyHeld(held_id=held.id, partner=partner, reason=why, facets=facets), question=question
        )
    return "held"


async def _files_of(unit: Unit, door: ReplyDoor, came: Came, belongs_to: str) -> KeptFiles:
    """A library's, which count for all together alone."""
    uploads, intake = uploads_of(came.mail), door.intake
    return await keep_files(unit, intake.public_url, uploads, belongs_to, room=intake.room)


def see_file(question: StoredQuestion) -> str:
    language = Facets.model_validate_json(question.facets).language
    return SEE_FILE["fr" if language in (None, "fr") else "en"]
