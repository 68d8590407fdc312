"""The router's doors: what it hears."""

from __future__ import annotations

from functools import partial

from services.chassis.letters import Subscriptions
from services.contracts import ingest
from services.router import handlers
from services.router.desk import Desk


def subscriptions(desk: Desk) -> Subscriptions:
    return {
        ingest.QuestionReceived: partial(handlers.question_received, desk),
        ingest.AnswerSubmitted: partial(handlers.answer_submitted, desk),
        ingest.QuestionDeclined: partial(handlers.question_declined, desk),
        ingest.QuestionTaken: partial(handlers.question_taken, desk),
        ingest.QuestionFollowedUp: partial(handlers.question_followed_up, desk),
        ingest.QuestionWithdrawn: partial(handlers.question_withdrawn, desk),
        ingest.AskerErased: partial(handlers.asker_erased, desk),
    }
