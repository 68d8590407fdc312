"""`kill -9` of the workspace and of who tells it again, while the read model is made and questions flow."""

from __future__ import annotations

import asyncio
from argparse import Namespace
from itertools import repeat

import asyncpg
import pytest

from devtools.servers.servers import Servers
from services.workspace.commands.people import rebuild
from tests.support.scene import PARTNERS, Scene, assert_nothing_was_lost_or_doubled, scene, until_quiet

FLOWING = 40
FILLED = 3_000
A_SECOND = 10
ALL_TOLD_WITHIN_SECONDS = 600.0
"""Three services are killed and started meanwhile, each with the suite's own patience."""

FILL = f"""
WITH filled AS (
    SELECT gen_random_uuid() AS id, n, now() - n * interval '1 minute' AS at
    FROM generate_series(1, {FILLED}) AS n
), received AS (
    INSERT INTO ingest.announced SELECT id, 'received ' || n, 'question.received', at, jsonb_build_object(
        'text', repeat('Qui a construit le phare ? ', 20) || n,
        'facets', jsonb_build_object('channel', 'form', 'language', 'fr')) FROM filled
), routed AS (
    INSERT INTO router.announced SELECT id, 'routed ' || n, 'question.routed', at + interval '1 second',
        jsonb_build_object('partner', jsonb_build_object('id', 'lyon', 'name', 'Lyon'), 'due_at', at,
            'promise_at', at, 'facets', '{{}}'::jsonb) FROM filled
), answered AS (
    INSERT INTO router.announced SELECT id, 'answered ' || n, 'question.answered', at + interval '1 hour',
        jsonb_build_object('partner', jsonb_build_object('id', 'lyon', 'name', 'Lyon'),
            'text', repeat('Le marquis. ', 30), 'answer_id', gen_random_uuid()) FROM filled
)
INSERT INTO notifier.announced SELECT id, 'published ' || n, 'question.published', at + interval '2 hours',
    jsonb_build_object('place', 'asker') FROM filled
"""
"""What a year would have left in the tables of who announced it: questions that were answered long ago."""

LOSE = """
TRUNCATE workspace.fact, workspace.question, workspace.question_search, workspace.assignment, workspace.inbox
"""

TOLD = "SELECT count(*) FROM workspace.fact"

DIFFERENT = """
WITH announced AS (
    SELECT question, event, type, at, data FROM ingest.announced
    UNION ALL SELECT question, event, type, at, data FROM router.announced
    UNION ALL SELECT question, event, type, at, data FROM notifier.announced
), known AS (SELECT question, event, type, at, data FROM workspace.fact)
SELECT (SELECT count(*) FROM (SELECT * FROM announced EXCEPT SELECT * FROM known) AS missing)
    + (SELECT count(*) FROM (SELECT * FROM known EXCEPT SELECT * FROM announced) AS made_up)
"""

MADE = "SELECT count(*) FROM workspace.question WHERE state = 'answered'"


async def fetched(play: Scene, query: str) -> int:
    db = await asyncpg.connect(play.servers.database_url)
    try:
        return int(await db.fetchval(query) or 0)
    finally:
        await db.close()


async def executed(play: Scene, query: str) -> None:
    db = await asyncpg.connect(play.servers.database_url)
    try:
        await db.execute(query)
    finally:
        await db.close()


async def until_so(play: Scene, query: str, least: int) -> None:
    async with asyncio.timeout(ALL_TOLD_WITHIN_SECONDS):
        for rest in repeat(0.05):
            if await fetched(play, query) >= least:
                return
            await asyncio.sleep(rest)


async def further(play: Scene) -> None:
    """Questions that nobody asked before."""
    for number in range(FLOWING, 2 * FLOWING):
        await play.partners.ask(PARTNERS[number % len(PARTNERS)], number)
        await asyncio.sleep(1 / A_SECOND)


async def test_a_rebuild_that_is_killed_at_both_ends_ends_with_every_fact(
    mortal_servers: Servers, capsys: pytest.CaptureFixture[str]
) -> None:
    async with scene(mortal_servers) as play:
        await play.flow(FLOWING, a_second=A_SECOND)
        await until_quiet(play)
        await executed(play, FILL)
        await executed(play, LOSE)
        url = play.platform.environment("workspace")["SESAME_DATABASE_URL"]
        chosen = Namespace(database_url=url, wait=ALL_TOLD_WITHIN_SECONDS)

        rebuilding = asyncio.create_task(rebuild(chosen))
        flowing = asyncio.create_task(further(play))
        await until_so(play, TOLD, FILLED // 10)
        for service in ("workspace", "router", "ingest"):
            await play.platform.kill(service)
            await play.platform.start(service)
        await flowing
        assert await rebuilding == 0
        assert capsys.readouterr().out.count("all of them") == 3
        await until_quiet(play)
        await assert_nothing_was_lost_or_doubled(play)
        assert await fetched(play, DIFFERENT) == 0
        assert await fetched(play, MADE) == FILLED + 2 * FLOWING
