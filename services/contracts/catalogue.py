"""Every kind of event there is, by where it travels."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from services.contracts import coordinator, explained, ingest, notifier, partners, router, workspace
from services.contracts.vocabulary import Fact

FACTS: tuple[type[Fact], ...] = (
    ingest.QuestionReceived,
    ingest.AnswerReceived,
    ingest.QuestionDeclined,
    ingest.QuestionTaken,
    ingest.ReplyHeld,
    ingest.HeldNoted,
    ingest.HeldEnded,
    ingest.HeldShown,
    ingest.HeldAnswered,
    ingest.KeyNoted,
    ingest.TakeWithdrawn,
    ingest.ClarificationRequested,
    ingest.AdditionReceived,
    ingest.ReopeningRequested,
    ingest.SpamReported,
    ingest.QuestionRated,
    ingest.QuestionFollowedUp,
    ingest.AnswerPosted,
    ingest.QuestionWithdrawn,
    ingest.AskerErased,
    ingest.MailBounced,
    router.QuestionRouted,
    router.QuestionAnswered,
    router.AnswerRefused,
    router.AnswerAdded,
    router.AnswerCorrected,
    router.QuestionPaused,
    router.ClarificationReminded,
    router.QuestionResumed,
    router.FollowUpRouted,
    router.FollowUpUnhandled,
    router.QuestionReminded,
    router.QuestionOverdue,
    router.QuestionUnroutable,
    router.QuestionClosed,
    router.QuestionReopened,
    router.QuestionHandled,
    explained.QuestionExplained,
    explained.WeightsChanged,
    explained.WeightsSimulated,
    router.PartnerChanged,
    router.IntakeChanged,
    notifier.QuestionPublished,
    notifier.QuestionViewed,
    notifier.SimilarFound,
    notifier.MailsSent,
    notifier.DeliveryFailed,
    notifier.DeliveryResumed,
    notifier.EntryNoted,
    notifier.EntryShown,
    notifier.AddressSilenced,
    notifier.AddressLifted,
    notifier.PostNoted,
    workspace.SignInRequested,
    workspace.ApplicantTold,
    workspace.LibraryReaddressed,
    workspace.ColleagueCalled,
)
"""On `sesame.events`, from one service to the others."""

CONFIDENTIAL: frozenset[type[Fact]] = frozenset(
    {
        workspace.SignInRequested,
        workspace.ApplicantTold,
        workspace.LibraryReaddressed,
        workspace.ColleagueCalled,
        notifier.MailsSent,
        router.PartnerChanged,
        explained.QuestionExplained,
        explained.WeightsChanged,
        explained.WeightsSimulated,
        ingest.HeldNoted,
        ingest.HeldEnded,
        ingest.HeldShown,
        ingest.HeldAnswered,
        ingest.KeyNoted,
        notifier.DeliveryResumed,
        notifier.EntryNoted,
        notifier.EntryShown,
        notifier.AddressSilenced,
        notifier.AddressLifted,
        notifier.PostNoted,
    }
)
"""Of these, what names a person or a thing held: for the one service that acts on it, never to be counted."""

FROM_PARTNERS: tuple[type[Fact], ...] = (
    partners.QuestionSubmitted,
    partners.AnswerSubmitted,
    partners.DeclineSubmitted,
    partners.TakeSubmitted,
    partners.ClarificationSubmitted,
    partners.AdditionSubmitted,
    partners.FollowUpSubmitted,
    partners.ReopeningSubmitted,
)
"""On `sesame.inbox`, from partner systems to ingest."""

TO_PARTNERS: tuple[type[Fact], ...] = (
    notifier.QuestionAssigned,
    notifier.AskerReplied,
    notifier.AssignmentEnded,
    notifier.AnswerDelivered,
    notifier.ClarificationDelivered,
    partners.SubmissionAccepted,
    partners.SubmissionRefused,
)
"""On `sesame.partners`, to a partner's own queue."""

DOES: Mapping[str, tuple[type[Fact], ...]] = MappingProxyType(
    {
        "router": (
            coordinator.AssignRequested,
            coordinator.RouteRequested,
            coordinator.TakeBackRequested,
            coordinator.CloseRequested,
            coordinator.SpamRequested,
            coordinator.ResolveRequested,
            coordinator.ReopenRequested,
            coordinator.ExtendRequested,
            coordinator.IntakeChangeRequested,
            coordinator.PartnerChangeRequested,
            coordinator.PartnerAdmitRequested,
            explained.WeightsChangeRequested,
            explained.WeightsTrialRequested,
            coordinator.ExplanationRequested,
            coordinator.DirectoryRequested,
            coordinator.RouterFactsRequested,
        ),
        "ingest": (
            coordinator.HeldListRequested,
            coordinator.IngestFactsRequested,
            coordinator.HeldShowRequested,
            coordinator.HeldReleaseRequested,
            coordinator.HeldDropRequested,
            workspace.KeyChangeRequested,
            workspace.KeyEndRequested,
            workspace.KeyListRequested,
        ),
        "notifier": (
            coordinator.OutgoingListRequested,
            coordinator.NotifierFactsRequested,
            coordinator.RetryRequested,
            coordinator.LiftRequested,
            coordinator.PostedRequested,
            coordinator.EntryShowRequested,
            coordinator.EntryReleaseRequested,
            coordinator.EntryKeepRequested,
            coordinator.EntryWithdrawRequested,
        ),
    }
)
"""Service → what it does when the coordinator asks. Each request is one service's."""

FROM_COORDINATOR: tuple[type[Fact], ...] = tuple(fact for facts in DOES.values() for fact in facts)
"""On `sesame.coordinator`, from the workspace to whichever service does it."""

FORMER: Mapping[type[coordinator.CoordinatorRequest], type[coordinator.CoordinatorRequest]] = (
    MappingProxyType({coordinator.SettleRequested: coordinator.ResolveRequested})
)
"""Requests as a copy of the version before asks them → what they are now. Heard and allowed for one version:
it may run on after the broker has the rights of this one."""

TO_COORDINATOR: tuple[type[Fact], ...] = (
    coordinator.RequestDone,
    coordinator.RequestRefused,
    coordinator.FactsTold,
)
"""On `sesame.partners`, from that service to the workspace."""

EVERY_FACT: tuple[type[Fact], ...] = (
    *FROM_PARTNERS,
    *TO_PARTNERS,
    *FACTS,
    *FROM_COORDINATOR,
    *TO_COORDINATOR,
)

PRODUCERS = {
    **{fact.wire: "ingest" for fact in FACTS if fact.__module__ == ingest.__name__},
    **{fact.wire: "router" for fact in FACTS if fact.__module__ in (router.__name__, explained.__name__)},
    **{fact.wire: "notifier" for fact in FACTS if fact.__module__ == notifier.__name__},
    **{fact.wire: "workspace" for fact in FACTS if fact.__module__ == workspace.__name__},
}
"""Wire name of a fact → the service that announces it."""
