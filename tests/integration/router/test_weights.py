"""What each part of a choice weighs: one truth in the database, changed, tried, told, and kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID, uuid4

import pytest

from devtools.cli import main
from services.contracts import coordinator
from services.contracts.explained import (
    PartWeights,
    QuestionExplained,
    WeightsChanged,
    WeightsChangeRequested,
    WeightsSimulated,
    WeightsTrialRequested,
)
from services.router.domain.routing.routing_request import Weights
from services.router.handlers import weighing
from tests.integration.router.test_requests import asks, receipts
from tests.support.router_network import Network, decline, library, network
from tests.support.servers import Database

NOBODY = UUID(int=0)
USUAL = asdict(Weights())
STRONG, HERS = library("albi", subjects={"histoire": 5}), library("brest")
IN_BREST = {"subject": "histoire", "origin": "brest"}
ONLY_ORIGIN = {"subject": 0.0, "load": 0.0, "fairness": 0.0}
ONLY_SUBJECT = {"origin": 0.0, "load": 0.0, "fairness": 0.0}


def points(**changed: float) -> PartWeights:
    return PartWeights(**{**USUAL, **changed})


async def change(net: Network, changed: Mapping[str, float], version: int | None = None) -> dict[str, Any]:
    wish = WeightsChangeRequested(by="Claire", reason="Essai", weights=points(**changed), version=version)
    await net.settle([asks(wish, NOBODY)])
    return (await receipts(net))[-1]


async def tried(net: Network, **changed: float) -> WeightsSimulated:
    wish = WeightsTrialRequested(by="Claire", trial_id=uuid4(), weights=points(**changed))
    await net.settle([asks(wish, NOBODY)])
    told: WeightsSimulated = (await net.announced(WeightsSimulated))[-1]
    assert told.trial_id == wish.trial_id
    return told


async def told(net: Network) -> list[WeightsChanged]:
    async with net.bench.transactions.begin() as unit:
        await weighing.tell(unit)
    return await net.announced(WeightsChanged)


async def holder(net: Network, question: UUID) -> str:
    return str(await net.value("SELECT partner FROM assignment WHERE question = $1 LIMIT 1", question))


async def test_a_network_begins_with_the_weights_of_the_documents(database: Database) -> None:
    async with network(database("router"), [STRONG]) as net:
        (first,) = await told(net)
        assert await told(net) == [first]
    assert (first.version, first.before, first.after.model_dump()) == (1, None, USUAL)


async def test_a_change_counts_from_the_next_choice_in_every_copy(database: Database) -> None:
    url = database("router")
    async with (
        network(url, [STRONG, HERS], weights=ONLY_SUBJECT) as net,
        network(url, [STRONG, HERS]) as other,
    ):
        before = await other.ask(**IN_BREST)
        assert (await change(net, ONLY_ORIGIN))["key"] == "coordinator.request.done.v1"
        after = await other.ask(**IN_BREST)
        assert [await holder(net, one) for one in (before, after)] == ["albi", "brest"]
        last = (await told(net))[-1]
    assert (last.actor, last.reason, last.after) == ("Claire", "Essai", points(**ONLY_ORIGIN))
    assert last.before == points(**ONLY_SUBJECT)


async def test_what_is_tried_is_what_comes_true_once_it_is_saved(database: Database) -> None:
    async with network(database("router"), [STRONG, HERS], weights=ONLY_SUBJECT) as net:
        asked = [await net.ask(**IN_BREST) for _ in range(3)]
        same = await tried(net, **ONLY_SUBJECT)
        assert (same.questions, same.moved) == (3, ())
        trial = await tried(net, **ONLY_ORIGIN)
        assert [one.question_id for one in trial.moved] == list(reversed(asked))
        assert {(one.went.partner, one.would.partner) for one in trial.moved} == {("albi", "brest")}
        assert {one.partner: (one.before, one.after) for one in trial.loads} == {
            "albi": (3, 0),
            "brest": (0, 3),
        }
        assert await net.value("SELECT count(*) FROM assignment") == 3
        await change(net, ONLY_ORIGIN)
        assert await holder(net, await net.ask(**IN_BREST)) == trial.moved[0].would.partner


async def test_only_whom_a_question_was_given_to_first_is_tried(database: Database) -> None:
    async with network(database("router"), [STRONG, HERS], weights=ONLY_SUBJECT) as net:
        question = await net.ask(**IN_BREST)
        await net.tell(decline("albi"), question)
        trial = await tried(net, **ONLY_SUBJECT)
    assert [(one.partner, one.before) for one in trial.loads] == [("albi", 1)]


async def test_a_question_keeps_the_weights_by_which_it_was_given(database: Database) -> None:
    async with network(database("router"), [STRONG, HERS], weights=ONLY_SUBJECT) as net:
        question = await net.ask(**IN_BREST)
        await change(net, ONLY_ORIGIN)
        await net.settle([asks(coordinator.ExplanationRequested(by="Claire"), question)])
        (explained,) = await net.announced(QuestionExplained, question)
    assert explained.decisions[0].weights == points(**ONLY_SUBJECT)


async def test_two_who_change_them_at_once_do_not_undo_each_other(database: Database) -> None:
    async with network(database("router"), [STRONG]) as net:
        await change(net, {"place": 50}, 1)
        receipt = await change(net, {"place": 60}, 1)
        assert receipt["code"] == "changed_meanwhile"
        assert [one.after.place for one in await told(net)] == [40, 50]


async def test_weights_that_let_nothing_count_are_refused(database: Database) -> None:
    async with network(database("router"), [STRONG]) as net:
        receipt = await change(net, dict.fromkeys(USUAL, 0.0))
        assert receipt["code"] == "nothing_weighs"
        assert len(await told(net)) == 1


async def test_the_same_weights_again_are_done_and_no_change(database: Database) -> None:
    async with network(database("router"), [STRONG]) as net:
        assert "code" not in await change(net, {})
        assert len(await told(net)) == 1


async def test_a_workspace_that_begins_from_nothing_is_told_every_change(database: Database) -> None:
    async with network(database("router"), [STRONG]) as net:
        await change(net, {"place": 50})
        before = await told(net)
        await net.settle([asks(coordinator.DirectoryRequested(by="workspace"), NOBODY)])
        assert (await told(net))[len(before) :] == before


def test_an_operator_tries_and_sets_them_and_hears_of_every_fault(
    database: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SESAME_AMQP_URL", "amqp://unused")
    monkeypatch.setenv("SESAME_DATABASE_URL", database("router"))
    assert main(["router", "weights", "set", "place=60", "load=12.5", "--actor", "Anne"]) == 0
    assert main(["router", "weights", "show"]) == 0
    assert "place 60, subject 40, load 12.5" in capsys.readouterr().out
    assert main(["router", "weights", "set", "fit=-1", "subject=10001"]) == 1
    said = capsys.readouterr().err
    assert "fit: -1 points" in said
    assert "subject: 10001 points" in said
    assert main(["router", "weights", "try", "place=0"]) == 0
    assert "0 of 0 questions would have gone elsewhere first" in capsys.readouterr().out
    assert main(["router", "weights", "history"]) == 0
    said = capsys.readouterr().out
    assert "Anne" in said
    assert "place: 40 → 60" in said
