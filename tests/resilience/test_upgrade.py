"""Upgrades while questions flow: the code from before each service's newest migration beside today's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from pathlib import Path

import asyncpg
import pytest

from devtools.checkout import ROOT
from devtools.servers.servers import Servers
from services.chassis.messaging.dead_letters import looking, replay
from services.chassis.postgres.schema import applied
from services.contracts import topology
from tests.support.earlier import earlier_code, newest_migration
from tests.support.scene import Scene, assert_nothing_was_lost_or_doubled, scene, until_quiet
from tests.support.servers import Database, VirtualHost, drop, make_template

QUESTIONS, A_SECOND = 240, 30
NEW_COPY = 2


@pytest.fixture
def earlier(tmp_path: Path) -> Mapping[str, Path]:
    code = earlier_code(tmp_path)
    if not code:
        pytest.skip("this checkout has no history; clone it whole to try upgrades")
    return code


@pytest.fixture
async def empty_database(servers: Servers) -> AsyncIterator[Database]:
    database = await make_template(servers)
    yield database
    await drop(database)


async def test_old_and_new_code_share_the_work_and_the_new_schema(
    earlier: Mapping[str, Path], vhost: VirtualHost, empty_database: Database
) -> None:
    servers = Servers(
        vhost.amqp_url, vhost.management_url, empty_database.admin_url, rabbitmq=None, postgresql=None
    )
    async with scene(servers, code=earlier) as play:
        assert await _missing(empty_database, earlier) == list(earlier)
        flowing = asyncio.create_task(play.flow(QUESTIONS, a_second=A_SECOND))
        await _start_new_beside_old(play)
        assert await _missing(empty_database, earlier) == []
        await _restart_old_on_new_schema(play, earlier)
        await _stop_old(play)
        await flowing
        await _replay_what_the_old_did_not_know(play)
        await until_quiet(play)
        await assert_nothing_was_lost_or_doubled(play)


async def _start_new_beside_old(play: Scene) -> None:
    """Each brings its schema up to date while the old copy works on it."""
    await asyncio.gather(
        *(play.platform.start(service, NEW_COPY, code=ROOT) for service in topology.SERVICES)
    )


async def _restart_old_on_new_schema(play: Scene, earlier: Iterable[str]) -> None:
    """As when an upgrade is taken back."""
    await asyncio.gather(*map(play.platform.kill, earlier))
    await asyncio.gather(*map(play.platform.start, earlier))


async def _stop_old(play: Scene) -> None:
    await asyncio.gather(*map(play.platform.stop, topology.SERVICES))


OF_THE_NEW = ("unknown type", "which nobody here reads", "data.actor: is missing")
"""A type, an exchange or a word that came with a newer version: former copies are of one commit for each
service, so that one of them may say `hand` to another that knows `actor` alone (decision 0112)."""


async def _replay_what_the_old_did_not_know(play: Scene) -> None:
    """As docs/operations.md says after an upgrade. What died of anything else stays dead, and fails the
    test."""
    for service in topology.SERVICES:
        async with looking(play.servers.amqp_url, service) as (channel, letters):
            for letter in letters:
                if any(said in letter.reason for said in OF_THE_NEW):
                    await replay(channel, letter)


async def _missing(database: Database, services: Iterable[str]) -> list[str]:
    """The services whose newest migration is not applied."""
    return [
        service
        for service in services
        if newest_migration(service).stem not in await _applied_at(database(service))
    ]


async def _applied_at(url: str) -> set[str]:
    db = await asyncpg.connect(url)
    try:
        return await applied(db)
    finally:
        await db.close()
