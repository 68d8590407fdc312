"""What becomes of a library's reply that was held: it goes out, or something else is done instead."""

from __future__ import annotations

from uuid import UUID

from services.chassis.messaging.transaction import Unit
from services.contracts.links.wall import Wall
from services.contracts.vocabulary import Attachment
from services.ingest.domain.intake import NewAnswer, RawSubmission
from services.ingest.handlers.files.files import attachment_of
from services.ingest.handlers.submissions import accept_answer
from services.ingest.store import files
from services.ingest.store.mail import held_replies
from services.ingest.store.mail.held_replies import HeldReply


async def act_on(
    unit: Unit, public_url: str, question: UUID, partner: str, held: UUID | None, as_: str
) -> tuple[Attachment, ...]:
    """`as_`: answer, decline, take, clarification or nothing. The files that go out with an answer; none
    where it was acted on before, or nothing was held."""
    if held is None:
        return ()
    kept = await held_replies.done(unit.db, question, partner, held, as_, unit.now)
    if not kept or as_ != "answer":
        return ()
    await files.belong(unit.db, list(kept), as_)
    return tuple(attachment_of(public_url, file) for file in await files.of(unit.db, list(kept)))


async def send_after_all(unit: Unit, wall: Wall, public_url: str, held: HeldReply) -> None:
    """A coordinator has looked: it is the library's answer, with its files. Raises Refused for what can't be
    one."""
    attachments = await act_on(unit, public_url, held.question, held.partner, held.id, "answer")
    submission = RawSubmission("mail", f"held {held.id}", held.text.encode(), held.held_at)
    new = NewAnswer(held.text, "mail")
    await accept_answer(unit, wall, submission, held.question, held.partner, new, attachments)
