"""The running service: what it heard is what Prometheus reads, also after a restart."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import aio_pika
import asyncpg
import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from devtools.servers.ports import free_port
from services.contracts import topology
from tests.support import metrics_facts as made
from tests.support.servers import Database, VirtualHost
from tests.support.waiting import PATIENCE_SECONDS, until_ready


@asynccontextmanager
async def metrics_service(database: Database, vhost: VirtualHost) -> AsyncIterator[httpx.AsyncClient]:
    """The service as a process of its own; gives a client on its private port."""
    port = free_port()
    environ = os.environ | {
        "SESAME_AMQP_URL": vhost.amqp_url,
        "SESAME_DATABASE_URL": database("metrics"),
        "SESAME_OPS_PORT": str(port),
        "SESAME_METRICS_FOLD_SECONDS": "0.05",
        "SESAME_LOG_LEVEL": "WARNING",
    }
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "services.metrics", env=environ)
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE_SECONDS) as client:
            await until_ready(port)
            yield client
    finally:
        process.terminate()
        assert await process.wait() == 0


async def publish(vhost: VirtualHost, lives: int) -> int:
    connection = await aio_pika.connect(vhost.amqp_url)
    async with connection:
        channel = await connection.channel()
        exchange = await channel.get_exchange(topology.EVENTS)
        letters = [
            made.letter(event)
            for _ in range(lives)
            for event in made.life(uuid4(), made.facets("form"), "bpi")
        ]
        for letter in letters:
            await exchange.publish(aio_pika.Message(letter.body, delivery_mode=2), letter.routing_key)
    return len(letters)


async def samples(client: httpx.AsyncClient) -> dict[tuple[str, str], float]:
    """(name, one label's value) → value."""
    text = (await client.get("/metrics")).text
    return {
        (sample.name, next(iter(sample.labels.values()), "")): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def until_counted(database: Database, facts: int) -> None:
    db = await asyncpg.connect(database("metrics"))
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                if await db.fetchval("SELECT count(*) FROM log") >= facts:
                    return
                await asyncio.sleep(0.05)
    finally:
        await db.close()


async def test_prometheus_reads_what_was_heard_and_the_same_after_a_restart(
    database: Database, vhost: VirtualHost
) -> None:
    async with metrics_service(database, vhost) as client:
        await until_counted(database, await publish(vhost, lives=10))
        first = await samples(client)
    async with metrics_service(database, vhost) as client:
        second = await samples(client)
    for read in (first, second):
        assert read["sesame_questions_received_total", "form"] == 10
        assert read["sesame_partner_questions_answered_total", "bpi"] == 10
        assert read["sesame_time_to_answer_seconds_count", "calendar"] == 10
        assert read["sesame_source_up", "counters"] == 1


async def test_a_failed_read_shows_as_down_and_not_as_old_numbers(
    database: Database, vhost: VirtualHost
) -> None:
    admin = await asyncpg.connect(database.admin_url)
    try:
        async with metrics_service(database, vhost) as client:
            await until_counted(database, await publish(vhost, lives=1))
            await admin.execute("ALTER TABLE metrics.ever RENAME TO elsewhere")
            down = await samples(client)
            await admin.execute("ALTER TABLE metrics.elsewhere RENAME TO ever")
            up = await samples(client)
    finally:
        await admin.close()
    assert down["sesame_source_up", "counters"] == 0
    assert ("sesame_questions_received_total", "form") not in down
    assert up["sesame_source_up", "counters"] == 1


@pytest.mark.parametrize("lives", [40])
async def test_two_copies_share_the_work_and_count_once(
    database: Database, vhost: VirtualHost, lives: int
) -> None:
    async with metrics_service(database, vhost) as one, metrics_service(database, vhost) as other:
        await until_counted(database, await publish(vhost, lives=lives))
        readings = [await samples(one), await samples(other)]
    for read in readings:
        assert read["sesame_questions_published_total", "form"] == lives
