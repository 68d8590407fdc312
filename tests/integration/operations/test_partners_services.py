"""Each service can do all it needs as its own broker user, declaring nothing."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any
from uuid import UUID

import aio_pika
import pytest

from devtools.documents.contract import examples
from operations.broker.definitions import user_name
from operations.broker.management import managing
from operations.broker.provision import as_user, provision
from services.chassis.errors import Poison
from services.chassis.messaging.transaction import Unit
from services.chassis.run import Chassis
from services.chassis.settings import ServiceSettings
from services.contracts import topology
from services.contracts.catalogue import FACTS, PRODUCERS, TO_PARTNERS
from services.contracts.envelope import Event
from services.contracts.ingest import AskerErased
from services.contracts.vocabulary import Fact
from tests.support.servers import Database, VirtualHost
from tests.support.waiting import PATIENCE_SECONDS

QUESTION = UUID("019ab3c0-7c00-7d4e-9a51-2f6f0c1e5a10")
PARTNER = "lyon"
Heard = asyncio.Queue[tuple[str, type[Fact]]]


@pytest.fixture
async def passwords(vhost: VirtualHost) -> AsyncIterator[dict[str, str]]:
    passwords = {service: secrets.token_hex(8) for service in topology.SERVICES}
    async with managing(vhost.management_url, vhost.name) as management:
        await provision(management, passwords)
        await provision(management, passwords)
        yield passwords
        for service in topology.SERVICES:
            await management.delete_user(user_name(service))


@pytest.fixture
def heard() -> Heard:
    return asyncio.Queue()


@pytest.fixture
async def chassis(
    vhost: VirtualHost, database: Database, passwords: dict[str, str], heard: Heard, tmp_path: Path
) -> AsyncIterator[dict[str, Chassis]]:
    """All four, as they run, with handlers that only say what they heard."""
    async with AsyncExitStack() as stack:
        running = {}
        for service in topology.SERVICES:
            options = ServiceSettings(
                amqp_url=as_user(vhost.amqp_url, user_name(service), passwords[service], vhost.name),
                database_url=database(service),
                declare_topology=False,
            )
            starting = Chassis.start(options, name=service, migrations=tmp_path)
            running[service] = await stack.enter_async_context(starting)
            await running[service].consume(
                {fact: _saying(service, heard) for fact in topology.HEARS[service]}
            )
        yield running


def _saying(service: str, heard: Heard) -> Any:
    async def handler(_: Unit, event: Event[Any]) -> None:
        heard.put_nowait((service, type(event.data)))
        if service == "metrics" and event.type == "asker.erased.v1":
            raise Poison("to see that dead letters can be buried")

    return handler


def _example(fact: type[Fact]) -> Fact:
    return fact.model_validate(examples()[fact.__name__]["full"]["data"])


async def test_every_fact_reaches_all_its_hearers(chassis: dict[str, Chassis], heard: Heard) -> None:
    for fact in FACTS:
        async with chassis[PRODUCERS[fact.wire]].begin() as unit:
            unit.announce(_example(fact), question=QUESTION)
    wanted = {(service, fact) for service, facts in topology.HEARS.items() for fact in facts}
    got: set[tuple[str, type[Fact]]] = set()
    async with asyncio.timeout(PATIENCE_SECONDS):
        while got != wanted:
            got.add(await heard.get())


async def test_partners_can_be_told_and_the_dead_buried(
    chassis: dict[str, Chassis], vhost: VirtualHost
) -> None:
    async with await aio_pika.connect(vhost.amqp_url) as connection, connection.channel() as channel:
        told = await channel.declare_queue("told", exclusive=True)
        await told.bind(topology.PARTNERS, "partner.lyon.#")
        for fact in TO_PARTNERS:
            service = "notifier" if "notifier" in fact.__module__ else "ingest"
            async with chassis[service].begin() as unit:
                unit.tell_partner(PARTNER, _example(fact), question=QUESTION)
        async with chassis["ingest"].begin() as unit:
            unit.announce(_example(AskerErased), question=QUESTION)
        dead = await channel.get_queue(topology.dead_queue("metrics"))
        letters = [await _next(queue) for queue in (*[told] * len(TO_PARTNERS), dead)]
    assert len(letters) == len(TO_PARTNERS) + 1


async def _next(queue: aio_pika.abc.AbstractQueue) -> str:
    async with queue.iterator(timeout=PATIENCE_SECONDS) as messages:
        async for message in messages:
            await message.ack()
            return str(message.routing_key)
    raise AssertionError("unreachable: the iterator ends with an error")
