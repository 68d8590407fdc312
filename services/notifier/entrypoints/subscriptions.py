"""Doors: which event goes to which handler."""

from __future__ import annotations

from collections.abc import Sequence, Set
from functools import partial

from services.chassis.messaging.readers import Subscriptions
from services.contracts import ingest, router, workspace
from services.notifier.handlers.archiving import ReleaseRules
from services.notifier.handlers.facts import answers, conversation, endings, routing
from services.notifier.handlers.facts.decisions import CoordinatorAddress
from services.notifier.handlers.outcomes import Outcomes
from services.notifier.handlers.sign_ins import (
    applicant_told,
    colleague_called,
    held_answered,
    library_readdressed,
    sign_in_requested,
)


def subscriptions(
    coordinator: CoordinatorAddress,
    rules: ReleaseRules,
    outcomes: Outcomes,
    keys: Sequence[bytes],
    channels: Set[str] = frozenset(),
) -> Subscriptions:
    """`channels` are the social ones where askers can be answered. By `keys` addresses are remembered without
    being kept."""
    return {
        ingest.QuestionReceived: routing.question_received,
        ingest.QuestionFollowedUp: conversation.question_followed_up,
        ingest.HeldAnswered: held_answered,
        ingest.QuestionRated: partial(conversation.question_rated, coordinator),
        ingest.ReplyHeld: partial(conversation.reply_held, coordinator),
        ingest.AnswerPosted: partial(answers.answer_posted, outcomes),
        ingest.QuestionWithdrawn: endings.question_withdrawn,
        ingest.AskerErased: endings.asker_erased,
        ingest.MailBounced: partial(conversation.mail_bounced, keys),
        router.QuestionRouted: routing.question_routed,
        router.QuestionAnswered: partial(answers.question_answered, rules, channels),
        router.QuestionReminded: routing.question_reminded,
        router.AnswerRefused: answers.answer_refused,
        router.QuestionOverdue: partial(routing.question_overdue, coordinator),
        router.QuestionUnroutable: partial(routing.question_unroutable, coordinator),
        router.QuestionPaused: partial(conversation.question_paused, channels),
        router.ClarificationReminded: conversation.clarification_reminded,
        router.QuestionResumed: conversation.question_resumed,
        router.AnswerAdded: partial(answers.answer_added, rules, channels),
        router.AnswerCorrected: partial(answers.answer_added, rules, channels),
        router.FollowUpRouted: routing.follow_up_routed,
        router.FollowUpUnhandled: partial(routing.follow_up_unhandled, coordinator),
        router.QuestionClosed: endings.question_closed,
        router.QuestionReopened: endings.question_reopened,
        router.QuestionHandled: endings.question_handled,
        workspace.SignInRequested: sign_in_requested,
        workspace.ApplicantTold: applicant_told,
        workspace.LibraryReaddressed: library_readdressed,
        workspace.ColleagueCalled: colleague_called,
    }
