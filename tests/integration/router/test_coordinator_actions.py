"""What the coordinator does to a question."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.chassis.messaging.requests import RefusedRequest
from services.contracts.reasons import ChosenManually, TakenBack
from services.contracts.router import (
    IntakeChanged,
    QuestionAnswered,
    QuestionClosed,
    QuestionHandled,
    QuestionReopened,
    QuestionRouted,
    QuestionUnroutable,
)
from services.router.domain.question.state_machine import ImpossibleMove
from services.router.handlers import coordinator, directory
from services.router.handlers.coordinator import Actor, Refusal
from tests.support.router_network import MONDAY, Network, answer, library, network
from tests.support.servers import Database

DIJON, LYON = library("dijon", subjects={"histoire": 5}), library("lyon")
ANNE = Actor("Anne", "elle connaît le fonds")


async def do(net: Network, action: Any, question: UUID, *arguments: Any) -> None:
    async with net.bench.transactions.begin(question) as unit:
        await action(net.context, unit, question, ANNE, *arguments)


async def test_a_hand_may_give_it_to_anybody_and_says_why(database: Database) -> None:
    async with network(database("router"), [DIJON, LYON]) as net:
        question = await net.ask(subject="histoire")
        await do(net, coordinator.assign, question, "lyon")
        routed = await net.announced(QuestionRouted, question)
        (handled,) = await net.announced(QuestionHandled, question)
        loads = await net.bench.pool.fetch("SELECT partner, open FROM load ORDER BY partner")
    assert [fact.partner.id for fact in routed] == ["dijon", "lyon"]
    assert routed[1].reasons == (ChosenManually(points=0, actor="Anne", said="elle connaît le fonds"),)
    assert (handled.action, handled.actor) == ("assign", "Anne")
    assert [tuple(row) for row in loads] == [("dijon", 0), ("lyon", 1)]


async def test_what_is_taken_back_lies_with_the_coordinator(database: Database) -> None:
    async with network(database("router"), [DIJON]) as net:
        question = await net.ask()
        await do(net, coordinator.take_back, question)
        (unroutable,) = await net.announced(QuestionUnroutable, question)
        assert await net.value("SELECT state FROM question") == "unroutable"
    assert unroutable.reason == TakenBack(actor="Anne")


async def test_out_of_scope_is_told_the_asker_with_the_reason(database: Database) -> None:
    async with network(database("router"), [DIJON]) as net:
        question = await net.ask()
        await do(net, coordinator.close, question, "Nous ne donnons pas de conseil médical.")
        (closed,) = await net.announced(QuestionClosed, question)
        assert await net.value("SELECT open FROM load") == 0
    assert (closed.reason, closed.actor) == ("out_of_scope", "Anne")
    assert closed.explanation == "Nous ne donnons pas de conseil médical."


async def test_a_reopened_question_goes_to_another_and_its_new_answer_counts(database: Database) -> None:
    async with network(database("router"), [DIJON, LYON]) as net:
        question = await net.ask(subject="histoire")
        await net.tell(answer("dijon"), question)
        await do(net, coordinator.reopen, question)
        await net.tell(answer("lyon"), question)
        answered = await net.announced(QuestionAnswered, question)
        assert len(await net.announced(QuestionReopened, question)) == 1
    assert [fact.partner.id for fact in answered] == ["dijon", "lyon"]


async def test_another_promise_moves_the_partner_s_due_time(database: Database) -> None:
    async with network(database("router"), [DIJON], promise_hours=2) as net:
        question = await net.ask()
        await do(net, coordinator.extend, question, MONDAY + timedelta(days=1, hours=1))
        due_at = await net.value("SELECT due_at FROM assignment")
    assert due_at == MONDAY + timedelta(days=1, hours=1)


async def test_an_action_that_the_state_does_not_allow_changes_nothing(database: Database) -> None:
    async with network(database("router"), [DIJON]) as net:
        question = await net.ask()
        with pytest.raises(ImpossibleMove, match="assigned allows"):
            await do(net, coordinator.reopen, question)
        assert await net.announced(QuestionHandled, question) == []


async def test_an_unknown_partner_or_question_is_named(database: Database) -> None:
    async with network(database("router"), [DIJON]) as net:
        question = await net.ask()
        with pytest.raises(Refusal, match='no partner "paris"'):
            await do(net, coordinator.assign, question, "paris")
        with pytest.raises(Refusal, match="no question"):
            await do(net, coordinator.take_back, uuid4())


async def test_a_paused_intake_is_announced_with_its_notice(database: Database) -> None:
    notice = "De retour le 2 janvier."
    async with network(database("router"), []) as net:
        for said in (notice, None):
            async with net.bench.transactions.begin() as unit:
                await coordinator.change_intake(unit, ANNE, said)
        changed = await net.announced(IntakeChanged)
    assert [(fact.paused, fact.notice, fact.actor, fact.reason) for fact in changed] == [
        (True, notice, ANNE.name, ANNE.reason),
        (False, None, ANNE.name, ANNE.reason),
    ]


async def test_an_admitted_library_is_asked_from_then_on_and_only_once_admitted(database: Database) -> None:
    fields = {"name": "Vaulx", "reach": {"way": "mail", "address": "questions@vaulx.example"}}
    async with network(database("router"), []) as net:
        async with net.bench.transactions.begin() as unit:
            await directory.admit(unit, "vaulx", fields, "Claire")
        question = await net.ask()
        (routed,) = await net.announced(QuestionRouted, question)
        async with net.bench.transactions.begin() as unit:
            with pytest.raises(RefusedRequest, match="already"):
                await directory.admit(unit, "vaulx", fields, "Claire")
            with pytest.raises(RefusedRequest, match="territory"):
                await directory.admit(unit, "bron", {**fields, "territories": ["nowhere"]}, "Claire")
    assert routed.partner.id == "vaulx"
