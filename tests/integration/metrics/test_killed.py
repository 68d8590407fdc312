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

from devtools.servers.platform import Platform, running_platform
from devtools.servers.servers import Servers
from services.contracts import topology
from services.metrics.handlers.recounting import check
from tests.support import metrics_facts as made
from tests.support.metrics_network import TIMES, pool_of
from tests.support.servers import Database, VirtualHost

QUESTIONS = int(os.environ.get("SESAME_TEST_QUESTIONS", "1500"))
EVENTS = 6 * QUESTIONS
IN_FLIGHT = 300
SHARE = 375
"""Questions that flow around one kill."""
PATIENCE_SECONDS = 240
COPIES = (1, 2)
NO_SMTP = 9

MORE_THAN = "SELECT count(*) > $1 FROM log"
ALL_COUNTED = "SELECT (SELECT count(*) FROM log) >= $1 AND NOT EXISTS (SELECT FROM pending)"


async def publish_questions(amqp_url: str, questions: range) -> None:
    connection = await aio_pika.connect(amqp_url)
    gate = asyncio.Semaphore(IN_FLIGHT)
    async with connection, asyncio.TaskGroup() as publishing:
        exchange = await (await connection.channel()).get_exchange(topology.EVENTS)
        for question in questions:
            for event in made.life(uuid4(), made.facets("mail", hours=question % 400), "bpi"):
                letter = made.letter(event)
                message = aio_pika.Message(letter.body, delivery_mode=2, message_id=letter.message_id)
                await gate.acquire()
                sending = publishing.create_task(exchange.publish(message, letter.routing_key))
                sending.add_done_callback(lambda _: gate.release())


async def kill_in_turn(amqp_url: str, platform: Platform, db: Connection[Record]) -> int:
    """While each share flows: kill one copy in full work, start it again; with the next share the other."""
    chance, kills = random.Random("kill -9"), 0
    for first in range(0, QUESTIONS, SHARE):
        copy, before = COPIES[kills % len(COPIES)], await db.fetchval("SELECT count(*) FROM log")
        async with asyncio.TaskGroup() as flowing:
            share = range(first, min(first + SHARE, QUESTIONS))
            flowing.create_task(publish_questions(amqp_url, share))
            await until_true(db, MORE_THAN, before)
            await asyncio.sleep(chance.uniform(0.0, 0.3))
            await platform.kill("metrics", copy)
            await platform.start("metrics", copy)
        kills += 1
    return kills


async def until_true(db: Connection[Record], query: str, events: int) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            if await db.fetchval(query, events):
                return
            await asyncio.sleep(0.02)


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
        async with asyncio.timeout(PATIENCE_SECONDS):
            kills = await kill_in_turn(vhost.amqp_url, platform, db)
        await until_true(db, ALL_COUNTED, EVENTS)
    measures = await db.fetch(
        "SELECT measure, sum(n)::int AS n FROM tally WHERE partner = '' AND facet = 'channel' GROUP BY 1"
    )
    dead = await db.fetchval("SELECT count(*) FROM outbox")
    await db.close()
    async with pool_of(database) as pool:
        facts, differences = await check(pool, TIMES)
    assert kills >= len(COPIES)
    assert {row["measure"]: row["n"] for row in measures} == {
        **dict.fromkeys(("received", "routed", "submitted", "answered", "kept", "published"), QUESTIONS),
        "viewed": made.VIEWS * QUESTIONS,
    }
    assert (facts, list(differences), dead) == (EVENTS, [], 0)
