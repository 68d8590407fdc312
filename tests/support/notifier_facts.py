"""One question's life as the notifier hears it, made up for tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from services.contracts import ingest, router
from services.contracts.reasons import KnowsSubject, NobodyLeft, Released
from services.contracts.vocabulary import Asker, Facets, Fact, PartnerName, Place, Reach

MOMENT = datetime(2026, 11, 20, 9, 12, 31, tzinfo=UTC)
DUE = MOMENT + timedelta(days=1)
PROMISE = MOMENT + timedelta(days=3)
FACETS = Facets(channel="mail", received_at=MOMENT, language="fr", subject="histoire")
ASKER = Asker(
    mail="lectrice@asker.example",
    name="Odile Marchand",
    message_id="<question-1@asker.example>",
    subject_line="Les moulins de la Bièvre",
)
TEXT = "Où se trouvaient les moulins de la Bièvre avant qu'elle soit couverte ?"
NOTE = "Je prépare une visite pour des enfants, vendredi."
ANSWER = "Bonjour,\n\nVous trouverez un plan des moulins dans l'atlas cité.\n\nBien à vous"


def part(question: UUID, name: str) -> UUID:
    """An id inside this question's life, the same each time."""
    return uuid5(question, name)


def received(asker: Asker | None = ASKER, **more: Any) -> Fact:
    return ingest.QuestionReceived(
        text=TEXT,
        private_note=NOTE,
        facets=FACETS,
        place=Place(postcode="75013"),
        asker=asker,
        **more,
    )


def routed(question: UUID, attempt: int = 1, partner: str = "bpi", way: str = "queue") -> Fact:
    return router.QuestionRouted(
        assignment_id=part(question, f"assignment {attempt}"),
        partner=PartnerName(id=partner, name=partner.title()),
        reach=Reach.model_validate({"way": way, "address": f"{partner}@partner.example"}),
        attempt=attempt,
        due_at=DUE,
        promise_at=PROMISE,
        reasons=(KnowsSubject(points=3.0, subject="histoire", strength=4),),
        facets=FACETS,
    )


def answered(
    question: UUID,
    attempt: int = 1,
    partner: str = "bpi",
    *,
    name: str = "answer",
    at: datetime = MOMENT + timedelta(hours=5),
    **more: Any,
) -> Fact:
    return router.QuestionAnswered(
        answer_id=part(question, name),
        assignment_id=part(question, f"assignment {attempt}"),
        partner=PartnerName(id=partner, name=partner.title()),
        text=ANSWER,
        sources=("Atlas des rivières, 1899",),
        answered_at=at,
        promise_at=PROMISE,
        facets=FACETS,
        **more,
    )


def refused(question: UUID, partner: str = "lyon", way: str = "mail") -> Fact:
    return router.AnswerRefused(
        answer_id=part(question, "second answer"),
        partner=PartnerName(id=partner, name=partner.title()),
        reach=Reach.model_validate({"way": way, "address": f"{partner}@partner.example"}),
        reason="already_answered",
        accepted_answer_id=part(question, "answer"),
        accepted_partner=PartnerName(id="bpi", name="Bpi"),
    )


def overdue(question: UUID, attempt: int = 1) -> Fact:
    return router.QuestionOverdue(
        clock="partner",
        due_at=DUE,
        assignment_id=part(question, f"assignment {attempt}"),
        facets=FACETS,
    )


def reminded(question: UUID, attempt: int = 1, partner: str = "bpi", way: str = "mail") -> Fact:
    return router.QuestionReminded(
        assignment_id=part(question, f"assignment {attempt}"),
        partner=PartnerName(id=partner, name=partner.title()),
        reach=Reach.model_validate({"way": way, "address": f"{partner}@partner.example"}),
        due_at=DUE,
        facets=FACETS,
    )


def promise_broken(due_at: datetime = PROMISE) -> Fact:
    return router.QuestionOverdue(clock="promise", due_at=due_at, facets=FACETS)


def unroutable() -> Fact:
    return router.QuestionUnroutable(reason=NobodyLeft(), promise_at=PROMISE, facets=FACETS)


def followed_up(question: UUID) -> Fact:
    return ingest.QuestionFollowedUp(
        follow_up_id=part(question, "follow-up"), text="Surtout le moulin de Croulebarbe.", way="mail"
    )


def reply_held(question: UUID, partner: str = "bpi") -> Fact:
    return ingest.ReplyHeld(
        held_id=part(question, "held reply"), partner=partner, reason="absence", facets=FACETS
    )


