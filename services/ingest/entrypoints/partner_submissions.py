"""What each event of a partner's program asks for, handed to those who decide."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any
from uuid import UUID

from services.chassis.messaging.transaction import Unit
from services.contracts import topology
from services.contracts.envelope import Submission
from services.contracts.partners import (
    AdditionSubmitted,
    AnswerSubmitted,
    ClarificationSubmitted,
    DeclineSubmitted,
    FollowUpSubmitted,
    QuestionSubmitted,
    ReopeningSubmitted,
    TakeSubmitted,
)
from services.ingest.domain.intake import NewAnswer, RawSubmission, UnknownQuestion
from services.ingest.entrypoints.http.body import new_answer, new_decline, new_question
from services.ingest.entrypoints.http.links import must_have_been_asked
from services.ingest.handlers.caps import Caps
from services.ingest.handlers.conversation import (
    accept_addition,
    accept_clarification,
    accept_reopening,
    accept_spam,
)
from services.ingest.handlers.files.files import handed_in_before
from services.ingest.handlers.partner_requests import must_have_asked
from services.ingest.handlers.questions import Intake, accept_question
from services.ingest.handlers.submissions import accept_answer, accept_decline, accept_follow_up, accept_take

Accept = Callable[[Unit, str, Submission[Any], RawSubmission], Awaitable[UUID]]
"""Gives the question; raises Refused."""


def accepts(intake: Intake, caps: Caps) -> Mapping[str, Accept]:
    """By the wire name of what was submitted."""
    return {
        QuestionSubmitted.wire: partial(_question, intake, caps),
        AnswerSubmitted.wire: partial(_answer, intake),
        DeclineSubmitted.wire: partial(_decline, intake),
        TakeSubmitted.wire: _take,
        ClarificationSubmitted.wire: partial(_clarification, intake),
        AdditionSubmitted.wire: partial(_addition, intake),
        FollowUpSubmitted.wire: partial(_follow_up, intake),
        ReopeningSubmitted.wire: partial(_reopening, intake),
    }


async def _question(
    intake: Intake,
    caps: Caps,
    unit: Unit,
    partner: str,
    event: Submission[QuestionSubmitted],
    submission: RawSubmission,
) -> UUID:
    new = new_question(event.data, channel="partner", origin=partner, now=unit.now)
    return (await accept_question(unit, intake, submission, new, caps=caps, vouched=True)).question


async def _answer(
    intake: Intake,
    unit: Unit,
    partner: str,
    event: Submission[AnswerSubmitted],
    submission: RawSubmission,
) -> UUID:
    new = new_answer(event.data, way="partner")
    question = await _asked(unit, event, partner)
    attached = await handed_in_before(unit, intake.public_url, event.data.files, question, partner)
    return (await accept_answer(unit, intake.wall, submission, question, partner, new, attached)).question


async def _decline(
    intake: Intake,
    unit: Unit,
    partner: str,
    event: Submission[DeclineSubmitted],
    submission: RawSubmission,
) -> UUID:
    question = await _asked(unit, event, partner)
    if event.data.spam:
        return (await accept_spam(unit, submission, question, partner, "partner")).question
    new = new_decline(event.data, way="partner")
    return (await accept_decline(unit, intake.wall, submission, question, partner, new)).question


async def _take(
    unit: Unit, partner: str, event: Submission[TakeSubmitted], submission: RawSubmission
) -> UUID:
    question = await _asked(unit, event, partner)
    way = topology.TAKEN_IN_WORKSPACE if event.source == topology.ASKED_BY_WORKSPACE else "partner"
    return (await accept_take(unit, submission, question, partner, way, event.data.by)).question


async def _asked(unit: Unit, event: Submission[Any], partner: str) -> UUID:
    question = _subject(event)
    await must_have_been_asked(unit, question, partner)
    return question


async def _clarification(
    intake: Intake,
    unit: Unit,
    partner: str,
    event: Submission[ClarificationSubmitted],
    submission: RawSubmission,
) -> UUID:
    question, text = await _asked(unit, event, partner), event.data.text
    return (
        await accept_clarification(unit, intake.wall, submission, question, partner, text, "partner")
    ).question


async def _addition(
    intake: Intake,
    unit: Unit,
    partner: str,
    event: Submission[AdditionSubmitted],
    submission: RawSubmission,
) -> UUID:
    question, sent = await _asked(unit, event, partner), event.data
    new = NewAnswer(sent.text, "partner", sent.sources, format=sent.format)
    corrects = sent.corrects
    return (
        await accept_addition(unit, intake.wall, submission, question, partner, new, corrects=corrects)
    ).question


async def _follow_up(
    intake: Intake,
    unit: Unit,
    partner: str,
    event: Submission[FollowUpSubmitted],
    submission: RawSubmission,
) -> UUID:
    question = _subject(event)
    await must_have_asked(unit, question, partner)
    return (
        await accept_follow_up(unit, intake.wall, submission, question, event.data.text, "partner")
    ).question


async def _reopening(
    intake: Intake,
    unit: Unit,
    partner: str,
    event: Submission[ReopeningSubmitted],
    submission: RawSubmission,
) -> UUID:
    question = _subject(event)
    await must_have_asked(unit, question, partner)
    return (
        await accept_reopening(unit, intake.wall, submission, question, event.data.text, "partner")
    ).question


def _subject(event: Submission[Any]) -> UUID:
    try:
        return UUID(event.subject or "")
    except ValueError:
        raise UnknownQuestion("the event's subject is the question's id, a UUID") from None
