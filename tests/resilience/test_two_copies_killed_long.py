"""Two copies of every service, each killed with -9 by itself and then all at once, the broker stopped, the
database stopped: every question that was accepted is stored, routed, answered and counted once."""

from __future__ import annotations

import asyncio
from itertools import product

from devtools.servers.servers import Servers
from services.contracts import topology
from tests.support.scene import PARTNERS, Scene, assert_nothing_was_lost_or_doubled, scene, until_quiet
from tests.support.steadfast import OBSERVER
from tests.support.waiting import until

QUESTIONS = 300
A_SECOND = 3
"""So that questions flow through all of it."""
AWAY_SECONDS = 15.0
SECOND = 2
COPIES = tuple(product(topology.SERVICES, (1, SECOND)))
QUEUES = (
    *topology.SERVICES,
    *map(topology.dead_queue, topology.SERVICES),
    *map(topology.partner_queue, PARTNERS),
    OBSERVER,
)


async def test_three_hundred_questions_come_through_all_that_can_stop(mortal_servers: Servers) -> None:
    async with scene(mortal_servers) as play:
        for service in topology.SERVICES:
            await play.platform.start(service, SECOND)
        flowing = asyncio.create_task(play.flow(QUESTIONS, a_second=A_SECOND))
        for service, copy in COPIES:
            await play.platform.kill(service, copy)
            await play.platform.start(service, copy)
        await broker_away(play)
        await asyncio.gather(*(play.platform.kill(service, copy) for service, copy in COPIES))
        for service, copy in COPIES:
            await play.platform.start(service, copy)
        await database_away(play)
        await flowing
        await until_quiet(play)
        await assert_nothing_was_lost_or_doubled(play)


async def broker_away(play: Scene) -> None:
    broker = play.servers.rabbitmq
    assert broker is not None
    await until(lambda: all(map(broker.has_on_disk, QUEUES)))
    await broker.stop()
    await asyncio.sleep(AWAY_SECONDS)
    await broker.start()


async def database_away(play: Scene) -> None:
    database = play.servers.postgresql
    assert database is not None
    await database.stop()
    await asyncio.sleep(AWAY_SECONDS)
    await database.start()
