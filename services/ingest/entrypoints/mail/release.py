"""What a person has looked at goes in after all, by the door it came to."""

from __future__ import annotations

import json

from services.chassis.messaging.transaction import Unit
from services.contracts.partners import QuestionSubmitted
from services.contracts.vocabulary import SOCIAL_DOORS
from services.ingest.domain.intake import RawSubmission, Refused
from services.ingest.domain.mail.parsed_mail import MailEnvelope
from services.ingest.entrypoints.http.body import new_question as asked_by_program
from services.ingest.entrypoints.http.pages.question_form import new_question
from services.ingest.entrypoints.mail.reader import mail_reader
from services.ingest.entrypoints.scanner import Scanner, searched
from services.ingest.handlers import social
from services.ingest.handlers.caps import Caps
from services.ingest.handlers.files.file_room import FileRoom
from services.ingest.handlers.mail.incoming import MailDoor, accept_written
from services.ingest.handlers.questions import accept_question
from services.ingest.store.mail import quarantine
from services.ingest.store.mail.quarantine import Held

BY_HAND = Caps(per_hour=1_000_000, open=1_000_000)
"""A person who releases a mail has decided: no cap counts."""
ROOM_BY_HAND = FileRoom(per_mailbox=10**15, in_all=10**15)


async def release_held(unit: Unit, door: MailDoor, held: Held, scanner: Scanner | None) -> str:
    """What became of it. Raises NotYet while its files can't be searched, Refused and Unreadable where no
    looking can help: no text at all, no such question, no way to read it."""
    await quarantine.forget_submission(unit.db, held.door, held.key)
    submission = RawSubmission(held.door, held.key, held.raw, held.received_at)
    if held.door == "form":
        new = new_question(json.loads(held.raw), held.received_at)
        await accept_question(unit, door.intake, submission, new, vouched=True)
        return "question"
    if held.door == "api":
        sent = QuestionSubmitted.model_validate_json(held.raw)
        asked = asked_by_program(sent, channel="api", origin=None, now=held.received_at)
        await accept_question(unit, door.intake, submission, asked, vouched=True)
        return "question"
    if held.door in SOCIAL_DOORS:
        return await social.release(unit, door.intake, held)
    if held.door != "mail":
        raise Refused(f"nothing is known of the door {held.door!r}")
    envelope = MailEnvelope(held.envelope_from, held.envelope_to)
    async with mail_reader() as reader:
        mail = await reader.read(held.raw, envelope, door.boxes.own, held.received_at)
    if scanner is not None:
        mail = await searched(scanner, mail)
    return await accept_written(unit, door, submission, mail)
