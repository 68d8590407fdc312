"""What partners send by AMQP or HTTP, in the words of the domain: the same three by both ways."""

from __future__ import annotations

from datetime import datetime, timedelta

from services.chassis.language.codes import language_code
from services.contracts.partners import AnswerSubmitted, DeclineSubmitted, PartnerPlace, QuestionSubmitted
from services.ingest.domain.intake import NewAnswer, NewDecline, NewQuestion, Refused

LONGEST_AGO = timedelta(days=30)
"""A question asked longer ago than this counts as asked now."""


def new_question(sent: QuestionSubmitted, *, channel: str, origin: str | None, now: datetime) -> NewQuestion:
    place = sent.place or PartnerPlace()
    asked_at = sent.asked_at or now
    return NewQuestion(
        text=sent.text,
        channel=channel,
        asked_at=asked_at if now - LONGEST_AGO <= asked_at <= now else now,
        private_note=sent.private_note,
        language=_language(sent.language),
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


def _language(tag: str | None) -> str | None:
    """ISO 639-1 where there is one. Raises Refused for what is no language."""
    if tag is None:
        return None
    code = language_code(tag)
    if code is None:
        why = f"{tag} is no language; write one of ISO 639-1, such as fr"
        raise Refused(why, field="language", value=tag)
    return code


def new_answer(sent: AnswerSubmitted, *, way: str) -> NewAnswer:
    return NewAnswer(sent.text, way, sent.sources, sent.effort, sent.subject, sent.format)


def new_decline(sent: DeclineSubmitted, *, way: str) -> NewDecline:
    return NewDecline(way, sent.reason, sent.refer_to)
