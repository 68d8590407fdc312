"""The notifier as a process of its own, on a real broker, beside queues of the other services."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from itertools import repeat
from typing import IO, Any
from uuid import UUID

import aio_pika
from aio_pika.abc import AbstractConnection, AbstractIncomingMessage, AbstractQueueIterator
from aio_pika.exceptions import ChannelNotFoundEntity

from devtools.servers.ports import free_port
from services.chassis.messaging import broker as rabbit
from services.contracts import topology
from services.contracts.vocabulary import Fact
from tests.support.bench import letter_of
from tests.support.servers import Database, VirtualHost
from tests.support.waiting import PATIENCE_SECONDS, until_ready

SECRET = "a secret that only tests and nobody know"
ANNOUNCED = "announced-by-notifier"
OTHERS = ("ingest", "router", "metrics", "workspace")


def environment(database: Database, vhost: VirtualHost, smtp_port: int, **more: str) -> dict[str, str]:
    own = {
        "SESAME_AMQP_URL": vhost.amqp_url,
        "SESAME_DATABASE_URL": database("notifier"),
        "SESAME_OPS_PORT": str(free_port()),
        "SESAME_LINK_SECRET": SECRET,
        "SESAME_MAIL_DOMAIN": "network.example",
        "SESAME_PUBLIC_URL": "https://network.example",
        "SESAME_SMTP_PORT": str(smtp_port),
        "SESAME_LOG_LEVEL": "WARNING",
    }
    return os.environ | own | more


async def start(environ: dict[str, str], log: IO[bytes] | None = None) -> Process:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.notifier", env=environ, stdout=log, stderr=log
    )
    await until_ready(environ["SESAME_OPS_PORT"])
    return process


@asynccontextmanager
async def running(environ: dict[str, str], log: IO[bytes] | None = None) -> AsyncIterator[Process]:
    process = await start(environ, log)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
            assert await process.wait() == 0


@asynccontextmanager
async def listening_others(vhost: VirtualHost) -> AsyncIterator[AbstractConnection]:
    """The other services' queues stand, nobody reads them; gives a connection to publish and look with."""
    declaring = rabbit.BrokerConnection(vhost.amqp_url)
    await declaring.open()
    for service in OTHERS:
        await rabbit.declare_topology(declaring.broker, service)
    await declaring.close()
    async with await aio_pika.connect(vhost.amqp_url) as connection:
        async with connection.channel() as channel:
            announced = await channel.declare_queue(ANNOUNCED, durable=True)
            for key in ("question.published", "delivery.failed"):
                await announced.bind(topology.EVENTS, key)
        yield connection


async def tell(broker: AbstractConnection, question: UUID, *facts: Fact) -> None:
    """Publish as the other services would."""
    async with broker.channel() as channel:
        exchange = await channel.get_exchange(topology.EVENTS)
        for fact in facts:
            letter = letter_of(fact, question)
            await exchange.publish(aio_pika.Message(letter.body, delivery_mode=2), letter.routing_key)


async def heard(broker: AbstractConnection, queue: str, number: int) -> list[dict[str, Any]]:
    """The first `number` events in a queue, waiting for it and for them."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        await _until_made(broker, queue)
        async with broker.channel() as channel:
            opened = await channel.get_queue(queue, ensure=False)
            async with opened.iterator() as arriving:
                return [json.loads((await _next(arriving)).body) for _ in range(number)]


async def _next(arriving: AbstractQueueIterator) -> AbstractIncomingMessage:
    message = await anext(arriving)
    await message.ack()
    return message


async def _until_made(broker: AbstractConnection, queue: str) -> None:
    for rest in repeat(0.05):
        with suppress(ChannelNotFoundEntity):
            # A refused question costs the channel it was asked on.
            async with broker.channel() as channel:
                await channel.declare_queue(queue, passive=True)
                return
        await asyncio.sleep(rest)
