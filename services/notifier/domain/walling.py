"""The last look at a delivery: what of ours the reader must not have (`Wall`)."""

from __future__ import annotations

from services.contracts.links.wall import Wall
from services.notifier.domain.outgoing import DeliveryAttempt


def why_not(wall: Wall, delivery: DeliveryAttempt) -> str | None:
    """Why these words of others must not go where this delivery goes; None when they may."""
    question, assignment, library = delivery.question, delivery.assignment, delivery.said
    partners = {one.partner for one in (delivery.answer, library, assignment) if one is not None}
    if library is not None:
        texts = (library.text, library.marked, *library.sources)
        stopped = wall.why_not(
            texts, question.id, partners=partners, note=question.private_note, known=question.text
        )
    else:
        word = delivery.follow_up.text if delivery.follow_up else None
        said = (question.text, question.private_note, word, delivery.details.get("explanation"))
        stopped = wall.why_not(said, question.id, partners=partners)
    return f"held: the text holds a {stopped} of ours that its reader must not have" if stopped else None
