"""Facts of one question's life, as the other services announce them to the workspace."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5

from services.chassis.messaging.incoming import IncomingMessage
from services.contracts import ingest, notifier, router
from services.contracts.vocabulary import Asker, Facets, Fact, PartnerName, Reach
from tests.support.bench import letter_of

MOMENT = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
QUESTION = UUID("01935c2e-7a00-7000-8000-000000000001")
FACETS = Facets(channel="form", received_at=MOMENT, subject="histoire", language="fr")
POST = uuid5(QUESTION, "post")
TO_PASTE = "Le marquis de Blocqueville.\n\n— Bibliothèque de Lyon"
ADDRESS = "ines.vaumont@askers.example"
LIBRARIES = {"bm-lyon": "Bibliothèque de Lyon", "bm-brest": "Médiathèques de Brest"}


REACH = {"way": "mail", "address": "reponses@libraries.example"}


def named(partner: str) -> PartnerName:
    return PartnerName(id=partner, name=LIBRARIES.get(partner, partner))


def received(text: str = "Bonjour,\nQui a construit le phare d’Eckmühl ?", note: str | None = None) -> Fact:
    return ingest.QuestionReceived(
        text=text, facets=FACETS, private_note=note, asker=Asker(mail=ADDRESS, name="Inès V.")
    )


def routed(partner: str = "bm-lyon", attempt: int = 1, due_at: datetime | None = None) -> Fact:
    return router.QuestionRouted(
        assignment_id=uuid5(QUESTION, f"{partner} {attempt}"),
        partner=named(partner),
        reach=Reach(way="mail", address="reponses@bm-lyon.example"),
        attempt=attempt,
        due_at=due_at or MOMENT + timedelta(days=1),
        promise_at=MOMENT + timedelta(days=3),
        facets=FACETS,
    )


def taken(partner: str = "bm-lyon", way: str = "page") -> Fact:
    return ingest.QuestionTaken(partner=partner, way=way, facets=FACETS)


def declined(partner: str = "bm-lyon", reason: str = "Nos fonds s’arrêtent à 1850.") -> Fact:
    return ingest.QuestionDeclined(partner=partner, way="mail", reason=reason, facets=FACETS)


def handed_in(partner: str = "bm-lyon", answer: str = "first") -> Fact:
    return ingest.AnswerReceived(
        answer_id=uuid5(QUESTION, answer), partner=partner, text="Le marquis de Blocqueville.", way="mail"
    )


def answered(partner: str = "bm-lyon", answer: str = "first", attempt: int = 1) -> Fact:
    return router.QuestionAnswered(
        answer_id=uuid5(QUESTION, answer),
        assignment_id=uuid5(QUESTION, f"{partner} {attempt}"),
        partner=named(partner),
        text="Le marquis de Blocqueville.",
        sources=("https://gallica.example/eckmuhl",),
        answered_at=MOMENT + timedelta(hours=5),
        promise_at=MOMENT + timedelta(days=3),
        facets=FACETS,
    )


def refused(partner: str = "bm-brest", answer: str = "second") -> Fact:
    return router.AnswerRefused(
        answer_id=uuid5(QUESTION, answer),
        partner=named(partner),
        reach=Reach(way="mail", address="reponses@bm-brest.example"),
        reason="already_answered",
        accepted_answer_id=uuid5(QUESTION, "first"),
        accepted_partner=named("bm-lyon"),
    )


def overdue(partner: str = "bm-lyon", attempt: int = 1) -> Fact:
    return router.QuestionOverdue(
        clock="partner",
        due_at=MOMENT + timedelta(days=1),
        assignment_id=uuid5(QUESTION, f"{partner} {attempt}"),
        partner=named(partner),
        reach=Reach(way="mail", address="reponses@bm-lyon.example"),
        facets=FACETS,
    )


def followed_up() -> Fact:
    return ingest.QuestionFollowedUp(
        follow_up_id=uuid5(QUESTION, "follow-up"), text="En 1897, je crois.", way="page", facets=FACETS
    )


def paused(partner: str = "bm-lyon", attempt: int = 1) -> Fact:
    return router.QuestionPaused(
        clarification_id=uuid5(QUESTION, "clarification"),
        assignment_id=uuid5(QUESTION, f"{partner} {attempt}"),
        partner=named(partner),
        text="De quel phare s’agit-il ?",
        asked_at=MOMENT,
        ends_at=MOMENT + timedelta(days=14),
        facets=FACETS,
    )


def resumed(partner: str = "bm-lyon", attempt: int = 1) -> Fact:
    return router.QuestionResumed(
        assignment_id=uuid5(QUESTION, f"{partner} {attempt}"),
        partner=named(partner),
        due_at=MOMENT + timedelta(days=4),
        promise_at=MOMENT + timedelta(days=5),
        facets=FACETS,
    )


def follow_up_routed(partner: str = "bm-lyon", attempt: int = 2) -> Fact:
    return router.FollowUpRouted(
        follow_up_id=uuid5(QUESTION, "follow-up"),
        assignment_id=uuid5(QUESTION, f"{partner} {attempt}"),
        partner=named(partner),
        reach=Reach(way="mail", address="reponses@bm-lyon.example"),
        attempt=attempt,
        due_at=MOMENT + timedelta(days=6),
        promise_at=MOMENT + timedelta(days=6),
        facets=FACETS,
    )


def added(partner: str = "bm-lyon") -> Fact:
    return router.AnswerAdded(
        addition_id=uuid5(QUESTION, "addition"),
        answer_id=uuid5(QUESTION, "first"),
        partner=named(partner),
        text="Et il fut allumé en 1897.",
        added_at=MOMENT + timedelta(days=5),
        facets=FACETS,
    )


def closed() -> Fact:
    return router.QuestionClosed(reason="out_of_scope", explanation="Hors sujet.", facets=FACETS)


def reopened() -> Fact:
    return router.QuestionReopened(facets=FACETS)


def withdrawn() -> Fact:
    return ingest.QuestionWithdrawn(facets=FACETS)


def erased() -> Fact:
    return ingest.AskerErased(reason="wish")


def published(way: str = "mail", url: str | None = None) -> Fact:
    """With its asker."""
    return notifier.QuestionPublished(
        place="asker",
        way=way,
        url=url,
        answer_id=uuid5(QUESTION, "first"),
        partner=named("bm-lyon"),
        answered_at=MOMENT,
        published_at=MOMENT,
        promise_at=MOMENT,
        facets=FACETS,
    )


def listed(
    partner: str,
    version: int = 1,
    actor: str = "file partners.yaml",
    gone: bool = False,
    changed_at: datetime | None = None,
    **fields: Any,
) -> IncomingMessage:
    """The library's record in the directory, from this version on."""
    record = {"id": partner, "name": LIBRARIES.get(partner, partner), "reach": REACH, **fields}
    fact = router.PartnerChanged(
        partner=partner,
        version=version,
        changed_at=changed_at or MOMENT + timedelta(hours=version),
        actor=actor,
        before=None if version == 1 else {"id": partner, "name": "Avant", "reach": REACH},
        after=None if gone else record,
    )
    nobody = UUID(int=0)
    return letter_of(fact, nobody, id_=str(uuid5(nobody, f"{partner} {version}")), time=MOMENT)


