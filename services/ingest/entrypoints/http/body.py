"""What partners send by AMQP or HTTP, in the words of the domain: the same three by both ways."""

from __future__ import annotations

from datetime import datetime, timedelta

from services.contracts.partners import AnswerSubmitted, DeclineSubmitted, QuestionSubmitted
from services.contracts.vocabulary import Place
from services.ingest.domain.intake import NewAnswer, NewDecline, NewQuestion

LONGEST_AGO = timedelta(days=30)
"""A question asked longer ago than this counts as asked now."""


def new_question(sent: QuestionSubmitted, *, channel: str, origin: str | None, now: datetime) -> NewQuestion:
    place = sent.place or Place()
    asked_at = sent.asked_at or now
    return NewQuestion(
        text=sent.text,
        channel=channel,
        asked_at=asked_at if now - LONGEST_AGO <= asked_at <= now else now,
        private_note=sent.private_note,
        language=sent.language,
        subject=sent.subject,
        purpose=sent.purpose,
        country=place.country,
        postcode=place.postcode,
        place_known=sent.place is not None,
        publish_consent=sent.publish_consent,
        origin=origin,
        reference=sent.reference,
        mail=sent.asker.mail if sent.asker else None,
        name=sent.asker.name if sent.asker else None,
    )


def new_answer(sent: AnswerSubmitted, *, way: str) -> NewAnswer:
    return NewAnswer(sent.text, way, sent.sources, sent.effort, sent.subject)


def new_decline(sent: DeclineSubmitted, *, way: str) -> NewDecline:
    return NewDecline(way, sent.reason, sent.refer_to)
