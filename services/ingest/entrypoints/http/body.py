"""What partners send by AMQP or HTTP, in the words of the domain: the same three by both ways."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import AfterValidator

from services.chassis.language.codes import language_code
from services.contracts.partners import (
    AnswerSubmitted,
    AskerAddress,
    DeclineSubmitted,
    LanguageTag,
    PartnerAsker,
    PartnerPlace,
    QuestionSubmitted,
    SubmittedFact,
)
from services.ingest.domain.intake import NewAnswer, NewDecline, NewQuestion
from services.ingest.domain.mail.mail_address import mail_address

LONGEST_AGO = timedelta(days=30)
"""A question asked longer ago than this counts as asked now."""


def _a_language(tag: str) -> str:
    if language_code(tag) is None:
        raise ValueError(f"{tag} is no language; write one of ISO 639-1, such as fr")
    return tag


def _an_address(written: str) -> str:
    """Whether one with accents before its @ can be written to is looked at later."""
    mail_address(written, smtputf8=True)
    return written


class ReadableAsker(PartnerAsker):
    """The asker, when the network and not the partner shall answer them."""

    mail: Annotated[AskerAddress, AfterValidator(_an_address)]


class ReadableQuestion(QuestionSubmitted):
    """A question for the network."""

    # The contract's, with what it can't tell by itself: all that is wrong with a question is told at once.
    language: Annotated[LanguageTag, AfterValidator(_a_language)] | None = None
    asker: ReadableAsker | None = None


def said_in(sent: SubmittedFact, **about: str | None) -> bytes:
    """By which the same again is known: however it was written, in another order of fields or with blanks."""
    return json.dumps(
        about | {"data": sent.model_dump(mode="json", exclude_none=True)}, sort_keys=True, ensure_ascii=False
    ).encode()


def new_question(sent: QuestionSubmitted, *, channel: str, origin: str | None, now: datetime) -> NewQuestion:
    place = sent.place or PartnerPlace()
    asked_at = sent.asked_at or now
    return NewQuestion(
        text=sent.text,
        channel=channel,
        asked_at=asked_at if now - LONGEST_AGO <= asked_at <= now else now,
        private_note=sent.private_note,
        language=language_code(sent.language) if sent.language else None,
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
    return NewAnswer(sent.text, way, sent.sources, sent.effort, sent.subject, sent.format)


def new_decline(sent: DeclineSubmitted, *, way: str) -> NewDecline:
    return NewDecline(way, sent.reason, sent.refer_to)
