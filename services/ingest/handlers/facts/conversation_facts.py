"""How a conversation stands, as the router announced it: for the pages of asker and respondents."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import orjson

from services.chassis.language.commonmark import marked, plain_words
from services.chassis.messaging.transaction import Unit
from services.contracts.envelope import Event
from services.contracts.links.signed_links import party_digest
from services.contracts.reasons import Released
from services.contracts.router import (
    AnswerAdded,
    AnswerCorrected,
    AnswerRefused,
    FollowUpRouted,
    FollowUpUnhandled,
    QuestionHandled,
    QuestionOverdue,
    QuestionPaused,
    QuestionResumed,
    QuestionUnroutable,
)
from services.contracts.vocabulary import Attachment
from services.ingest.handlers.facts import early
from services.ingest.store.conversations import conversation
from services.ingest.store.conversations.conversation import ConversationMessage, PartnerProgress
from services.ingest.store.conversations.questions import AskedPartner
from services.ingest.store.session import session_of


def note_release(unit: Unit, question: UUID, released: Released | None, at: datetime) -> None:
    if released is not None:
        ended = PartnerProgress(released.assignment_id, question, ended_at=at, outcome=released.outcome)
        session_of(unit).note_progress(ended)


async def question_paused(unit: Unit, event: Event[QuestionPaused]) -> None:
    fact = event.data
    message = ConversationMessage(
        id=fact.clarification_id,
        kind="clarification",
        partner=fact.partner.id,
        partner_name=fact.partner.name,
        text=fact.text,
        sources="[]",
        attachments="[]",
        written_at=fact.asked_at,
        ends_at=fact.ends_at,
    )
    session_of(unit).add_message(event.subject, message)


async def question_resumed(unit: Unit, event: Event[QuestionResumed]) -> None:
    fact = event.data
    if fact.assignment_id is not None:
        later = PartnerProgress(
            fact.assignment_id, event.subject, due_at=fact.due_at, promise_at=fact.promise_at
        )
        session_of(unit).note_progress(later)


async def question_handled(unit: Unit, event: Event[QuestionHandled]) -> None:
    """Of all that a coordinator does, another promise and a resolved follow-up are told by no other fact."""
    fact = event.data
    note_release(unit, event.subject, fact.released, event.time)
    if fact.assignment_id is not None:
        later = PartnerProgress(
            fact.assignment_id, event.subject, due_at=fact.due_at, promise_at=fact.promise_at
        )
        session_of(unit).note_progress(later)


async def answer_added(unit: Unit, event: Event[AnswerAdded] | Event[AnswerCorrected]) -> None:
    fact = event.data
    note_release(unit, event.subject, fact.released, event.time)
    message = ConversationMessage(
        id=fact.addition_id,
        kind="correction" if isinstance(fact, AnswerCorrected) else "addition",
        partner=fact.partner.id,
        partner_name=fact.partner.name,
        text=plain_words(fact.text, fact.format),
        marked=marked(fact.text, fact.format),
        sources=orjson.dumps(fact.sources).decode(),
        attachments=_json(fact.attachments),
        written_at=fact.added_at,
        ends_at=None,
    )
    session_of(unit).add_message(event.subject, message)


async def answer_refused(unit: Unit, event: Event[AnswerRefused]) -> None:
    """Told by mail, with its text; the page shows how the question stands."""


async def follow_up_routed(unit: Unit, event: Event[FollowUpRouted]) -> None:
    fact = event.data
    note_release(unit, event.subject, fact.released, event.time)
    asked = AskedPartner(
        assignment_id=fact.assignment_id,
        partner=fact.partner.id,
        partner_name=fact.partner.name,
        digest=party_digest(fact.partner.id),
        attempt=fact.attempt,
        due_at=fact.due_at,
        promise_at=fact.promise_at,
        follow_up=fact.follow_up_id,
        time_zone=fact.time_zone,
    )
    session_of(unit).note_asked(event.subject, asked, fact.facets.found_out())
    early.hand_out(unit, event.subject, asked.partner)


async def follow_up_unhandled(unit: Unit, event: Event[FollowUpUnhandled]) -> None:
    note_release(unit, event.subject, event.data.released, event.time)


async def question_unroutable(unit: Unit, event: Event[QuestionUnroutable]) -> None:
    note_release(unit, event.subject, event.data.released, event.time)
    await conversation.note_impasse(unit.db, event.subject, event.time)


async def question_overdue(unit: Unit, event: Event[QuestionOverdue]) -> None:
    fact = event.data
    if fact.clock == "partner" and fact.assignment_id is not None:
        overdue = PartnerProgress(fact.assignment_id, event.subject, ended_at=event.time, outcome="overdue")
        session_of(unit).note_progress(overdue)


def _json(attachments: Iterable[Attachment]) -> str:
    return orjson.dumps([one.model_dump(mode="json") for one in attachments]).decode()
