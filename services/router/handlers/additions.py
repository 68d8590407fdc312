"""More of an answer: what a partner adds or corrects, and the fact that tells of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from services.chassis.language.commonmark import plain_words
from services.contracts.router import AnswerAdded, AnswerCorrected
from services.contracts.vocabulary import Attachment, TextFormat
from services.router.domain.question.conversation import SentText, text_digest
from services.router.domain.question.question import Question
from services.router.domain.routing.directory import Directory
from services.router.handlers import facts


@dataclass(frozen=True, slots=True)
class Addition:
    """What a partner adds to an answer, or corrects of it, by whatever event it came at `at`."""

    id: UUID
    at: datetime
    partner: str
    text: str
    sources: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    corrects: bool = False
    format: TextFormat = "plain"
    what: Literal["answer", "addition", "clarification"] = "addition"

    @property
    def as_sent(self) -> SentText:
        return sent_text(self.partner, self.at, self.text, self.format, self.sources, self.attachments)


def sent_text(
    partner: str,
    at: datetime,
    text: str,
    form: TextFormat,
    sources: Sequence[str],
    attachments: Sequence[Attachment],
) -> SentText:
    digest = text_digest(plain_words(text, form), sources, [one.sha256 for one in attachments])
    return SentText(partner, digest, at)


def added(
    directory: Directory, question: Question, answer: UUID, addition: Addition, now: datetime
) -> AnswerAdded:
    kind = AnswerCorrected if addition.corrects else AnswerAdded
    return kind(
        addition_id=addition.id,
        answer_id=answer,
        partner=facts.name_of(directory, addition.partner),
        text=addition.text,
        format=addition.format,
        sources=addition.sources,
        attachments=addition.attachments,
        added_at=now,
        released=facts.released_of(question, now),
        requester=facts.requester_of(directory, question),
        facets=facts.facets_of(question),
    )
