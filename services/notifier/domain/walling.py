"""The last look at a delivery: what of ours the reader must not have (`Wall`)."""

from __future__ import annotations

from services.contracts.wall import Wall
from services.notifier.domain.outgoing import DeliveryAttempt


def why_not(wall: Wall, delivery: DeliveryAttempt) -> str | None:
    """Why these words of others must not go where this delivery goes; None when they may."""
    question, answer, turn = delivery.question, delivery.answer, delivery.assignment
    partners = {one.partner for one in (answer, turn) if one is not None}
    if delivery.kind == "answer" and answer is not None:
        texts = (answer.text, *answer.sources)
        stopped = wall.why_not(
            texts, question.id, partners=partners, note=question.private_note, known=question.text
        )
    else:
        said = (question.text, question.private_note, delivery.follow_up, delivery.details.get("explanation"))
        stopped = wall.why_not(said, question.id, partners=partners)
    return f"held: the text holds a {stopped} of ours that its reader must not have" if stopped else None