def held(number: int, reason: str = "perhaps_automatic") -> IncomingMessage:
    """Something that waits for a person."""
    fact = ingest.HeldNoted(number=number, door="mail", reason=reason, size=2048, received_at=MOMENT)
    return letter_of(fact, UUID(int=0), id_=f"held {number}", time=MOMENT)


def key(
    number: int,
    partner: str = "bm-lyon",
    made_by: str = "operator",
    name: str | None = None,
    used_at: datetime | None = None,
    ended_at: datetime | None = None,
) -> IncomingMessage:
    """A library's program has a key."""
    fact = ingest.KeyNoted(
        number=number,
        partner=partner,
        name=name,
        made_by=made_by,
        made_at=MOMENT,
        used_at=used_at,
        ended_at=ended_at,
    )
    return letter_of(fact, UUID(int=0), id_=str(uuid4()), time=MOMENT)


def held_reply(number: int) -> IncomingMessage:
    """A library's reply that was not understood for sure."""
    fact = ingest.HeldNoted(
        number=number,
        door="reply",
        reason="unsure",
        size=200,
        received_at=MOMENT,
        question_id=QUESTION,
        partner="bm-lyon",
    )
    return letter_of(fact, UUID(int=0), id_=f"held {number}", time=MOMENT)


def entry(number: int, version: int = 1, state: str = "held") -> IncomingMessage:
    """An answer that waits for release, or what became of it."""
    fact = notifier.EntryNoted.model_validate({"number": number, "state": state, "version": version})
    return letter_of(fact, QUESTION, id_=f"entry {number} {version}", time=MOMENT)


def to_post(version: int = 1, text: str | None = TO_PASTE) -> IncomingMessage:
    """An answer that a person is to paste in a group; without a text, that it is done."""
    fact = notifier.PostNoted(
        delivery_id=POST,
        version=version,
        text=text,
        library=PartnerName(id="bm-lyon", name=LIBRARIES["bm-lyon"]) if text else None,
        url="https://group.example/7" if text else None,
    )
    return letter_of(fact, QUESTION, id_=f"post {version}", time=MOMENT)


def hourly(number: int, fact: Fact, question: UUID = QUESTION) -> IncomingMessage:
    """The fact that is announced in this hour of the question's life."""
    time = MOMENT + timedelta(hours=number)
    return letter_of(fact, question, id_=str(uuid5(question, str(number))), time=time)


def life(*facts: Fact, question: UUID = QUESTION) -> list[IncomingMessage]:
    return [hourly(number, fact, question) for number, fact in enumerate(facts)]