def closed() -> Fact:
    return router.QuestionClosed(reason="out_of_scope", explanation="Nous n'évaluons pas.", facets=FACETS)


def reopened() -> Fact:
    return router.QuestionReopened(facets=FACETS)


def paused(question: UUID, number: int = 1, attempt: int = 1, partner: str = "bpi") -> Fact:
    return router.QuestionPaused(
        clarification_id=part(question, f"clarification {number}"),
        assignment_id=part(question, f"assignment {attempt}"),
        partner=PartnerName(id=partner, name=partner.title()),
        text=f"De quel bras de la Bièvre parlez-vous ? ({number})",
        asked_at=MOMENT + timedelta(hours=number),
        ends_at=MOMENT + timedelta(days=14, hours=number),
        facets=FACETS,
    )


def asker_reminded(question: UUID, number: int = 1, partner: str = "bpi") -> Fact:
    return router.ClarificationReminded(
        clarification_id=part(question, f"clarification {number}"),
        partner=PartnerName(id=partner, name=partner.title()),
        ends_at=MOMENT + timedelta(days=14, hours=number),
        facets=FACETS,
    )


def resumed(question: UUID, attempt: int = 1, partner: str = "bpi", later: int = 1) -> Fact:
    """`later`: days by which due time and promise are put off."""
    return router.QuestionResumed(
        assignment_id=part(question, f"assignment {attempt}"),
        partner=PartnerName(id=partner, name=partner.title()),
        due_at=DUE + timedelta(days=later),
        promise_at=PROMISE + timedelta(days=later),
        facets=FACETS,
    )


def written(question: UUID, number: int = 1) -> Fact:
    return ingest.QuestionFollowedUp(
        follow_up_id=part(question, f"written {number}"), text=f"Le bras mort. ({number})", way="mail"
    )


def follow_up_routed(
    question: UUID, number: int = 1, attempt: int = 2, partner: str = "bpi", way: str = "mail"
) -> Fact:
    return router.FollowUpRouted(
        follow_up_id=part(question, f"written {number}"),
        assignment_id=part(question, f"assignment {attempt}"),
        partner=PartnerName(id=partner, name=partner.title()),
        reach=Reach.model_validate({"way": way, "address": f"{partner}@partner.example"}),
        attempt=attempt,
        due_at=DUE + timedelta(days=2),
        promise_at=PROMISE,
        facets=FACETS,
    )


def follow_up_unhandled(question: UUID, number: int = 1) -> Fact:
    return router.FollowUpUnhandled(
        follow_up_id=part(question, f"written {number}"), reason="overdue", facets=FACETS
    )


def added(
    question: UUID,
    number: int = 1,
    partner: str = "bpi",
    *,
    corrects: bool = False,
    attempt: int | None = None,
) -> Fact:
    kind = router.AnswerCorrected if corrects else router.AnswerAdded
    released = None
    if attempt is not None:
        released = Released(
            assignment_id=part(question, f"assignment {attempt}"),
            partner=partner,
            outcome="answered",
        )
    return kind(
        addition_id=part(question, f"addition {number}"),
        answer_id=part(question, "answer"),
        partner=PartnerName(id=partner, name=partner.title()),
        text=f"Et voici le plan de 1832. ({number})",
        added_at=MOMENT + timedelta(hours=10 + number),
        released=released,
        facets=FACETS,
    )


def no_reply(question: UUID | None = None, attempt: int = 1, partner: str = "bpi") -> Fact:
    """Of a question: with whom it had lain."""
    released = ended(question, attempt, partner, "no_reply") if question else None
    return router.QuestionClosed(reason="no_reply", released=released, facets=FACETS)


def resolved(question: UUID, attempt: int, partner: str = "bpi") -> Fact:
    """A coordinator's hand: the follow-up needs no message."""
    released = ended(question, attempt, partner, "closed")
    return router.QuestionHandled(action="resolve", actor="Anne", released=released, facets=FACETS)


def ended(question: UUID, attempt: int, partner: str, outcome: str) -> Released:
    """One assignment."""
    told = {
        "assignment_id": part(question, f"assignment {attempt}"),
        "partner": partner,
        "outcome": outcome,
    }
    return Released.model_validate(told)


def spam() -> Fact:
    return router.QuestionClosed(reason="spam", facets=FACETS)


def reopened_by(by: str, text: str | None = None) -> Fact:
    return router.QuestionReopened.model_validate({"by": by, "text": text, "facets": FACETS})
