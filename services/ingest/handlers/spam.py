"""What a program seems to have sent, and what comes from who sent spam before: held for a person, never
thrown away unseen."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from services.chassis.messaging.transaction import Unit
from services.contracts.addresses import address_digests, mailbox
from services.ingest.domain.intake import OfSpamSender, RawSubmission
from services.ingest.store.conversations import conversation, submissions

OF_SPAM_SENDER = "its sender's mail was marked as spam before"


async def hold_spam(unit: Unit, submission: RawSubmission, why: str) -> None:
    if await submissions.add_held(unit.db, submission) is None:
        await submissions.quarantine(unit.db, submission, f"spam: {why}", None, ())


async def spam_senders(unit: Unit, keys: Sequence[bytes], senders: Sequence[str]) -> set[str]:
    """Those of these addresses and accounts of whom a question was marked as spam. Case and tags of an
    address make no other sender."""
    digests = {sender: _digests(keys, sender) for sender in senders}
    if not digests:
        return set()
    known = await conversation.spam_senders(unit.db, sorted(set().union(*digests.values())))
    return {sender for sender, its in digests.items() if not known.isdisjoint(its)}


async def refuse_spam_sender(unit: Unit, question: UUID) -> None:
    """Raises OfSpamSender where the question's asker sent what was marked as spam."""
    if await conversation.is_of_spam_sender(unit.db, question):
        raise OfSpamSender


def _digests(keys: Sequence[bytes], sender: str) -> set[bytes]:
    """Of an account its own name, of an address its mailbox's."""
    return {*address_digests(keys, sender), *address_digests(keys, mailbox(sender))}
