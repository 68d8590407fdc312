"""Every state a question can be in, told truly on the asker's and the library's page, in French and English:
each opened in a real browser, with nothing that axe-core faults."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4, uuid5

from services.contracts.links.signed_links import asker_token, partner_token
from services.contracts.reasons import NobodyLeft, Released
from services.contracts.router import (
    AnswerAdded,
    AnswerCorrected,
    FollowUpRouted,
    FollowUpUnhandled,
    QuestionClosed,
    QuestionPaused,
    QuestionReopened,
    QuestionUnroutable,
)
from services.contracts.vocabulary import Fact, PartnerName, Reach
from services.ingest.domain.states import AskerState, LibraryState
from tests.browser.ingest.test_pages import here
from tests.support.bench import MOMENT
from tests.support.ingest_doors import FACETS, KEYS, Ingest, answered_by, hears, routed_to
from tests.support.screen import Screen, screen
from tests.support.servers import Database, VirtualHost

GRIGNY = PartnerName(id="grigny", name="Médiathèque de Grigny")
FORM = {"text": "Où était le moulin de Grigny ?", "mail": "a@b.example"}
LATER = timedelta(hours=1)
ROUTED = routed_to("grigny")
MAIL = Reach(way="mail", address="desk@bib.example")


def paused() -> Fact:
    return QuestionPaused(
        clarification_id=uuid4(),
        assignment_id=ROUTED.assignment_id,
        partner=GRIGNY,
        text="Le moulin à eau ?",
        asked_at=MOMENT,
        ends_at=MOMENT + timedelta(days=14),
        facets=FACETS,
    )


def closed(reason: str) -> Fact:
    return QuestionClosed.model_validate({"reason": reason, "facets": FACETS})


def released(outcome: str) -> Fact:
    ended = {"assignment_id": ROUTED.assignment_id, "partner": "grigny", "outcome": outcome}
    return QuestionUnroutable(
        reason=NobodyLeft(), promise_at=MOMENT, released=Released.model_validate(ended), facets=FACETS
    )


def follow_up() -> FollowUpRouted:
    return FollowUpRouted(
        follow_up_id=uuid4(),
        assignment_id=uuid4(),
        partner=GRIGNY,
        reach=MAIL,
        attempt=2,
        due_at=MOMENT,
        promise_at=MOMENT,
        facets=FACETS,
    )


def added(kind: type[AnswerAdded] = AnswerAdded) -> Fact:
    return kind(
        addition_id=uuid4(),
        answer_id=uuid4(),
        partner=GRIGNY,
        text="Et un second plan.",
        added_at=MOMENT,
        facets=FACETS,
    )


ANSWERED = answered_by("grigny").model_copy(update={"assignment_id": ROUTED.assignment_id})


FOLLOW_UP = follow_up()


def reopened(by: str = "asker") -> Fact:
    why = "Je cherchais le petit moulin." if by == "asker" else None
    return QuestionReopened.model_validate({"by": by, "text": why, "facets": FACETS})


def next_asked(partner: str) -> Fact:
    return routed_to(partner, f"Bibliothèque {partner}").model_copy(update={"attempt": 2})


def unhandled() -> Fact:
    ended = {"assignment_id": FOLLOW_UP.assignment_id, "partner": "grigny", "outcome": "overdue"}
    return FollowUpUnhandled(
        follow_up_id=FOLLOW_UP.follow_up_id,
        reason="overdue",
        released=Released.model_validate(ended),
        facets=FACETS,
    )


def nobody() -> Fact:
    return QuestionUnroutable(reason=NobodyLeft(), promise_at=MOMENT, facets=FACETS)


Case = tuple[list[Fact], str, str]
"""Facts → a sentence in French and in English."""

ASKER: dict[AskerState, Case] = {
    AskerState.RECEIVED: ([], "Nous cherchons", "We are choosing"),
    AskerState.WITH_LIBRARY: ([ROUTED], "Médiathèque de Grigny", "Library looking it up"),
    AskerState.WAITING: ([ROUTED, paused()], "vous demande une précision", "asks you something"),
    AskerState.SEARCHING: ([ROUTED, released("declined")], "la coordination du réseau", "No library has"),
    AskerState.ANSWERED: (
        [ROUTED, answered_by("grigny"), added(), added(AnswerCorrected)],
        "a sa réponse",
        "is answered",
    ),
    AskerState.FOLLOWED_UP: (
        [ROUTED, answered_by("grigny"), follow_up()],
        "écrit après la réponse",
        "wrote after the answer",
    ),
    AskerState.NO_REPLY: ([ROUTED, paused(), closed("no_reply")], "restée sans réponse", "no reply in time"),
    AskerState.DUPLICATE: ([ROUTED, closed("duplicate")], "déjà parvenue", "already reached us"),
    AskerState.CLOSED: ([ROUTED, closed("out_of_scope")], "sans réponse", "closed without an answer"),
    AskerState.WITHDRAWN: ([ROUTED], "retiré", "withdrew"),
    AskerState.ERASED: ([ROUTED], "effacées", "erased"),
}
LIBRARY: dict[LibraryState, Case] = {
    LibraryState.YOURS: ([ROUTED], "est à vous", "is yours"),
    LibraryState.TAKEN: ([ROUTED], "Claire s’en occupe", "Claire is on it"),
    LibraryState.WAITING: ([ROUTED, paused()], "Vous avez demandé une précision", "You asked the asker"),
    LibraryState.ANSWER_ON_ITS_WAY: ([ROUTED], "Votre bibliothèque a répondu", "Your library answered"),
    LibraryState.ANSWERED_BY_US: (
        [ROUTED, answered_by("grigny")],
        "a répondu à cette",
        "Your library answered",
    ),
    LibraryState.ANSWERED_BY_OTHER: (
        [ROUTED, answered_by("lyon")],
        "déjà sa réponse",
        "already has its answer",
    ),
    LibraryState.FOLLOW_UP: (
        [ROUTED, answered_by("grigny"), follow_up()],
        "écrit après la réponse",
        "wrote after the answer",
    ),
    LibraryState.ASKED_AGAIN: (
        [ROUTED, ANSWERED, reopened()],
        "reposée après votre réponse",
        "asked again after your answer",
    ),
    LibraryState.DECLINED: ([ROUTED, released("declined")], "Vous avez rendu", "You handed"),
    LibraryState.PASSED_ON: ([ROUTED, released("overdue")], "une autre bibliothèque", "asks another library"),
    LibraryState.NO_REPLY: (
        [ROUTED, paused(), closed("no_reply")],
        "n’a pas répondu à temps",
        "did not reply in time",
    ),
    LibraryState.CLOSED: ([ROUTED, closed("out_of_scope")], "plus rien à faire", "nothing is left to do"),
    LibraryState.WITHDRAWN: ([ROUTED], "a retiré cette question", "withdrew this question"),
    LibraryState.ERASED: ([ROUTED], "effacer ses données", "had their data erased"),
}


WAYS_TO_IT: dict[str, Case] = {
    "reopened, with the next library": (
        [ROUTED, ANSWERED, reopened(), next_asked("brest")],
        "Bibliothèque brest",
        "Bibliothèque brest",
    ),
    "reopened, with nobody": ([ROUTED, ANSWERED, reopened(), nobody()], "la coordination", "No library has"),
    "nobody could be asked": ([nobody()], "la coordination du réseau", "No library has"),
    "a late reply": (
        [ROUTED, paused(), closed("no_reply"), reopened("late_reply"), next_asked("brest")],
        "Bibliothèque brest",
        "Bibliothèque brest",
    ),
    "a follow-up that nobody saw to": (
        [ROUTED, ANSWERED, FOLLOW_UP, unhandled()],
        "transmis à la coordination du réseau",
        "is with the network’s coordinator",
    ),
    "spam": ([ROUTED, closed("spam")], "sans réponse", "closed without an answer"),
}
"""Other ways into a state of the asker's; spam last, for its sender is held from then on."""
WAYS_FOR_ALL: dict[str, Case] = {
    "another has it since": ([ROUTED, next_asked("brest")], "une autre bibliothèque", "asks another library"),
    "corrected": (
        [ROUTED, ANSWERED, added(), added(AnswerCorrected)],
        "rectifie sa réponse",
        "corrects its answer",
    ),
    "spam": ([ROUTED, closed("spam")], "plus rien à faire", "nothing is left to do"),
}
"""And of the library's."""


