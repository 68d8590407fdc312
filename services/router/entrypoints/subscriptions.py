"""The router's doors: what it hears."""

from __future__ import annotations

from functools import partial

from services.chassis.messaging.incoming import Subscriptions
from services.contracts import ingest
from services.router.handlers import events
from services.router.handlers.context import RoutingContext


def subscriptions(desk: RoutingContext) -> Subscriptions:
    return {
        ingest.QuestionReceived: partial(events.question_received, desk),
        ingest.AnswerReceived: partial(events.answer_received, desk),
        ingest.QuestionDeclined: partial(events.question_declined, desk),
        ingest.QuestionTaken: partial(events.question_taken, desk),
        ingest.QuestionFollowedUp: partial(events.question_followed_up, desk),
        ingest.QuestionWithdrawn: partial(events.question_withdrawn, desk),
        ingest.AskerErased: partial(events.asker_erased, desk),
    }
