"""A thousand questions while two copies of the router are killed in turn: each is assigned once."""

from __future__ import annotations

import asyncio
import random
from asyncio.subprocess import Process
from pathlib import Path
from uuid import uuid4

import asyncpg

from devtools.servers.ports import free_port
from tests.support import router_process as process
from tests.support.bench import letter_of
from tests.support.router_network import MONDAY, library, received
from tests.support.servers import Database, VirtualHost
from tests.support.waiting import until_ready

QUESTIONS = 1_000
KILLS = 6
ASSIGNED = "SELECT count(*) FROM assignment WHERE ended_at IS NULL"


async def test_every_question_is_assigned_once_though_both_copies_are_killed(
    database: Database, vhost: VirtualHost, tmp_path: Path
) -> None:
    partners = [library(f"library-{number}", capacity_per_week=200) for number in range(6)]
    variables = {"SESAME_PARTNERS_FILE": str(process.partners_file(tmp_path, partners)), "SESAME_BATCH": "10"}
    letters = [letter_of(received(MONDAY), uuid4()) for _ in range(QUESTIONS)]

    ports = (free_port(), free_port())

    async def start(copy: int) -> Process:
        return await process.start(database, vhost, port=ports[copy], **variables)

    async with process.declared(vhost) as publish:
        copies = [await start(0), await start(1)]
        publishing = asyncio.create_task(publish(letters))
        for turn in range(KILLS):
            await process.until_more(database, ASSIGNED, (turn + 1) * random.randint(20, 100))
            copies[turn % 2].kill()
            await copies[turn % 2].wait()
            copies[turn % 2] = await start(turn % 2)
        await publishing
        await process.until(database, ASSIGNED, QUESTIONS)
        await asyncio.gather(*map(until_ready, ports))
        assert [await process.stop(copy) for copy in copies] == [0, 0]
    await each_is_assigned_once(database)


async def each_is_assigned_once(database: Database) -> None:
    db = await asyncpg.connect(database("router"))
    try:
        assert await db.fetchval("SELECT count(*) FROM assignment") == QUESTIONS
        assert await db.fetchval("SELECT count(DISTINCT question) FROM assignment") == QUESTIONS
        assert await db.fetchval("SELECT sum(open) FROM load") == QUESTIONS
        assert await db.fetchval("SELECT max(asked) FROM load") <= 200
    finally:
        await db.close()