def test_no_state_is_left_out() -> None:
    assert set(ASKER) == set(AskerState)
    assert set(LIBRARY) == set(LibraryState)


async def brought(door: Ingest, facts: list[Fact], state: str) -> UUID:
    """A question in this state."""
    await door.http.post("/questions", data=FORM)
    question: UUID = await door.fetchval("SELECT id FROM question ORDER BY id DESC LIMIT 1")
    for number, fact in enumerate(facts):
        await hears(door, question, fact_of(fact, question), after=number * LATER)
    asker, library = f"/q/{asker_token(KEYS, question)}", f"/r/{partner_token(KEYS, question, 'grigny')}"
    actions: dict[str, tuple[str, dict[str, str]]] = {
        "withdrawn": (f"{asker}/withdraw", {}),
        "erased": (f"{asker}/erase", {}),
        "taken": (f"{library}/take", {"by": "Claire"}),
        "answer_on_its_way": (f"{library}/answer", {"text": "Au bord du Rhône."}),
    }
    if state in actions:
        path, form = actions[state]
        assert (await door.http.post(path, data=form)).status_code == 303
    return question


def fact_of(fact: Fact, question: UUID) -> Fact:
    """With ids of this question's own: all states are tried on one database."""
    fresh: dict[str, object] = {
        name: uuid5(question, str(value))
        for name, value in fact
        if isinstance(value, UUID) and name.endswith("_id")
    }
    if isinstance(fact, QuestionUnroutable | FollowUpUnhandled) and fact.released is not None:
        own = uuid5(question, str(fact.released.assignment_id))
        fresh["released"] = fact.released.model_copy(update={"assignment_id": own})
    return fact.model_copy(update=fresh)


