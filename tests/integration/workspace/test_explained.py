"""Why a question is where it is: asked of the router when somebody looks, shown in names and points."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from services.contracts.explained import (
    PartWeights,
    QuestionExplained,
    ToldAssignment,
    ToldCandidate,
    ToldChance,
    ToldDecision,
    ToldExclusion,
)
from services.workspace.domain.roles import Member
from tests.integration.workspace import facts as made
from tests.integration.workspace.stage import Stage, stage
from tests.support.servers import Database

PAGE = f"/questions/{made.QUESTION}"


WEIGHTS = PartWeights(referred=2000, origin=1000, place=40, subject=40, load=21.5, fit=20, fairness=15)


def explained(hours: int = 0) -> QuestionExplained:
    due = made.MOMENT + timedelta(days=2)
    return QuestionExplained(
        explained_at=made.MOMENT + timedelta(hours=hours),
        promise_at=made.MOMENT + timedelta(days=3),
        promise_seconds=72 * 3600,
        assignments=(
            ToldAssignment(
                partner="bm-lyon", asked_at=made.MOMENT, due_at=due, open_seconds=16 * 3600 + 1800
            ),
        ),
        decisions=(
            ToldDecision(
                decided_at=made.MOMENT,
                chosen="bm-lyon",
                tier="members",
                eligible=2,
                weights=WEIGHTS,
                candidates=(
                    ToldCandidate(partner="bm-lyon", total=61.5, parts={"subject": 40, "load": 21.5}),
                    ToldCandidate(partner="bm-brest", total=14, parts={"load": 20, "fairness": -6}),
                ),
                excluded=(ToldExclusion(code="language", number=1, partners=("bu-metz",)),),
            ),
        ),
        chances=(
            ToldChance(partner="bm-brest", due_at=due, open=3, asked_this_week=5, capacity_per_week=12),
        ),
    )


async def asked(on: Stage) -> list[dict[str, Any]]:
    return [one for one in await on.requests() if one["key"].endswith("explanation.requested.v1")]


async def test_the_router_is_asked_once_for_all_that_is_known_of_it(database: Database) -> None:
    async with stage(database) as on:
        await on.tell(made.life(made.received(), made.routed()))
        amel = await on.someone("Amel Benali", Member("respondent", "bm-lyon"))
        claire = await on.someone("Claire Dumas", Member("coordinator"))
        for person in (amel, claire, claire):
            await person.see(PAGE)
        assert [one["subject"] for one in await asked(on)] == [str(made.QUESTION)]
        await on.tell([made.hourly(5, made.declined())])
        await claire.see(PAGE)
        assert len(await asked(on)) == 2
        assert "explanation" not in (await claire.see("/audit")).text


async def test_points_reasons_and_clocks_are_shown_to_the_network_alone(database: Database) -> None:
    async with stage(database) as on:
        await on.tell(made.life(made.received(), made.routed()))
        await on.tell([made.listed("bm-lyon"), made.listed("bm-brest")])
        await on.tell([made.hourly(3, explained(1)), made.hourly(4, explained(0))])
        claire = await on.someone("Claire Dumas", Member("coordinator"))
        page = (await claire.see(PAGE)).text
        for words in (
            "61,5",
            "thème 40 · ",
            "Points au plus, alors",
            "équité \N{MINUS SIGN}6",
            "ne répond pas dans cette langue",
            "16,5 heures",
        ):
            assert words in page
        link = f"/network/check?action=assign&amp;question={made.QUESTION}&amp;partner=bm-brest"
        assert link in page
        effect = (await claire.see(link.replace("&amp;", "&"))).text
        assert (made.MOMENT + timedelta(days=2)).isoformat() in effect
        observer = await on.someone("Odile Observe", Member("observer"))
        page = (await observer.see(PAGE)).text
        assert "61,5" in page
        assert "/network/check" not in page
        amel = await on.someone("Amel Benali", Member("respondent", "bm-lyon"))
        assert "61,5" not in (await amel.see(PAGE)).text


KEPT_BEFORE = """
UPDATE explanation SET data = (data - 'assignments') || jsonb_build_object('turns', data -> 'assignments')
"""


async def test_what_was_kept_in_a_former_word_is_shown(database: Database) -> None:
    async with stage(database) as on:
        await on.tell(made.life(made.received(), made.routed()))
        await on.tell([made.hourly(3, explained(1))])
        await on.on.pool.execute(KEPT_BEFORE)
        claire = await on.someone("Claire Dumas", Member("coordinator"))
        assert "16,5 heures" in (await claire.see(PAGE)).text
