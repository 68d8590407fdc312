"""Whoever wrote a mail that a coordinator drops is told why, in a standard sentence: only a person, at an
address that is theirs as far as a mail can tell."""

from __future__ import annotations

from typing import cast, get_args

from services.chassis.language.detection import language_of
from services.chassis.messaging.transaction import Unit
from services.contracts.ingest import HeldAnswered
from services.contracts.vocabulary import AnswerToSender
from services.ingest.domain.intake import Refused
from services.ingest.domain.mail.automatic import ROBOTS
from services.ingest.domain.mail.mail_address import mail_address
from services.ingest.domain.mail.parsed_mail import Kind, ParsedMail
from services.ingest.handlers.mail.incoming import MailDoor
from services.ingest.handlers.spam import spam_senders
from services.ingest.store.mail.quarantine import Held

ANSWERABLE = frozenset({Kind.WRITTEN, Kind.ENCRYPTED, Kind.UNREADABLE})
LONGEST_ID = 250
SPAM, DOUBTFUL = "spam", "perhaps automatic"
"""Beginnings of why a mail is held."""


class NotAnswerable(Refused):
    """Nobody is to be written to about it: it is dropped without, or stays."""


async def answer_to(unit: Unit, door: MailDoor, held: Held, mail: ParsedMail, answer: str) -> HeldAnswered:
    """Raises NotAnswerable."""
    if answer not in get_args(AnswerToSender):
        raise NotAnswerable(f"no such answer: {answer}", field="answer")
    sender = _sender(door, held, mail)
    if await spam_senders(unit, door.intake.keys, [sender, mail.sender]):
        raise NotAnswerable("its sender's mail was marked as spam", field="answer")
    id_ = mail.message_id or ""
    return HeldAnswered(
        number=held.id,
        mail=sender,
        answer=cast("AnswerToSender", answer),
        language=language_of(f"{mail.subject} {mail.text or mail.html_text}"),
        received_at=held.received_at,
        message_id=id_ if id_.isascii() and id_.isprintable() and 0 < len(id_) <= LONGEST_ID else None,
    )


def _sender(door: MailDoor, held: Held, mail: ParsedMail) -> str:
    """Where the envelope says that it came from. Where the mail itself names somebody else, a list or a
    program sent it, or somebody who is not who they say."""
    path = mail.return_path if held.envelope_from is None else held.envelope_from
    why = held.reason.partition(":")[0]
    if mail.kind not in ANSWERABLE or mail.signs or mail.lists or why in (SPAM, DOUBTFUL):
        raise NotAnswerable("a machine, a list or a spammer wrote it, or may have", field="answer")
    try:
        sender = mail_address(path or "", smtputf8=door.intake.smtputf8)
        named = mail_address(mail.sender, smtputf8=door.intake.smtputf8)
    except ValueError as fault:
        raise NotAnswerable(f"it has no sender to write to: {fault}", field="answer") from fault
    if sender.lower() != named.lower():
        raise NotAnswerable("its envelope names another sender than the mail", field="answer")
    if door.boxes.takes(sender) or ROBOTS.match(sender):
        raise NotAnswerable("its sender is an address of ours or a robot's", field="answer")
    return sender