async def test_the_asker_reads_how_their_question_stands(database: Database, vhost: VirtualHost) -> None:
    async with here(database, vhost) as door, screen(str(door.http.base_url)) as looking:
        for state, (facts, french, english) in [*ASKER.items(), *WAYS_TO_IT.items()]:
            path = f"/q/{asker_token(KEYS, await brought(door, facts, state))}"
            await opened(door, looking, path, {"fr": french, "en": english})


async def test_the_library_reads_how_the_question_stands(database: Database, vhost: VirtualHost) -> None:
    async with here(database, vhost) as door, screen(str(door.http.base_url)) as looking:
        for state, (facts, french, english) in [*LIBRARY.items(), *WAYS_FOR_ALL.items()]:
            question = await brought(door, facts, state)
            path = f"/r/{partner_token(KEYS, question, 'grigny')}"
            await opened(door, looking, path, {"fr": french, "en": english})


async def opened(door: Ingest, looking: Screen, path: str, sentences: dict[str, str]) -> None:
    for language, sentence in sentences.items():
        page = await door.http.get(f"{path}?lang={language}")
        text = " ".join(page.text.split())
        assert page.status_code == 200
        assert sentence in text, text
        colours = ("dark", "forced") if language == "fr" else ()
        await looking.faultless(f"{path}?lang={language}", widths=(320,), colours=colours)


RUNNING = {LibraryState.YOURS, LibraryState.TAKEN, LibraryState.FOLLOW_UP}


async def test_a_term_is_told_only_while_it_runs(database: Database, vhost: VirtualHost) -> None:
    async with here(database, vhost) as door:
        for state, (facts, _, _) in LIBRARY.items():
            question = await brought(door, facts, state)
            page = (await door.http.get(f"/r/{partner_token(KEYS, question, 'grigny')}?lang=fr")).text
            assert (state, "À traiter avant le" in page) == (state, state in RUNNING)
            open_for_us = state in RUNNING | {LibraryState.WAITING}
            assert (state, "<h1>Une question pour vous</h1>" in page) == (state, open_for_us)


async def test_who_writes_while_a_colleague_answers_is_told_and_keeps_the_text(
    database: Database, vhost: VirtualHost
) -> None:
    async with here(database, vhost) as door:
        question = await brought(door, [ROUTED], LibraryState.ANSWER_ON_ITS_WAY)
        path = f"/r/{partner_token(KEYS, question, 'grigny')}"
        late = await door.http.post(f"{path}/answer", data={"text": "Une heure de travail.", "lang": "fr"})
    assert late.status_code == 422
    assert "pendant que vous écriviez" in late.text
    assert "Une heure de travail." in late.text
