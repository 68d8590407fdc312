"""Two copies count what flows while both are killed again and again: every event is counted once.

SESAME_TEST_QUESTIONS says how many questions flow, six events each (1500; 10000 with --chaos).
"""

from __future__ import annotations

import asyncio
import os
import random
from pathlib import Path
from uuid import uuid4

import aio_pika
import asyncpg
from asyncpg import Connection, Record

from deploy.local.platform import Platform, running_platform
from deploy.local.servers import Servers
from services.contracts import topology
from services.metrics.recounting import check
from tests.integration import metrics_facts as made
from tests.integration.metrics_network import TIMES, pool_of
from tests.servers import Database, VirtualHost

QUESTIONS = int(os.environ.get("SESAME_TEST_QUESTIONS", "1500"))
EVENTS = 6 * QUESTIONS
IN_FLIGHT = 300
PATIENCE_SECONDS = 240
COPIES = (1, 2)
NO_SMTP = 9


async def publish_questions(amqp_url: str) -> None:
    connection = await aio_pika.connect(amqp_url)
    gate = asyncio.Semaphore(IN_FLIGHT)
    async with connection, asyncio.TaskGroup() as publishing:
        exchange = await (await connection.channel()).get_exchange(topology.EVENTS)
        for question in range(QUESTIONS):
            for event in made.life(uuid4(), made.facets("mail", hours=question % 400), "bpi"):
                letter = made.letter(event)
                message = aio_pika.Message(letter.body, delivery_mode=2, message_id=letter.message_id)
                await gate.acquire()
                sending = publishing.create_task(exchange.publish(message, letter.routing_key))
                sending.add_done_callback(lambda _: gate.release())


async def kill_in_turn(platform: Platform, db: Connection[Record]) -> int:
    """Until everything is counted: kill one copy in full work, start it again, then the other."""
    chance, kills = random.Random("kill -9"), 0
    while await counted(db) < EVENTS * 0.9:
        copy = COPIES[kills % len(COPIES)]
        await asyncio.sleep(chance.uniform(0.1, 0.8))
        await platform.kill("metrics", copy)
        await platform.start("metrics", copy)
        kills += 1
    return kills


async def counted(db: Connection[Record]) -> int:
    number: int = await db.fetchval("SELECT count(*) FROM log")
    return number


async def until_all_are_counted(db: Connection[Record]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            if await counted(db) >= EVENTS and await db.fetchval("SELECT count(*) FROM pending") == 0:
                return
            await asyncio.sleep(0.1)


async def test_killing_both_copies_loses_and_doubles_nothing(
    tmp_path: Path, database: Database, vhost: VirtualHost
) -> None:
    servers = Servers(vhost.amqp_url, vhost.management_url, database.admin_url, None, None)
    settings = {"SESAME_METRICS_FOLD_SECONDS": "0.05", "SESAME_LOG_LEVEL": "WARNING"}
    db = await asyncpg.connect(database("metrics"))
    async with running_platform(
        tmp_path, servers, smtp_port=NO_SMTP, services=("metrics",), settings=settings
    ) as platform:
        await platform.start("metrics", 2)
        async with asyncio.timeout(PATIENCE_SECONDS), asyncio.TaskGroup() as group:
            group.create_task(publish_questions(vhost.amqp_url))
            killing = group.create_task(kill_in_turn(platform, db))
        await until_all_are_counted(db)
    measures = await db.fetch(
        "SELECT measure, sum(n)::int AS n FROM tally WHERE partner = '' AND facet = 'channel' GROUP BY 1"
    )
    dead = await db.fetchval("SELECT count(*) FROM outbox")
    await db.close()
    async with pool_of(database) as pool:
        facts, differences = await check(pool, TIMES)
    assert killing.result() >= len(COPIES)
    assert {row["measure"]: row["n"] for row in measures} == {
        **dict.fromkeys(("received", "routed", "submitted", "answered", "kept", "published"), QUESTIONS),
        "viewed": made.VIEWS * QUESTIONS,
    }
    assert (facts, list(differences), dead) == (EVENTS, [], 0)
