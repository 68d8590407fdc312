"""The facts ingest hears from the other services: the whole list."""

from __future__ import annotations

from services.chassis.messaging.readers import Subscriptions
from services.contracts.notifier import MailsSent, QuestionPublished, SimilarFound
from services.contracts.router import (
    AnswerAdded,
    AnswerCorrected,
    AnswerRefused,
    FollowUpRouted,
    FollowUpUnhandled,
    IntakeChanged,
    QuestionAnswered,
    QuestionClosed,
    QuestionHandled,
    QuestionOverdue,
    QuestionPaused,
    QuestionReopened,
    QuestionResumed,
    QuestionRouted,
    QuestionUnroutable,
)
from services.ingest.handlers.facts import conversation_facts, facts

SUBSCRIPTIONS: Subscriptions = {
    QuestionRouted: facts.question_routed,
    QuestionAnswered: facts.question_answered,
    QuestionClosed: facts.question_closed,
    QuestionReopened: facts.question_reopened,
    AnswerRefused: conversation_facts.answer_refused,
    AnswerAdded: conversation_facts.answer_added,
    AnswerCorrected: conversation_facts.answer_added,
    QuestionPaused: conversation_facts.question_paused,
    QuestionResumed: conversation_facts.question_resumed,
    QuestionHandled: conversation_facts.question_handled,
    QuestionOverdue: conversation_facts.question_overdue,
    QuestionUnroutable: conversation_facts.question_unroutable,
    FollowUpRouted: conversation_facts.follow_up_routed,
    FollowUpUnhandled: conversation_facts.follow_up_unhandled,
    QuestionPublished: facts.question_published,
    SimilarFound: facts.similar_found,
    MailsSent: facts.mails_sent,
    IntakeChanged: facts.intake_changed,
}
