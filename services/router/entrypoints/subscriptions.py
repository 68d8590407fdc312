"""The router's doors: what it hears."""

from __future__ import annotations

from functools import partial

from services.chassis.messaging.readers import Subscriptions
from services.contracts import ingest
from services.router.handlers import conversation, events
from services.router.handlers.context import RoutingContext


def subscriptions(context: RoutingContext) -> Subscriptions:
    return {
        ingest.QuestionReceived: partial(events.question_received, context),
        ingest.AnswerReceived: partial(events.answer_received, context),
        ingest.QuestionDeclined: partial(events.question_declined, context),
        ingest.QuestionTaken: partial(events.question_taken, context),
        ingest.TakeWithdrawn: partial(events.take_withdrawn, context),
        ingest.SpamReported: partial(events.spam_reported, context),
        ingest.ClarificationRequested: partial(conversation.clarification_requested, context),
        ingest.QuestionFollowedUp: partial(conversation.question_followed_up, context),
        ingest.AdditionReceived: partial(conversation.addition_received, context),
        ingest.ReopeningRequested: partial(conversation.reopening_requested, context),
        ingest.QuestionWithdrawn: partial(events.question_withdrawn, context),
        ingest.AskerErased: partial(events.asker_erased, context),
    }
