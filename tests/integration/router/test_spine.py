"""A question's way through the router, on a real database and the chassis' consume path."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import chain, permutations
from uuid import uuid4

from services.contracts.ingest import AskerErased, QuestionWithdrawn, ReopeningRequested
from services.contracts.router import (
    AnswerRefused,
    QuestionAnswered,
    QuestionClosed,
    QuestionRouted,
    QuestionUnroutable,
)
from services.router.domain.partner import PartnerRole
from tests.support.router_network import MONDAY, answer, decline, library, network, received, writes
from tests.support.servers import Database

DIJON = library("dijon", subjects={"histoire": 5})
LYON = library("lyon", subjects={"histoire": 3})
BREST = library("brest", subjects={"sciences": 5})


async def test_a_question_goes_to_the_strongest_in_its_subject_with_the_reasons(database: Database) -> None:
    async with network(database("router"), [BREST, DIJON, LYON]) as net:
        question = await net.ask(subject="histoire")
        (routed,) = await net.announced(QuestionRouted, question)
    assert routed.partner.id == "dijon"
    assert {"subject", "load", "fit"} <= {reason.code for reason in routed.reasons}


async def test_the_library_where_it_was_asked_comes_first(database: Database) -> None:
    async with network(database("router"), [BREST, DIJON]) as net:
        question = await net.ask(subject="histoire", origin="brest")
        (routed,) = await net.announced(QuestionRouted, question)
    assert routed.partner.id == "brest"


async def test_the_promise_runs_on_working_days_from_when_it_was_asked(database: Database) -> None:
    friday = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
    async with network(database("router"), [DIJON]) as net:
        question = await net.ask(received_at=friday)
        (routed,) = await net.announced(QuestionRouted, question)
    assert routed.promise_at == datetime(2026, 11, 25, 17, 0, tzinfo=UTC)


async def test_the_partner_is_due_after_its_own_open_hours(database: Database) -> None:
    async with network(database("router"), [DIJON], answer_open_hours=10) as net:
        question = await net.ask()
        (routed,) = await net.announced(QuestionRouted, question)
    assert routed.due_at == MONDAY + timedelta(days=1, hours=2)


async def test_the_first_answer_is_accepted_and_the_load_falls(database: Database) -> None:
    async with network(database("router"), [DIJON]) as net:
        question = await net.ask()
        await net.tell(answer("dijon", subject="histoire"), question)
        (answered,) = await net.announced(QuestionAnswered, question)
        open_now = await net.value("SELECT open FROM load WHERE partner = 'dijon'")
    assert answered.partner.name == "Dijon"
    assert answered.facets.subject == "histoire"
    assert open_now == 0


async def test_second_answer_is_refused_with_the_first_one_named(database: Database) -> None:
    first = answer("dijon")
    async with network(database("router"), [DIJON, LYON]) as net:
        question = await net.ask(subject="histoire")
        await net.tell(first, question)
        await net.tell(answer("lyon"), question)
        (refused,) = await net.announced(AnswerRefused, question)
    assert refused.reason == "already_answered"
    assert refused.accepted_answer_id == first.answer_id
    assert refused.accepted_partner.id == "dijon"


async def test_a_declined_question_goes_to_the_next_and_never_back(database: Database) -> None:
    async with network(database("router"), [DIJON, LYON]) as net:
        question = await net.ask(subject="histoire")
        await net.tell(decline("dijon"), question)
        await net.tell(decline("lyon"), question)
        routed = await net.announced(QuestionRouted, question)
        (unroutable,) = await net.announced(QuestionUnroutable, question)
    assert [fact.partner.id for fact in routed] == ["dijon", "lyon"]
    assert {exclusion.code for exclusion in unroutable.excluded} == {"declined"}


async def test_who_is_referred_to_comes_next(database: Database) -> None:
    async with network(database("router"), [BREST, DIJON, LYON]) as net:
        question = await net.ask(subject="histoire")
        await net.tell(decline("dijon", refer_to="brest"), question)
        routed = await net.announced(QuestionRouted, question)
    assert [fact.partner.id for fact in routed] == ["dijon", "brest"]


async def test_an_unroutable_question_names_the_coordinator(database: Database) -> None:
    coordinator = library("reseau", role=PartnerRole.COORDINATOR)
    async with network(
        database("router"), [library("gent", languages=frozenset({"nl"})), coordinator]
    ) as net:
        question = await net.ask(language="fr")
        (unroutable,) = await net.announced(QuestionUnroutable, question)
    assert unroutable.coordinator.address == "reseau@libraries.example"
    assert ("gent", "language", "fr") in {(e.partner, e.code, e.language) for e in unroutable.excluded}


async def test_an_answer_before_its_question_waits_for_it(database: Database) -> None:
    question = uuid4()
    async with network(database("router"), [DIJON]) as net:
        await net.tell(answer("dijon"), question)
        assert await net.events() == []
        await net.tell(received(MONDAY), question)
        (answered,) = await net.announced(QuestionAnswered, question)
        assert await net.value("SELECT count(*) FROM waiting") == 0
    assert answered.partner.id == "dijon"


async def test_an_answer_of_one_who_was_not_asked_counts_for_nothing(database: Database) -> None:
    async with network(database("router"), [DIJON, LYON]) as net:
        question = await net.ask(subject="histoire")
        await net.tell(answer("lyon"), question)
        assert await net.announced(QuestionAnswered, question) == []
        await net.tell(answer("dijon"), question)
        (refused,) = await net.announced(AnswerRefused, question)
    assert refused.partner.id == "lyon"


async def test_a_withdrawn_question_is_closed_and_its_text_forgotten(database: Database) -> None:
    async with network(database("router"), [DIJON]) as net:
        question = await net.ask()
        await net.tell(QuestionWithdrawn(), question)
        await net.tell(answer("dijon"), question)
        (closed,) = await net.announced(QuestionClosed, question)
        (refused,) = await net.announced(AnswerRefused, question)
        assert await net.value("SELECT text FROM question") is None
    assert (closed.reason, refused.reason) == ("withdrawn", "closed")


async def test_erasing_the_asker_keeps_what_is_counted(database: Database) -> None:
    async with network(database("router"), [DIJON]) as net:
        question = await net.ask(department="21")
        await net.tell(AskerErased(reason="wish"), question)
        row = await net.bench.pool.fetchrow("SELECT text, postcode, facets->>'department' FROM question")
    assert tuple(row or ()) == (None, None, "21")


async def test_what_goes_on_after_its_answer_ends_with_its_asker_in_any_order(database: Database) -> None:
    erased, withdrawn = AskerErased(reason="wish"), QuestionWithdrawn()
    again = ReopeningRequested(reopening_id=uuid4(), text="Pas le bon plan.", way="page")
    words = (writes("Et le plan de 1832 ?"), again)
    lives = [[*permutations((one, erased)), *permutations((one, erased, withdrawn))] for one in words]
    merit = {"load": 0.0, "fairness": 0.0}
    async with network(database("router"), [DIJON, LYON], weights=merit) as net:
        for facts in chain(*lives):
            question = await net.ask(subject="histoire")
            await net.tell(answer("dijon"), question)
            net.clock.wait(timedelta(minutes=1))
            for fact in facts:
                await net.tell(fact, question)
            (closed,) = await net.announced(QuestionClosed, question)
            assert closed.reason == "withdrawn"
        assert await net.value("SELECT array_agg(DISTINCT state) FROM question") == ["withdrawn"]
        assert await net.value("SELECT sum(open) FROM load") == 0


async def test_a_question_received_twice_in_different_events_is_assigned_once(database: Database) -> None:
    async with network(database("router"), [DIJON]) as net:
        question = await net.ask()
        await net.tell(received(MONDAY), question)
        (dead,) = await net.bench.dead()
        assert len(await net.announced(QuestionRouted, question)) == 1
    assert "was received before" in dead["x-sesame-reason"]


async def test_a_full_week_is_never_overrun(database: Database) -> None:
    small, large = library("dijon", capacity_per_week=2), library("lyon", capacity_per_week=3)
    async with network(database("router"), [small, large]) as net:
        questions = [await net.ask() for _ in range(6)]
        routed = await net.announced(QuestionRouted)
        unroutable = await net.announced(QuestionUnroutable, questions[-1])
    names = [fact.partner.id for fact in routed]
    assert (names.count("dijon"), names.count("lyon"), len(unroutable)) == (2, 3, 1)


async def test_a_change_among_the_partners_counts_at_the_next_decision(database: Database) -> None:
    async with network(database("router"), [DIJON]) as net:
        await net.ask(subject="histoire")
        await net.import_partners([LYON])
        question = await net.ask(subject="histoire")
        (routed,) = await net.announced(QuestionRouted, question)
    assert routed.partner.id == "lyon"


async def test_a_change_made_in_one_copy_counts_at_once_in_the_other(database: Database) -> None:
    url = database("router")
    async with network(url, [DIJON]) as one, network(url, [DIJON]) as other:
        await other.ask(subject="histoire")
        await one.import_partners([LYON])
        question = await other.ask(subject="histoire")
        (routed,) = await other.announced(QuestionRouted, question)
    assert routed.partner.id == "lyon"
