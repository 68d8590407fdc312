"""`kill -9` of everything, in turn, while questions flow: nothing is lost and nothing is done twice."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable

from devtools.servers.servers import Servers
from services.contracts import topology
from tests.support.scene import PARTNERS, Scene, assert_nothing_was_lost_or_doubled, scene, until_quiet
from tests.support.steadfast import OBSERVER
from tests.support.waiting import until

QUESTIONS = 600
A_SECOND = 30
QUEUES = (
    *topology.SERVICES,
    *map(topology.dead_queue, topology.SERVICES),
    *map(topology.partner_queue, PARTNERS),
    OBSERVER,
)


async def test_nothing_is_lost_or_doubled_when_everything_is_killed_in_turn(mortal_servers: Servers) -> None:
    chance = random.Random(20261122)
    async with scene(mortal_servers) as play:
        flowing = asyncio.create_task(play.flow(QUESTIONS, a_second=A_SECOND))
        for victim in _victims(play, chance):
            await asyncio.sleep(chance.uniform(0.5, 2.0))
            await victim()
        await flowing
        await until_quiet(play)
        await assert_nothing_was_lost_or_doubled(play)


def _victims(play: Scene, chance: random.Random) -> list[Callable[[], Awaitable[None]]]:
    """Each service, RabbitMQ and PostgreSQL, once, in an order that the seed chose."""

    def service(name: str) -> Callable[[], Awaitable[None]]:
        async def kill() -> None:
            await play.platform.kill(name)
            await asyncio.sleep(chance.uniform(0.1, 0.5))
            await play.platform.start(name)

        return kill

    async def rabbitmq() -> None:
        broker = play.servers.rabbitmq
        assert broker is not None
        await until(lambda: all(map(broker.has_on_disk, QUEUES)))
        await broker.kill()
        await broker.start()

    async def postgresql() -> None:
        assert play.servers.postgresql is not None
        await play.servers.postgresql.kill()
        await play.servers.postgresql.start()

    victims = [*map(service, topology.SERVICES), rabbitmq, postgresql]
    chance.shuffle(victims)
    return victims
