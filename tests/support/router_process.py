"""The router as processes of its own, on a real broker and a real database."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aio_pika
import asyncpg

from services.chassis.messaging.incoming import IncomingMessage
from services.contracts import topology
from services.router.domain.partner import Partner
from services.router.domain.partner_record import write_partner
from services.router.files.partners import to_yaml
from tests.support.servers import Database, VirtualHost
from tests.support.waiting import PATIENCE_SECONDS


async def start(database: Database, vhost: VirtualHost, *, port: int, **variables: str) -> Process:
    """`port`: its private one. Returns before it is ready."""
    environ = os.environ | {
        "SESAME_AMQP_URL": vhost.amqp_url,
        "SESAME_DATABASE_URL": database("router"),
        "SESAME_LOG_LEVEL": "WARNING",
        "SESAME_OPS_PORT": str(port),
        **variables,
    }
    return await asyncio.create_subprocess_exec(sys.executable, "-m", "services.router", env=environ)


async def stop(process: Process) -> int:
    process.terminate()
    return await process.wait()


@asynccontextmanager
async def declared(vhost: VirtualHost) -> AsyncIterator[Callable[[Sequence[IncomingMessage]], Any]]:
    """A function that publishes letters, kept by the router's queue even before there is a router."""
    connection = await aio_pika.connect(vhost.amqp_url)
    async with connection:
        channel = await connection.channel()
        exchanges = {
            name: await channel.declare_exchange(name, kind, durable=True)
            for name, kind in topology.EXCHANGES.items()
        }
        queue = await channel.declare_queue(
            "router", durable=True, arguments=topology.queue_arguments("router")
        )
        for name, key in topology.bindings("router"):
            await queue.bind(name, key)

        async def publish(letters: Sequence[IncomingMessage]) -> None:
            for letter in letters:
                message = aio_pika.Message(letter.body, message_id=letter.message_id, delivery_mode=2)
                await exchanges[topology.EVENTS].publish(message, letter.routing_key)

        yield publish


async def until(database: Database, query: str, wanted: object) -> None:
    """Ask the router's database until it answers what is wanted."""
    await _until(database, query, lambda answer: answer == wanted)


async def until_more(database: Database, query: str, least: int) -> None:
    await _until(database, query, lambda answer: answer >= least)


async def _until(database: Database, query: str, holds: Callable[[Any], bool]) -> None:
    db = await asyncpg.connect(database("router"))
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                if holds(await db.fetchval(query)):
                    return
                await asyncio.sleep(0.05)
    finally:
        await db.close()


def partners_file(folder: Path, partners: Sequence[Partner]) -> Path:
    path = folder / "partners.yaml"
    path.write_text(to_yaml([write_partner(partner) for partner in partners]), "utf-8")
    return path
