"""A question is a conversation: asked back, replied, followed up, added to, asked again."""

from __future__ import annotations

import unicodedata
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from services.contracts.ingest import ReopeningRequested, SpamReported
from services.contracts.reasons import AskedBack
from services.contracts.router import (
    AnswerAdded,
    AnswerCorrected,
    AnswerRefused,
    ClarificationReminded,
    FollowUpRouted,
    FollowUpUnhandled,
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
from services.router.entrypoints.timers import Timers
from services.router.handlers import coordinator
from services.router.handlers.coordinator import Actor
from tests.support.router_network import (
    MONDAY,
    Network,
    OwnClock,
    adds,
    answer,
    asks_back,
    decline,
    library,
    network,
    writes,
)
from tests.support.servers import Database

DIJON = library("dijon", subjects={"histoire": 5})
LYON = library("lyon", subjects={"histoire": 3})
BOTH = [DIJON, LYON]
HOUR = timedelta(hours=1)
ANNE = Actor("Anne")


async def later(net: Network, hours: float) -> None:
    net.clock.wait(hours * HOUR)
    await Timers(net.context, net.bench.pool, net.bench.transactions.begin, net.clock).fire()


async def state(net: Network, question: UUID) -> Any:
    return await net.value("SELECT state FROM question WHERE id = $1", question)


async def due(net: Network, question: UUID) -> datetime:
    found = await net.value(
        "SELECT due_at FROM assignment WHERE question = $1 AND ended_at IS NULL", question
    )
    assert isinstance(found, datetime)
    return found


async def test_the_clocks_stand_still_from_the_question_back_to_the_reply(database: Database) -> None:
    async with network(database("router"), BOTH, clock=OwnClock(), promise_hours=24) as net:
        question = await net.ask(subject="histoire")
        before = await due(net, question)
        await later(net, 1)
        await net.tell(asks_back("dijon", "De quel canal ?"), question)
        assert await state(net, question) == "waiting_for_asker"
        await later(net, 24 * 4)
        assert await net.announced(QuestionOverdue) == []
        await net.tell(writes("Celui de Bourgogne."), question)
        assert await state(net, question) == "taken"
        (paused,) = await net.announced(QuestionPaused)
        (resumed,) = await net.announced(QuestionResumed)
        after = await due(net, question)
    assert (paused.text, paused.ends_at - paused.asked_at) == ("De quel canal ?", timedelta(days=14))
    assert before == MONDAY + timedelta(days=1)
    assert resumed.promise_at == MONDAY + timedelta(days=7)
    assert resumed.due_at == after


async def test_a_library_may_ask_back_twice_and_the_answer_says_how_long_was_waited(
    database: Database,
) -> None:
    async with network(database("router"), BOTH, clock=OwnClock()) as net:
        question = await net.ask(subject="histoire")
        for _ in range(2):
            await net.tell(asks_back("dijon"), question)
            await later(net, 3)
            await net.tell(writes("Celui-ci."), question)
            await later(net, 1)
        await net.tell(answer("dijon"), question)
        (answered,) = await net.announced(QuestionAnswered)
    assert (answered.waited_seconds, answered.waited_working_seconds) == (6 * 3600, 6 * 3600)


async def test_who_does_not_reply_is_reminded_and_the_question_ends(database: Database) -> None:
    async with network(database("router"), BOTH, clock=OwnClock(), clarification_days=10) as net:
        question = await net.ask(subject="histoire")
        await net.tell(asks_back("dijon"), question)
        await later(net, 24 * 5)
        await later(net, 24)
        assert len(await net.announced(ClarificationReminded)) == 1
        await later(net, 24 * 4)
        (closed,) = await net.announced(QuestionClosed)
        assert await state(net, question) == "no_reply"
        assert await net.value("SELECT open FROM load WHERE partner = 'dijon'") == 0
        await net.tell(writes("Pardon, celui de Bourgogne."), question)
        (reopened,) = await net.announced(QuestionReopened)
        routed = await net.announced(QuestionRouted)
    assert (closed.reason, reopened.by) == ("no_reply", "late_reply")
    assert (closed.released.partner, closed.released.outcome) == ("dijon", "no_reply")
    assert [one.partner.id for one in routed] == ["dijon", "dijon"]
    assert routed[1].reasons == (AskedBack(points=0),)


async def test_who_does_not_have_the_question_cannot_ask_back_and_reads_why(database: Database) -> None:
    async with network(database("router"), BOTH) as net:
        question = await net.ask(subject="histoire")
        await net.tell(decline("dijon"), question)
        await net.tell(asks_back("dijon", "De quel canal ?"), question)
        (refused,) = await net.announced(AnswerRefused)
        assert await net.announced(QuestionPaused) == []
    assert (refused.what, refused.reason, refused.text) == (
        "clarification",
        "not_assigned",
        "De quel canal ?",
    )


async def test_a_follow_up_goes_to_the_library_that_answered_with_a_term_of_its_own(
    database: Database,
) -> None:
    async with network(database("router"), BOTH, clock=OwnClock()) as net:
        question = await net.ask(subject="histoire")
        await net.tell(answer("dijon"), question)
        await later(net, 24 * 30)
        await net.tell(writes("Et le plan de 1832 ?"), question)
        (routed,) = await net.announced(FollowUpRouted)
        assert await state(net, question) == "followed_up"
        await net.tell(answer("dijon", text="Il est à Lyon."), question)
        (added,) = await net.announced(AnswerAdded)
        (answered,) = await net.announced(QuestionAnswered)
        assert await state(net, question) == "answered"
        assert await net.value("SELECT open FROM load WHERE partner = 'dijon'") == 0
    assert (routed.partner.id, routed.due_at > net.clock.moment) == ("dijon", True)
    assert (added.text, added.answer_id) == ("Il est à Lyon.", answered.answer_id)
    assert added.released.outcome == "added"


async def test_a_follow_up_that_nobody_sees_to_is_the_coordinators(database: Database) -> None:
    async with network(database("router"), BOTH, clock=OwnClock()) as net:
        question = await net.ask(subject="histoire")
        await net.tell(answer("dijon"), question)
        await later(net, 1)
        await net.tell(writes("Et le plan de 1832 ?"), question)
        await later(net, 24 * 7)
        (unhandled,) = await net.announced(FollowUpUnhandled)
        assert unhandled.reason == "overdue"
        async with net.bench.transactions.begin(question) as unit:
            await coordinator.assign(net.context, unit, question, ANNE, "lyon")
        await net.tell(adds("lyon"), question)
        (added,) = await net.announced(AnswerAdded)
    assert added.partner.id == "lyon"


async def test_a_follow_up_to_a_library_that_left_goes_to_another(database: Database) -> None:
    async with network(database("router"), BOTH, clock=OwnClock()) as net:
        question = await net.ask(subject="histoire")
        await net.tell(answer("dijon"), question)
        await net.import_partners([LYON])
        await later(net, 1)
        await net.tell(writes("Et le plan de 1832 ?"), question)
        (routed,) = await net.announced(FollowUpRouted)
    assert routed.partner.id == "lyon"


async def test_a_correction_goes_out_and_a_strangers_addition_does_not(database: Database) -> None:
    async with network(database("router"), BOTH) as net:
        question = await net.ask(subject="histoire")
        await net.tell(answer("dijon"), question)
        await net.tell(adds("dijon", corrects=True), question)
        await net.tell(adds("lyon"), question)
        (corrected,) = await net.announced(AnswerCorrected)
        (refused,) = await net.announced(AnswerRefused)
    assert corrected.partner.id == "dijon"
    assert (refused.partner.id, refused.what, refused.reason) == ("lyon", "addition", "already_answered")
    assert refused.format == "commonmark"


async def test_the_same_text_of_a_library_goes_to_the_asker_once(database: Database) -> None:
    first, composed = "Voir « Le canal\u00a0», fonds de l’évêché.", unicodedata.normalize("NFD", "évêché")
    again = f'Voir "Le canal", \n\n fonds de l\'{composed}. '
    async with network(database("router"), BOTH, clock=OwnClock()) as net:
        question = await net.ask(subject="histoire")
        await net.tell(answer("dijon", text=first), question)
        for more in (answer("dijon", text=again), adds("dijon"), adds("dijon")):
            await later(net, 1)
            await net.tell(more, question)
        refused = await net.announced(AnswerRefused)
        assert len(await net.announced(AnswerAdded)) == 1
        await later(net, 1)
        await net.tell(writes("Est-ce tout à Dijon ?"), question)
        await later(net, 1)
        await net.tell(adds("dijon"), question)
        assert len(await net.announced(AnswerAdded)) == 2
    assert [(one.what, one.reason) for one in refused] == [
        ("answer", "repeated"),
        ("addition", "repeated"),
    ]


async def test_a_correction_may_go_back_to_what_stood_before(database: Database) -> None:
    async with network(database("router"), BOTH, clock=OwnClock()) as net:
        question = await net.ask(subject="histoire")
        await net.tell(answer("dijon", text="En 1832."), question)
        for text in ("En 1833.", "En 1833.", "En 1832."):
            await later(net, 1)
            await net.tell(adds("dijon", corrects=True).model_copy(update={"text": text}), question)
        corrected = await net.announced(AnswerCorrected)
    assert [one.text for one in corrected] == ["En 1833.", "En 1832."]


async def test_who_declines_after_answering_is_told_that_the_answer_stands(database: Database) -> None:
    async with network(database("router"), BOTH, clock=OwnClock()) as net:
        question = await net.ask(subject="histoire")
        await net.tell(answer("dijon"), question)
        await later(net, 1)
        await net.tell(decline("dijon"), question)
        await net.tell(decline("lyon"), question)
        (refused,) = await net.announced(AnswerRefused)
        assert await state(net, question) == "answered"
    assert (refused.partner.id, refused.what, refused.reason) == ("dijon", "decline", "already_answered")


async def test_an_asker_may_have_it_asked_again_as_often_as_the_network_allows(database: Database) -> None:
    async with network(database("router"), BOTH, clock=OwnClock(), asker_reopenings=1) as net:
        question = await net.ask(subject="histoire")
        await net.tell(answer("dijon"), question)
        await later(net, 24 * 9)
        again = ReopeningRequested(reopening_id=uuid4(), text="Pas le bon plan.", way="page")
        await net.tell(again, question)
        (reopened,) = await net.announced(QuestionReopened)
        assert reopened.promise_at > net.clock.moment
        await net.tell(answer("lyon"), question)
        await net.tell(again.model_copy(update={"reopening_id": uuid4()}), question)
        (unhandled,) = await net.announced(FollowUpUnhandled)
        routed = await net.announced(QuestionRouted)
    assert (reopened.by, reopened.text) == ("asker", "Pas le bon plan.")
    assert [one.partner.id for one in routed] == ["dijon", "lyon"]
    assert (unhandled.reason, unhandled.text) == ("reopening", "Pas le bon plan.")


async def test_spam_ends_without_a_word_to_its_sender(database: Database) -> None:
    async with network(database("router"), BOTH) as net:
        question = await net.ask(subject="histoire")
        await net.tell(SpamReported(partner="dijon", way="page"), question)
        (closed,) = await net.announced(QuestionClosed)
        assert await state(net, question) == "out_of_scope"
    assert (closed.reason, closed.explanation) == ("spam", None)


async def test_how_the_last_assignment_ended_is_told_where_nobody_else_is_asked(database: Database) -> None:
    async with network(database("router"), [DIJON]) as net:
        question = await net.ask(subject="histoire")
        await net.tell(decline("dijon"), question)
        (unroutable,) = await net.announced(QuestionUnroutable)
    assert (unroutable.released.partner, unroutable.released.outcome) == ("dijon", "declined")


async def test_whose_follow_up_a_coordinator_settled_is_told(database: Database) -> None:
    async with network(database("router"), BOTH, clock=OwnClock()) as net:
        question = await net.ask(subject="histoire")
        await net.tell(answer("dijon"), question)
        await later(net, 1)
        await net.tell(writes("Merci beaucoup !"), question)
        async with net.bench.transactions.begin(question) as unit:
            await coordinator.resolve(net.context, unit, question, ANNE)
        (handled,) = await net.announced(QuestionHandled)
    assert (handled.released.partner, handled.released.outcome) == ("dijon", "closed")


async def test_whose_follow_up_another_library_saw_to_is_told(database: Database) -> None:
    async with network(database("router"), BOTH, clock=OwnClock()) as net:
        question = await net.ask(subject="histoire")
        await net.tell(answer("dijon"), question)
        await later(net, 1)
        await net.tell(writes("Et le plan de 1832 ?"), question)
        async with net.bench.transactions.begin(question) as unit:
            await coordinator.assign(net.context, unit, question, ANNE, "lyon")
        await net.tell(adds("dijon"), question)
        (added,) = await net.announced(AnswerAdded)
    assert (added.released.partner, added.released.outcome) == ("lyon", "answered_by_another")


async def test_a_follow_up_that_is_asked_again_goes_on_and_is_not_called_closed(database: Database) -> None:
    async with network(database("router"), BOTH, clock=OwnClock()) as net:
        question = await net.ask(subject="histoire")
        await net.tell(answer("dijon"), question)
        await later(net, 1)
        await net.tell(writes("Et le plan de 1832 ?"), question)
        again = ReopeningRequested(reopening_id=uuid4(), text="Pas le bon plan.", way="page")
        await net.tell(again, question)
        _, routed = await net.announced(QuestionRouted)
    assert routed.partner.id == "lyon"
    assert (routed.released.partner, routed.released.outcome) == ("dijon", "reassigned")
