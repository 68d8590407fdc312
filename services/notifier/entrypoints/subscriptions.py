"""Doors: which event goes to which handler."""

from __future__ import annotations

from collections.abc import Sequence, Set
from functools import partial

from services.chassis.messaging.readers import Subscriptions
from services.contracts import ingest, router, workspace
from services.notifier.handlers import events
from services.notifier.handlers.archiving import ReleaseRules
from services.notifier.handlers.events import CoordinatorAddress
from services.notifier.handlers.outcomes import Outcomes
from services.notifier.handlers.sign_ins import applicant_told, sign_in_requested


def subscriptions(
    coordinator: CoordinatorAddress,
    rules: ReleaseRules,
    settlement: Outcomes,
    keys: Sequence[bytes],
    channels: Set[str] = frozenset(),
) -> Subscriptions:
    """`channels` are the social ones where askers can be answered. By `keys` addresses are remembered without
    being kept."""
    return {
        ingest.QuestionReceived: events.question_received,
        ingest.QuestionFollowedUp: events.question_followed_up,
        ingest.QuestionRated: partial(events.question_rated, coordinator),
        ingest.ReplyHeld: partial(events.reply_held, coordinator),
        ingest.AnswerPosted: partial(events.answer_posted, settlement),
        ingest.QuestionWithdrawn: events.question_withdrawn,
        ingest.AskerErased: events.asker_erased,
        ingest.MailBounced: partial(events.mail_bounced, keys),
        router.QuestionRouted: events.question_routed,
        router.QuestionAnswered: partial(events.question_answered, rules, channels),
        router.QuestionReminded: events.question_reminded,
        router.AnswerRefused: events.answer_refused,
        router.QuestionOverdue: partial(events.question_overdue, coordinator),
        router.QuestionUnroutable: partial(events.question_unroutable, coordinator),
        router.QuestionPaused: partial(events.question_paused, channels),
        router.ClarificationReminded: events.clarification_reminded,
        router.QuestionResumed: events.question_resumed,
        router.AnswerAdded: partial(events.answer_added, rules, channels),
        router.AnswerCorrected: partial(events.answer_added, rules, channels),
        router.FollowUpRouted: events.follow_up_routed,
        router.FollowUpUnhandled: partial(events.follow_up_unhandled, coordinator),
        router.QuestionClosed: events.question_closed,
        router.QuestionReopened: events.question_reopened,
        workspace.SignInRequested: sign_in_requested,
        workspace.ApplicantTold: applicant_told,
    }
