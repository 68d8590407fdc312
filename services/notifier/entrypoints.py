"""Doors: which event goes to which handler."""

from __future__ import annotations

from collections.abc import Set
from functools import partial

from services.chassis.letters import Subscriptions
from services.contracts import ingest, router
from services.notifier import handlers
from services.notifier.handlers import Coordinator
from services.notifier.releasing import Rules
from services.notifier.settle import Settlement


def subscriptions(
    coordinator: Coordinator, rules: Rules, settlement: Settlement, channels: Set[str] = frozenset()
) -> Subscriptions:
    """`channels` are the social ones where askers can be answered."""
    return {
        ingest.QuestionReceived: handlers.question_received,
        ingest.QuestionFollowedUp: handlers.question_followed_up,
        ingest.AnswerPosted: partial(handlers.answer_posted, settlement),
        ingest.QuestionWithdrawn: handlers.question_withdrawn,
        ingest.AskerErased: handlers.asker_erased,
        ingest.MailBounced: handlers.mail_bounced,
        router.QuestionRouted: handlers.question_routed,
        router.QuestionAnswered: partial(handlers.question_answered, rules, channels),
        router.QuestionReminded: handlers.question_reminded,
        router.AnswerRefused: handlers.answer_refused,
        router.QuestionOverdue: partial(handlers.question_overdue, coordinator),
        router.QuestionUnroutable: partial(handlers.question_unroutable, coordinator),
        router.QuestionClosed: handlers.question_closed,
        router.QuestionReopened: handlers.question_reopened,
    }
