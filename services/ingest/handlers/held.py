"""What a library makes of its own reply that was held: it goes out, or something else is done instead."""

from __future__ import annotations

from uuid import UUID

from services.chassis.messaging.transaction import Unit
from services.contracts.vocabulary import Attachment
from services.ingest.handlers.files.files import attachment_of
from services.ingest.store import files
from services.ingest.store.mail import held_replies


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
