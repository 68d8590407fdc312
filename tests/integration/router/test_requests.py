"""What the coordinator asks at the workspace: done once, answered, and a refusal harms no neighbour."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import orjson

from services.chassis.messaging.incoming import IncomingMessage
from services.contracts import coordinator, topology
from services.contracts.envelope import Event
from services.contracts.explained import QuestionExplained
from services.contracts.ingest import AskerErased
from services.contracts.router import (
    IntakeChanged,
    QuestionClosed,
    QuestionHandled,
    QuestionReopened,
    QuestionRouted,
)
from tests.support.router_network import MONDAY, Network, answer, library, network
from tests.support.servers import Database

DIJON, LYON = library("dijon", subjects={"histoire": 5}), library("lyon")
CLAIRE = {"by": "Claire Dumas", "reason": "Le fonds est à Lyon"}


def asks(wish: coordinator.CoordinatorRequest, question: UUID, id_: str = "") -> IncomingMessage:
    event = Event(
        id=id_ or str(uuid4()),
        source="/sesame/workspace",
        type=wish.wire,
        subject=question,
        time=MONDAY,
        data=wish,
    )
    key = topology.coordinator_key(type(wish))
    return IncomingMessage(
        topology.COORDINATOR, key, "application/cloudevents+json", event.id, event.encode()
    )


async def receipts(net: Network) -> list[dict[str, Any]]:
    rows = await net.bench.pool.fetch(
        "SELECT routing_key, body FROM outbox WHERE exchange = $1 ORDER BY id", topology.PARTNERS
    )
    return [{"key": row["routing_key"], **orjson.loads(row["body"])["data"]} for row in rows]


async def test_a_request_is_done_once_and_answered(database: Database) -> None:
    async with network(database("router"), [DIJON, LYON]) as net:
        question = await net.ask(subject="histoire")
        wish = asks(coordinator.AssignRequested(**CLAIRE, partner="lyon"), question, "one")
        await net.settle([wish])
        await net.settle([wish, wish])
        routed = await net.announced(QuestionRouted, question)
        (handled,) = await net.announced(QuestionHandled, question)
        told = await receipts(net)
    assert [fact.partner.id for fact in routed] == ["dijon", "lyon"]
    assert (handled.action, handled.actor, handled.reason) == ("assign", *CLAIRE.values())
    key = "coordinator.request.done.v1"
    assert told == [{"key": key, "request_id": "one", "request_type": "assign.requested.v1"}]


async def test_a_refusal_says_why_and_changes_nothing_for_its_neighbours(database: Database) -> None:
    async with network(database("router"), [DIJON, LYON]) as net:
        question, ended = await net.ask(subject="histoire"), await net.ask(subject="histoire")
        await net.tell(answer("dijon"), ended)
        wishes = [
            asks(coordinator.CloseRequested(**CLAIRE, explanation="Hors sujet."), ended),
            asks(coordinator.AssignRequested(**CLAIRE, partner="nowhere"), question),
            asks(coordinator.TakeBackRequested(by="Claire Dumas"), uuid4()),
            asks(coordinator.ExtendRequested(**CLAIRE, promise_at=MONDAY - timedelta(days=1)), question),
            asks(coordinator.AssignRequested(**CLAIRE, partner="lyon"), question),
        ]
        await net.settle(wishes)
        assert await net.announced(QuestionClosed) == []
        assert await net.bench.dead() == []
        loads = await net.bench.pool.fetch("SELECT partner, open FROM load ORDER BY partner")
        told = sorted(
            (
                (one["request_type"], one.get("code"), one.get("field"), one.get("value"))
                for one in await receipts(net)
            ),
            key=str,
        )
    assert [tuple(row) for row in loads] == [("dijon", 0), ("lyon", 1)]
    assert told == sorted(
        (
            ("close.requested.v1", "impossible", None, "answered"),
            ("assign.requested.v1", "unknown_partner", None, "nowhere"),
            ("take_back.requested.v1", "unknown_question", None, None),
            ("extend.requested.v1", "moment_passed", "promise_at", None),
            ("assign.requested.v1", None, None, None),
        ),
        key=str,
    )


async def test_nobody_is_asked_an_erased_question_again(database: Database) -> None:
    async with network(database("router"), [DIJON, LYON]) as net:
        question = await net.ask(subject="histoire")
        await net.tell(answer("dijon"), question)
        await net.tell(AskerErased(reason="wish"), question)
        await net.settle([asks(coordinator.ReopenRequested(**CLAIRE), question)])
        (told,) = await receipts(net)
        assert await net.announced(QuestionReopened) == []
    assert (told["request_type"], told["code"]) == ("reopen.requested.v1", "unknown_question")


async def test_another_promise_is_announced_with_the_partner_s_new_due_time(database: Database) -> None:
    async with network(database("router"), [DIJON], promise_hours=2) as net:
        question = await net.ask()
        later = MONDAY + timedelta(days=1, hours=1)
        await net.settle([asks(coordinator.ExtendRequested(**CLAIRE, promise_at=later), question)])
        (handled,) = await net.announced(QuestionHandled, question)
        assignment = await net.value("SELECT id FROM assignment")
    assert (handled.promise_at, handled.due_at, handled.assignment_id) == (later, later, assignment)


async def test_intake_is_paused_with_a_notice_and_opened_without(database: Database) -> None:
    async with network(database("router"), [DIJON]) as net:
        nobody = UUID(int=0)
        await net.settle([asks(coordinator.IntakeChangeRequested(**CLAIRE, notice="Retour le 4."), nobody)])
        await net.settle([asks(coordinator.IntakeChangeRequested(by="Claire Dumas"), nobody)])
        changes = await net.announced(IntakeChanged)
    assert [(one.paused, one.notice, one.actor) for one in changes] == [
        (True, "Retour le 4.", "Claire Dumas"),
        (False, None, "Claire Dumas"),
    ]


async def test_an_explanation_tells_points_exclusions_clocks_and_what_could_be(database: Database) -> None:
    metz = library("metz", languages=frozenset({"de"}))
    async with network(database("router"), [DIJON, LYON, metz]) as net:
        question = await net.ask(subject="histoire", language="fr")
        wish = coordinator.ExplanationRequested(by="Claire Dumas")
        await net.settle([asks(wish, question), asks(wish, uuid4())])
        (told,) = await net.announced(QuestionExplained, question)
        assert [one.get("code") for one in await receipts(net)] in (
            [None, "unknown_question"],
            ["unknown_question", None],
        )
    (decision,) = told.decisions
    assert (decision.chosen, [one.partner for one in decision.candidates]) == ("dijon", ["dijon", "lyon"])
    assert decision.candidates[0].parts["subject"] == 40
    assert [(one.code, one.partners) for one in decision.excluded] == [("language", ("metz",))]
    assert {one.partner: one.open for one in told.chances} == {"dijon": 1, "lyon": 0}
    assert [one.partner for one in told.assignments] == ["dijon"]
    assert told.promise_seconds == 72 * 3600
