"""Which question a mail goes on with that came to no sealed address: by the mails it answers."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from services.chassis.messaging.transaction import Unit
from services.contracts.addresses import address_digests
from services.contracts.links.signed_links import ASKER, Link, party_digest
from services.ingest.domain.intake import Refused
from services.ingest.domain.mail.parsed_mail import ParsedMail
from services.ingest.store.conversations import questions, submissions
from services.ingest.store.mail import sent_mails

MOST_REFERENCES = 10


async def link_of_thread(unit: Unit, keys: Sequence[bytes], mail: ParsedMail) -> Link | None:
    """A mail to an address of ours that nobody sealed, and that goes on in the thread of a question: its
    asker's is a follow-up. Raises Refused where somebody else writes: who was sent a copy and answers all, or
    a library whose program does not write to where answers go."""
    if not (thread := await _thread(unit, mail.references[:MOST_REFERENCES])):
        return None
    question, role = thread
    if role == "partner":
        raise Refused(f"answers our mail to a library about question {question}, elsewhere", field="to")
    if await questions.was_asked_by(unit.db, question, address_digests(keys, mail.sender)):
        return Link("asker", question, party_digest(ASKER))
    raise Refused(f"goes on in the thread of question {question}, and is not its asker's", field="from")


async def _thread(unit: Unit, references: Sequence[str]) -> tuple[UUID, str] | None:
    """By the Message-ID of a mail that came about it, or of one that we sent; and with whom it is written."""
    for reference in references:
        if question := await submissions.question_of(unit.db, "mail", reference):
            return question, "asker"
    return await sent_mails.thread_of(unit.db, [*filter(None, map(_delivery, references))])


def _delivery(message_id: str) -> UUID | None:
    """Our Message-IDs are `<id of the delivery@domain>`."""
    try:
        return UUID(message_id.strip("<>").partition("@")[0])
    except ValueError:
        return None
