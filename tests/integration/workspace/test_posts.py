"""Answers for a group: shown to be pasted until somebody says that they stand there, whatever comes first."""

from __future__ import annotations

import pytest

from services.contracts.ingest import AskerErased
from services.workspace.domain.roles import Member
from tests.integration.workspace import facts as made
from tests.integration.workspace.stage import stage
from tests.support.servers import Database


async def test_an_answer_is_shown_with_its_place_and_asked_to_be_settled_once(database: Database) -> None:
    async with stage(database) as on:
        await on.tell([*made.life(made.received(), made.routed()), made.to_post()])
        claire = await on.someone("Claire Dumas", Member("coordinator"))
        shown = (await claire.see("/posts")).text
        assert made.TO_PASTE in shown
        assert "https://group.example/7" in shown
        for _ in range(2):
            await claire.post(f"/posts/{made.POST}", form="one", url=" https://group.example/7#2 ")
        [asked] = await on.requests()
    assert asked["key"] == "coordinator.posted.requested.v1"
    assert asked["data"] == {
        "by": "Claire Dumas",
        "delivery_id": str(made.POST),
        "url": "https://group.example/7#2",
    }


@pytest.mark.parametrize("versions", [(1, 2), (2, 1)])
async def test_it_is_gone_once_it_stands_in_whatever_order_that_is_heard(
    database: Database, versions: tuple[int, int]
) -> None:
    told = {1: made.to_post(), 2: made.to_post(2, None)}
    async with stage(database) as on:
        await on.tell([told[version] for version in versions])
        claire = await on.someone("Claire Dumas", Member("coordinator"))
        assert made.TO_PASTE not in (await claire.see("/posts")).text


@pytest.mark.parametrize("step", [1, -1])
async def test_nothing_of_a_forgotten_asker_is_left_to_post(database: Database, step: int) -> None:
    facts = [*made.life(made.received(), AskerErased(reason="wish")), made.to_post()]
    async with stage(database) as on:
        await on.tell(facts[::step])
        assert await on.on.pool.fetchval("SELECT coalesce(text, url) FROM group_post") is None
