"""The facts ingest hears from the other services: the whole list."""

from __future__ import annotations

from services.chassis.messaging.incoming import Subscriptions
from services.contracts.notifier import MailsSent, QuestionPublished, SimilarFound
from services.contracts.router import (
    IntakeChanged,
    QuestionAnswered,
    QuestionClosed,
    QuestionReopened,
    QuestionRouted,
)
from services.ingest.handlers import facts

SUBSCRIPTIONS: Subscriptions = {
    QuestionRouted: facts.question_routed,
    QuestionAnswered: facts.question_answered,
    QuestionClosed: facts.question_closed,
    QuestionReopened: facts.question_reopened,
    QuestionPublished: facts.question_published,
    SimilarFound: facts.similar_found,
    MailsSent: facts.mails_sent,
    IntakeChanged: facts.intake_changed,
}
