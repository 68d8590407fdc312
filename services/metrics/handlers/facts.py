"""One function per fact: what of it is counted. No state is read, so facts may come in any order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from services.contracts import ingest, notifier, router
from services.contracts.envelope import Event
from services.contracts.vocabulary import Fact
from services.metrics.domain.facts import Counted
from services.metrics.handlers.counted_rows import counted

Note = Callable[[Event[Any]], Counted]


def received(event: Event[ingest.QuestionReceived]) -> Counted:
    facets = event.data.facets
    return counted("received", event, facets, at=facets.received_at)


def submitted(event: Event[ingest.AnswerReceived]) -> Counted:
    data = event.data
    return counted("submitted", event, data.facets, partner=data.partner, detail=data.way)


def declined(event: Event[ingest.QuestionDeclined]) -> Counted:
    data = event.data
    return counted("declined", event, data.facets, partner=data.partner, detail=data.way)


def taken(event: Event[ingest.QuestionTaken]) -> Counted:
    data = event.data
    return counted("taken", event, data.facets, partner=data.partner, detail=data.way)


def reply_held(event: Event[ingest.ReplyHeld]) -> Counted:
    data = event.data
    return counted("reply_held", event, data.facets, partner=data.partner or "", detail=data.reason)


def rated(event: Event[ingest.QuestionRated]) -> Counted:
    data = event.data
    return counted("rated", event, data.facets, partner=data.partner or "", number=data.stars)


def followed_up(event: Event[ingest.QuestionFollowedUp]) -> Counted:
    return counted("followed_up", event, event.data.facets, detail=event.data.way)


def asked_back(event: Event[router.QuestionPaused]) -> Counted:
    return counted("asked_back", event, event.data.facets, partner=event.data.partner)


def resumed(event: Event[router.QuestionResumed]) -> Counted:
    return counted("resumed", event, event.data.facets, partner=event.data.partner or "")


def asker_reminded(event: Event[router.ClarificationReminded]) -> Counted:
    return counted("asker_reminded", event, event.data.facets, partner=event.data.partner)


def take_withdrawn(event: Event[ingest.TakeWithdrawn]) -> Counted:
    data = event.data
    return counted("take_withdrawn", event, data.facets, partner=data.partner, detail=data.way)


def clarification(event: Event[ingest.ClarificationRequested]) -> Counted:
    """As handed in; how many went out is `asked_back`."""
    data = event.data
    return counted("clarification", event, data.facets, partner=data.partner, detail=data.way)


def addition(event: Event[ingest.AdditionReceived]) -> Counted:
    """As handed in; what went out is `added` or `corrected`."""
    data = event.data
    return counted("addition", event, data.facets, partner=data.partner, detail=data.way)


def added(event: Event[router.AnswerAdded]) -> Counted:
    return counted("added", event, event.data.facets, partner=event.data.partner)


def corrected(event: Event[router.AnswerCorrected]) -> Counted:
    return counted("corrected", event, event.data.facets, partner=event.data.partner)


def follow_up_routed(event: Event[router.FollowUpRouted]) -> Counted:
    data = event.data
    return counted("follow_up_routed", event, data.facets, partner=data.partner, detail=data.reach.way)


def follow_up_unhandled(event: Event[router.FollowUpUnhandled]) -> Counted:
    return counted("follow_up_unhandled", event, event.data.facets, detail=event.data.reason)


def asked_again(event: Event[ingest.ReopeningRequested]) -> Counted:
    return counted("asked_again", event, event.data.facets, detail=event.data.way)


def spam_reported(event: Event[ingest.SpamReported]) -> Counted:
    data = event.data
    return counted("spam_reported", event, data.facets, partner=data.partner, detail=data.way)


def posted(event: Event[ingest.AnswerPosted]) -> Counted:
    return counted("posted", event, event.data.facets, partner=event.data.partner)


def withdrawn(event: Event[ingest.QuestionWithdrawn]) -> Counted:
    return counted("withdrawn", event, event.data.facets)


def erased(event: Event[ingest.AskerErased]) -> Counted:
    """Counts that somebody was forgotten; no other figure changes."""
    return counted("erased", event, None, detail=event.data.reason)


def bounced(event: Event[ingest.MailBounced]) -> Counted:
    return counted("bounced", event, None, detail="permanent" if event.data.permanent else "passing")


def routed(event: Event[router.QuestionRouted]) -> Counted:
    data = event.data
    return counted(
        "routed",
        event,
        data.facets,
        partner=data.partner,
        detail=data.reach.way,
        number=data.attempt,
        promise_at=data.promise_at,
    )


def answered(event: Event[router.QuestionAnswered]) -> Counted:
    data = event.data
    return counted(
        "answered",
        event,
        data.facets,
        at=data.answered_at,
        partner=data.partner,
        number=data.effort,
        promise_at=data.promise_at,
        waited_seconds=data.waited_seconds,
        waited_working_seconds=data.waited_working_seconds,
    )


def refused(event: Event[router.AnswerRefused]) -> Counted:
    """A refusal that came after the answer of its own library is told apart from answers."""
    data = event.data
    why = "declined" if data.what == "decline" else data.reason
    return counted("refused", event, None, partner=data.partner, detail=why)


def reminded(event: Event[router.QuestionReminded]) -> Counted:
    return counted("reminded", event, event.data.facets, partner=event.data.partner)


def overdue(event: Event[router.QuestionOverdue]) -> Counted:
    """Counted at the moment of breach, whenever it was noticed."""
    data = event.data
    kind = "overdue" if data.clock == "partner" else "promise_passed"
    return counted(kind, event, data.facets, at=data.due_at, partner=data.partner or "")


def unroutable(event: Event[router.QuestionUnroutable]) -> Counted:
    return counted("unroutable", event, event.data.facets, promise_at=event.data.promise_at)


def closed(event: Event[router.QuestionClosed]) -> Counted:
    return counted("closed", event, event.data.facets, detail=event.data.reason)


def reopened(event: Event[router.QuestionReopened]) -> Counted:
    return counted("reopened", event, event.data.facets)


def handled(event: Event[router.QuestionHandled]) -> Counted:
    return counted("handled", event, event.data.facets, detail=event.data.action)


def intake(event: Event[router.IntakeChanged]) -> Counted:
    return counted("intake", event, None, detail="paused" if event.data.paused else "resumed")


def published(event: Event[notifier.QuestionPublished]) -> Counted:
    """Out to the asker is `published`, out to everyone is `archived`: one answer may be both."""
    data = event.data
    return counted(
        "published" if data.place == "asker" else "archived",
        event,
        data.facets,
        at=data.published_at,
        partner=data.partner,
        detail=data.way,
        promise_at=data.promise_at,
        waited_seconds=data.waited_seconds,
        waited_working_seconds=data.waited_working_seconds,
    )


def viewed(event: Event[notifier.QuestionViewed]) -> Counted:
    """One row for all its views: it counts as many times as its number says."""
    data = event.data
    return counted("viewed", event, data.facets, partner=data.partner, number=data.views)


def similar_found(event: Event[notifier.SimilarFound]) -> Counted:
    data = event.data
    return counted("similar_found", event, data.facets, partner=data.partner, number=len(data.similar))


def delivery_failed(event: Event[notifier.DeliveryFailed]) -> Counted:
    return counted("delivery_failed", event, None, partner=event.data.partner or "", detail=event.data.way)


NOTES: Mapping[type[Fact], Note] = {
    ingest.QuestionReceived: received,
    ingest.AnswerReceived: submitted,
    ingest.QuestionDeclined: declined,
    ingest.QuestionTaken: taken,
    ingest.ReplyHeld: reply_held,
    ingest.QuestionRated: rated,
    ingest.QuestionFollowedUp: followed_up,
    ingest.TakeWithdrawn: take_withdrawn,
    ingest.ClarificationRequested: clarification,
    ingest.AdditionReceived: addition,
    ingest.ReopeningRequested: asked_again,
    ingest.SpamReported: spam_reported,
    ingest.AnswerPosted: posted,
    ingest.QuestionWithdrawn: withdrawn,
    ingest.AskerErased: erased,
    ingest.MailBounced: bounced,
    router.QuestionRouted: routed,
    router.QuestionAnswered: answered,
    router.AnswerRefused: refused,
    router.AnswerAdded: added,
    router.AnswerCorrected: corrected,
    router.QuestionPaused: asked_back,
    router.QuestionResumed: resumed,
    router.ClarificationReminded: asker_reminded,
    router.FollowUpRouted: follow_up_routed,
    router.FollowUpUnhandled: follow_up_unhandled,
    router.QuestionReminded: reminded,
    router.QuestionOverdue: overdue,
    router.QuestionUnroutable: unroutable,
    router.QuestionClosed: closed,
    router.QuestionReopened: reopened,
    router.QuestionHandled: handled,
    router.IntakeChanged: intake,
    notifier.QuestionPublished: published,
    notifier.QuestionViewed: viewed,
    notifier.SimilarFound: similar_found,
    notifier.DeliveryFailed: delivery_failed,
}
