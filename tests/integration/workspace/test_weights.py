"""What counts in a choice: seen in words, tried first, changed by asking the router, with its history."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

from services.chassis.messaging.incoming import IncomingMessage
from services.contracts.coordinator import RequestDone, RequestRefused
from services.contracts.explained import (
    MovedQuestion,
    PartWeights,
    RivalPoints,
    SimulatedLoad,
    WeightsChanged,
    WeightsSimulated,
)
from services.contracts.vocabulary import Fact
from services.workspace.domain.roles import Member
from services.workspace.store.coordinator import weights as store
from tests.integration.workspace import facts as made
from tests.integration.workspace.stage import Someone, Stage, stage
from tests.integration.workspace.test_coordinator import receipt
from tests.support.bench import letter_of
from tests.support.plain_tags import plain_tags
from tests.support.servers import Database

NOBODY = UUID(int=0)
USUAL = {
    "referred": 2000.0,
    "origin": 1000.0,
    "place": 40.0,
    "subject": 40.0,
    "load": 20.0,
    "fit": 20.0,
    "fairness": 15.0,
}
TYPED = {part: f"{points:g}" for part, points in USUAL.items()}


def points(**changed: float) -> PartWeights:
    return PartWeights(**{**USUAL, **changed})


def letter(fact: Fact, name: str) -> IncomingMessage:
    return letter_of(fact, NOBODY, id_=str(uuid5(NOBODY, name)), time=made.MOMENT)


def weighed(version: int = 1, before: PartWeights | None = None, **changed: float) -> IncomingMessage:
    fact = WeightsChanged(
        version=version,
        changed_at=made.MOMENT + timedelta(hours=version),
        actor="Claire Dumas" if before else "sesame",
        reason="Les questions locales" if before else None,
        before=before,
        after=points(**changed),
    )
    return letter(fact, f"weights {version}")


def simulated(trial: UUID) -> IncomingMessage:
    fact = WeightsSimulated(
        trial_id=trial,
        simulated_at=made.MOMENT,
        weights=points(place=60),
        questions=2,
        since=made.MOMENT,
        moved=(
            MovedQuestion(
                question_id=made.QUESTION,
                decided_at=made.MOMENT,
                went=RivalPoints(partner="bm-lyon", points=61.5, proposed=61.5),
                would=RivalPoints(partner="bm-brest", points=60, proposed=72.25),
            ),
        ),
        loads=(
            SimulatedLoad(partner="bm-brest", before=0, after=1),
            SimulatedLoad(partner="bm-lyon", before=2, after=1),
        ),
    )
    return letter(fact, f"trial {trial}")


async def claire(on: Stage) -> Someone:
    return await on.someone("Claire Dumas", Member("coordinator"))


async def asked(on: Stage, kind: str) -> list[dict[str, Any]]:
    return [one for one in await on.requests() if one["key"] == f"coordinator.{kind}.requested.v1"]


async def try_out(person: Someone, **typed: str) -> str:
    """The page of the trial."""
    page = (await person.see("/weights")).text
    form = re.search(r'name="form" value="([^"]+)"', page)
    assert form is not None
    answer = await person.post("/weights/tried", form=form[1], version="1", **{**TYPED, **typed})
    assert answer.status_code == 303
    return answer.headers["location"]


async def test_the_latest_change_counts_and_each_is_shown_with_hand_and_difference(
    database: Database,
) -> None:
    async with stage(database) as on:
        await on.tell([weighed(2, points(), place=62.5), weighed(), weighed()])
        page = (await (await claire(on)).see("/weights")).text
        assert 'name="place" inputmode="decimal" autocomplete="off" maxlength="20" value="62,5"' in page
        assert "<del>40</del> → <ins>62,5</ins>" in page
        assert "l’exploitant du réseau" in page
        assert "· sesame" not in page
        for words in (
            "Claire Dumas",
            "Les questions locales",
            "dessert le code postal",
            "Valeurs de départ",
        ):
            assert words in page


async def test_what_is_tried_is_asked_once_and_shown_before_anything_is_saved(database: Database) -> None:
    async with stage(database) as on:
        await on.tell(made.life(made.received(), made.routed()))
        await on.tell([weighed(), made.listed("bm-lyon"), made.listed("bm-brest")])
        person = await claire(on)
        there = await try_out(person, place="60")
        trial = UUID(there.rpartition("/")[2])
        for _ in range(2):
            await person.post("/weights/tried", form=str(trial), version="1", **{**TYPED, "place": "60"})
        [wish] = await asked(on, "weights_trial")
        assert (wish["data"]["trial_id"], wish["data"]["weights"]["place"]) == (str(trial), 60)
        assert "Le système calcule" in (await person.see(there)).text
        await on.tell([simulated(trial)])
        page = (await person.see(there)).text.replace("\u00a0", " ").replace("\u202f", " ")
        for words in (
            "Sur les 2 dernières questions, 1 serait d’abord allée ailleurs.",
            "61,5 points alors, 61,5 avec ceux-ci",
            "60,0 points alors, 72,2 avec ceux-ci",
            "Médiathèques de Brest",
            "<del>40</del> → <ins>60</ins>",
            f"/questions/{made.QUESTION}",
        ):
            assert words in page
        assert await asked(on, "weights_change") == []


async def test_a_change_is_asked_once_under_way_then_done(database: Database) -> None:
    async with stage(database) as on:
        await on.tell([weighed()])
        person = await claire(on)
        await try_out(person, place="60")
        for _ in range(2):
            fields = {**TYPED, "place": "62,5", "reason": "Local"}
            answer = await person.post("/weights", form="s1", version="1", **fields)
            assert answer.headers["location"] == "/weights"
        [wish] = await asked(on, "weights_change")
        assert wish["data"] == {
            "by": "Claire Dumas",
            "reason": "Local",
            "weights": {**USUAL, "place": 62.5},
            "version": 1,
        }
        assert ": en cours" in (await person.see("/weights")).text
        done = RequestDone(request_id=wish["id"], request_type=wish["type"])
        await on.tell([receipt(done, "r1"), weighed(2, points(), place=62.5)])
        page = (await person.see("/weights")).text
        assert ": en cours" not in page
        assert "<ins>62,5</ins>" in page
        assert "Changement de ce qui compte" in (await person.see("/audit")).text


async def test_a_refusal_says_that_somebody_was_quicker(database: Database) -> None:
    async with stage(database) as on:
        await on.tell([weighed()])
        person = await claire(on)
        await person.post("/weights", form="s1", version="1", **TYPED)
        [wish] = await asked(on, "weights_change")
        refused = RequestRefused(
            request_id=wish["id"], request_type=wish["type"], code="changed_meanwhile", reason="…"
        )
        await on.tell([receipt(refused, "r1")])
        assert "quelqu’un l’a changé entre-temps" in (await person.see("/weights")).text


async def test_every_fault_is_named_at_once_with_its_value_and_nothing_is_asked(database: Database) -> None:
    async with stage(database) as on:
        await on.tell([weighed()])
        person = await claire(on)
        typed = {**TYPED, "place": "-1", "subject": "beaucoup", "load": "", "fit": "20 000"}
        for path in ("/weights", "/weights/tried"):
            answer = await person.post(path, form="f1", version="1", **typed)
            assert answer.status_code == 422
            for words in (
                "<q>-1</q>",
                "<q>beaucoup</q>",
                "<q>20 000</q>",
                "écrivez un nombre ; 0 pour ce qui ne doit pas compter",
                "écrivez 10 000 au plus",
                "<title>Erreur",
            ):
                assert words in plain_tags(answer.text).replace("\u202f", " ").replace("\u00a0", " ")
            assert answer.text.count('aria-invalid="true"') == 4
        nothing = await person.post("/weights/tried", form="f2", version="1", **dict.fromkeys(TYPED, "0"))
        assert "Rien ne compterait" in nothing.text
        assert await on.requests() == []


async def test_an_observer_sees_them_and_a_library_does_not(database: Database) -> None:
    async with stage(database) as on:
        await on.tell([weighed()])
        observer = await on.someone("Odile Observe", Member("observer"))
        page = (await observer.see("/weights")).text
        assert "disabled" in page
        assert "<button>" not in page
        lead = await on.someone("Amel Benali", Member("lead", "bm-lyon"))
        assert (await lead.see("/weights")).status_code == 403


async def test_what_was_tried_is_forgotten_after_a_week(database: Database) -> None:
    async with stage(database) as on:
        await on.tell([weighed()])
        person = await claire(on)
        there = await try_out(person)
        on.clock.pass_by(days=8)
        async with on.guard.begin() as unit:
            await store.forget_trials(unit.db, unit.now)
        person = await on.someone("Claire encore", Member("coordinator"))
        assert (await person.see(there)).status_code == 404
