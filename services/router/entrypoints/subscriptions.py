"""The router's doors: what it hears."""

from __future__ import annotations

from functools import partial

from services.chassis.messaging.readers import Subscriptions
from services.contracts import ingest
from services.router.handlers import conversation, events
from services.router.handlers.context import RoutingContext


def subscriptions(desk: RoutingContext) -> Subscriptions:
    return {
        ingest.QuestionReceived: partial(events.question_received, desk),
        ingest.AnswerReceived: partial(events.answer_received, desk),
        ingest.QuestionDeclined: partial(events.question_declined, desk),
        ingest.QuestionTaken: partial(events.question_taken, desk),
        ingest.TakeWithdrawn: partial(events.take_withdrawn, desk),
        ingest.SpamReported: partial(events.spam_reported, desk),
        ingest.ClarificationRequested: partial(conversation.clarification_requested, desk),
        ingest.QuestionFollowedUp: partial(conversation.question_followed_up, desk),
        ingest.AdditionReceived: partial(conversation.addition_received, desk),
        ingest.ReopeningRequested: partial(conversation.reopening_requested, desk),
        ingest.QuestionWithdrawn: partial(events.question_withdrawn, desk),
        ingest.AskerErased: partial(events.asker_erased, desk),
    }
