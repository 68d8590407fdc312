"""`kill -9` of everything, in turn, while questions flow: nothing is lost and nothing is done twice."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg

from deploy.local.folders import throwaway_folder
from deploy.local.mailbox import Mail, running_mailbox
from deploy.local.platform import Platform, running_platform
from deploy.local.servers import Servers
from services.contracts import topology
from tests.flow import write_partners
from tests.resilience.steadfast import Observed, Partners, partners, waiting_in

PARTNERS = ("brest", "lyon", "namur", "bastia")
QUESTIONS = 600
A_SECOND = 30
QUIET_WITHIN_SECONDS = 120.0
LOOK_SECONDS = 0.5

BACKLOG = """
SELECT (SELECT count(*) FROM ingest.outbox) + (SELECT count(*) FROM router.outbox)
     + (SELECT count(*) FROM notifier.outbox) + (SELECT count(*) FROM metrics.outbox)
     + (SELECT count(*) FROM metrics.pending)
"""


@dataclass(frozen=True)
class Scene:
    servers: Servers
    platform: Platform
    partners: Partners
    mails: list[Mail]
    observed: Observed


async def test_nothing_is_lost_or_doubled_when_everything_is_killed_in_turn(mortal_servers: Servers) -> None:
    chance = random.Random(20261122)
    async with _scene(mortal_servers) as scene:
        flowing = asyncio.create_task(_flow(scene.partners))
        for victim in _victims(scene, chance):
            await asyncio.sleep(chance.uniform(0.5, 2.0))
            await victim()
        await flowing
        await _until_quiet(scene)
        _assert_each_question_is_answered_and_published_once(scene.observed)
        await _assert_each_event_is_counted_once(scene)
        _assert_no_asker_has_two_different_answers(scene.mails)
        assert await _dead_letters(scene.servers) == 0


@asynccontextmanager
async def _scene(servers: Servers) -> AsyncIterator[Scene]:
    mails: list[Mail] = []
    with throwaway_folder() as folder:
        async with running_mailbox(folder / "mails", mails.append) as mailbox:
            settings = {
                "SESAME_PARTNERS_FILE": str(write_partners(PARTNERS, folder)),
                "SESAME_LOG_LEVEL": "WARNING",
            }
            async with (
                running_platform(folder, servers, smtp_port=mailbox.port, settings=settings) as platform,
                partners(servers.amqp_url, PARTNERS) as made,
            ):
                yield Scene(servers, platform, made, mails, Observed())


async def _flow(made: Partners) -> None:
    """At a steady rate, each question until the broker has it."""
    async with asyncio.TaskGroup() as asking:
        for number in range(QUESTIONS):
            asking.create_task(made.ask(PARTNERS[number % len(PARTNERS)], number))
            await asyncio.sleep(1 / A_SECOND)


def _victims(scene: Scene, chance: random.Random) -> list[Callable[[], Awaitable[None]]]:
    """Each service, RabbitMQ and PostgreSQL, once, in an order that the seed chose."""

    def service(name: str) -> Callable[[], Awaitable[None]]:
        async def kill() -> None:
            await scene.platform.kill(name)
            await asyncio.sleep(chance.uniform(0.1, 0.5))
            await scene.platform.start(name)

        return kill

    async def rabbitmq() -> None:
        assert scene.servers.rabbitmq is not None
        await scene.servers.rabbitmq.kill()
        await scene.servers.rabbitmq.start()

    async def postgresql() -> None:
        assert scene.servers.postgresql is not None
        await scene.servers.postgresql.kill()
        await scene.servers.postgresql.start()

    victims = [*map(service, topology.SERVICES), rabbitmq, postgresql]
    chance.shuffle(victims)
    return victims


async def _until_quiet(scene: Scene) -> None:
    """Every question published, no outbox row left, every event counted."""
    for _ in range(int(QUIET_WITHIN_SECONDS / LOOK_SECONDS)):
        await scene.observed.read(scene.servers.amqp_url)
        if await _is_quiet(scene):
            return
        await asyncio.sleep(LOOK_SECONDS)
    seen = Counter(event["type"] for event in scene.observed.events.values())
    raise AssertionError(
        f"asked {scene.partners.asked}, seen {seen}, backlog {await _backlog(scene.servers)}"
    )


async def _is_quiet(scene: Scene) -> bool:
    published = set(scene.observed.of("question.published.v1", place="asker"))
    return (
        len(published) == scene.partners.asked
        and await _backlog(scene.servers) == 0
        and set(await _counted(scene.servers)) >= set(scene.observed.events)
    )


async def _backlog(servers: Servers) -> int:
    async with _database(servers) as db:
        return int(await db.fetchval(BACKLOG))


async def _counted(servers: Servers) -> Counter[str]:
    """Event id → how often it is in the log of counted facts."""
    async with _database(servers) as db:
        return Counter(str(row["event"]) for row in await db.fetch("SELECT event FROM metrics.log"))


@asynccontextmanager
async def _database(servers: Servers) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
    db = await asyncpg.connect(servers.database_url)
    try:
        yield db
    finally:
        await db.close()


def _assert_each_question_is_answered_and_published_once(observed: Observed) -> None:
    for wire, fields in (
        ("question.received.v1", {}),
        ("question.answered.v1", {}),
        ("question.published.v1", {"place": "asker"}),
    ):
        times = Counter(observed.of(wire, **fields))
        assert len(times) == QUESTIONS, wire
        assert set(times.values()) == {1}, wire


async def _assert_each_event_is_counted_once(scene: Scene) -> None:
    counted = await _counted(scene.servers)
    assert set(counted) == set(scene.observed.events)
    assert set(counted.values()) == {1}


def _assert_no_asker_has_two_different_answers(mails: list[Mail]) -> None:
    """A mail sent twice, around a crash, bears the same Message-ID, so that mail programs show it once."""
    answers: dict[str, set[str]] = {}
    for mail in mails:
        if mail.message["X-Sesame"] == "answer":
            answers.setdefault(mail.recipients[0], set()).add(str(mail.message["Message-ID"]))
    assert len(answers) == QUESTIONS // 5
    assert {len(ids) for ids in answers.values()} == {1}


async def _dead_letters(servers: Servers) -> int:
    counts = [
        await waiting_in(servers.amqp_url, topology.dead_queue(service)) for service in topology.SERVICES
    ]
    return sum(counts)
