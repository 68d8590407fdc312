"""A whole service on the chassis: topology, ready, relay, dead letters, stop."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import aio_pika
import asyncpg
import httpx
import pytest

import services
from devtools.servers.ports import free_port
from devtools.servers.servers import Servers
from services.chassis.messaging import dead_letters
from services.chassis.run import Chassis
from services.chassis.settings import ServiceSettings
from services.contracts import topology
from services.contracts.ingest import QuestionRated
from services.contracts.topology import HEARS
from tests.support.bench import letter_of
from tests.support.servers import Database, VirtualHost, drop, make_template
from tests.support.waiting import PATIENCE_SECONDS, until, until_ready

RATED = QuestionRated(stars=4)
READ_ONLY = "SET default_transaction_read_only"
NO_ROOM = "DO $$ BEGIN RAISE EXCEPTION 'no room' USING ERRCODE = 'disk_full'; END $$"


@asynccontextmanager
async def service(
    name: str, database: Database, vhost: VirtualHost, *, ops_port: int = 0, handle: Any = None
) -> AsyncIterator[Chassis]:
    options = ServiceSettings(
        amqp_url=vhost.amqp_url, database_url=database(name), ops_port=ops_port, grace_seconds=5
    )
    async with Chassis.start(options, name=name, migrations=migrations_of(name)) as chassis:
        await chassis.consume(dict.fromkeys(HEARS[name], handle or ignore))
        yield chassis


def migrations_of(service: str) -> Path:
    return Path(services.__path__[0]) / service / "migrations"


async def ignore(_unit: Any, _event: Any) -> None: ...


async def test_what_one_announces_the_bound_ones_hear(database: Database, vhost: VirtualHost) -> None:
    heard: list[Any] = []

    async def hear(_unit: Any, event: Any) -> None:
        heard.append(event)

    async with all_but_metrics(database, vhost) as ingest, service("metrics", database, vhost, handle=hear):
        async with ingest.begin() as unit:
            announced = unit.announce(RATED, question=uuid4())
        await until(lambda: len(heard) == 1)
        assert heard[0].id == announced.id


async def test_nothing_is_announced_before_everybody_can_hear(database: Database, vhost: VirtualHost) -> None:
    heard: list[Any] = []

    async def hear(_unit: Any, event: Any) -> None:
        heard.append(event)

    async with service("ingest", database, vhost) as ingest, service("router", database, vhost):
        async with ingest.begin() as unit:
            unit.announce(RATED, question=uuid4())
        async with service("metrics", database, vhost, handle=hear):
            assert await ingest.pool.fetchval("SELECT count(*) FROM outbox") == 1
            async with service("notifier", database, vhost), service("workspace", database, vhost):
                await until(lambda: len(heard) == 1)


async def test_ready_says_which_server_is_away(database: Database, vhost: VirtualHost) -> None:
    port = free_port()
    async with service("metrics", database, vhost, ops_port=port) as chassis:
        running = asyncio.create_task(chassis.until_stopped())
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as ops:
            await until_ready(port)
            chassis.pool.terminate()
            await until_only(ops, "database")
            assert (await ops.get("/live")).status_code == 200
        running.cancel()


async def test_a_database_that_takes_no_writes_is_not_ready(database: Database, vhost: VirtualHost) -> None:
    port = free_port()
    async with service("metrics", database, vhost, ops_port=port) as chassis:
        running = asyncio.create_task(chassis.until_stopped())
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as ops:
            await until_ready(port)
            name = await chassis.pool.fetchval("SELECT current_database()")
            await chassis.pool.execute(f'ALTER ROLE CURRENT_USER IN DATABASE "{name}" {READ_ONLY} = on')
            await chassis.pool.expire_connections()
            await until_only(ops, "database")
            assert "takes no writes" in (await ops.get("/ready")).json()["database"]
        running.cancel()


async def test_a_disk_that_was_full_at_the_last_commit_is_not_ready(
    database: Database, vhost: VirtualHost
) -> None:
    port = free_port()
    async with service("metrics", database, vhost, ops_port=port) as chassis:
        running = asyncio.create_task(chassis.until_stopped())
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as ops:
            await until_ready(port)
            with pytest.raises(asyncpg.DiskFullError):
                async with chassis.begin() as unit:
                    await unit.db.execute(NO_ROOM)
            await until_only(ops, "database")
            async with chassis.begin() as unit:
                await unit.db.execute("SELECT 1")
            await until_ready(port)
        running.cancel()


async def test_a_broker_that_is_away_shuts_no_door_and_is_told(
    database: Database, vhost: VirtualHost
) -> None:
    port = free_port()
    async with service("metrics", database, vhost, ops_port=port) as chassis:
        running = asyncio.create_task(chassis.until_stopped())
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as ops:
            await until_ready(port)
            async with httpx.AsyncClient(base_url=vhost.management_url) as management:
                (await management.delete(f"/api/vhosts/{vhost.name}")).raise_for_status()
                await until_text(ops, 'sesame_ready{check="broker"} 0.0')
                answer = await ops.get("/ready")
                (await management.put(f"/api/vhosts/{vhost.name}")).raise_for_status()
            assert (answer.status_code, answer.json()["database"]) == (200, "ok")
            assert answer.json()["broker"] != "ok"
        running.cancel()


async def until_text(ops: httpx.AsyncClient, wanted: str) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            if wanted in (await ops.get("/metrics")).text:
                return
            await asyncio.sleep(0.05)


async def until_only(ops: httpx.AsyncClient, away: str) -> None:
    """A server that stands still for longer than it is asked is away, too, at that look."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            answer = await ops.get("/ready")
            missing = {name for name, said in answer.json().items() if said != "ok"}
            if (answer.status_code, missing) == (503, {away}):
                return
            await asyncio.sleep(0.02)


async def test_metrics_show_the_outbox_as_it_is_at_the_scrape(database: Database, vhost: VirtualHost) -> None:
    port = free_port()
    async with service("ingest", database, vhost, ops_port=port) as ingest:
        async with ingest.begin() as unit:
            unit.announce(RATED, question=uuid4())
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as ops:
            text = (await ops.get("/metrics")).text
    assert re.search(r"^sesame_outbox_rows 1\.0$", text, re.MULTILINE)
    assert 'sesame_source_up{source="outbox"} 1.0' in text


async def test_a_dead_letter_is_listed_with_its_reason_and_can_be_replayed(
    database: Database, vhost: VirtualHost
) -> None:
    broken, done = True, []

    async def handle(_unit: Any, event: Any) -> None:
        if broken:
            raise ZeroDivisionError("the handler's fault")
        done.append(event.id)

    async with service("metrics", database, vhost, handle=handle), all_but_metrics(database, vhost):
        letter = letter_of(RATED, uuid4())
        await publish(vhost, letter.body, "question.rated")
        (dead,) = await until_dead(vhost, "metrics", 1)
        assert dead.reason == "ZeroDivisionError: the handler's fault"
        assert dead.routing_key == "question.rated"
        broken = False
        await replay_one(vhost, "metrics")
        await until(lambda: len(done) == 1)
        await until_dead(vhost, "metrics", 0)


async def test_poison_goes_aside_and_its_neighbours_flow_on(database: Database, vhost: VirtualHost) -> None:
    done: list[str] = []

    async def handle(_unit: Any, event: Any) -> None:
        done.append(event.id)

    good = [letter_of(RATED, uuid4()).body for _ in range(20)]
    poison = [
        b"not json",
        b"x" * 5 * 1024 * 1024,
        b'{"type": "question.forgotten.v7"}',
        good[0].replace(b'"stars":4', b'"stars":11'),
    ]
    async with service("metrics", database, vhost, handle=handle), all_but_metrics(database, vhost):
        for body in [*good[:10], *poison, *good[10:]]:
            await publish(vhost, body, "question.rated")
        await until(lambda: len(done) == 20)
        reasons = [letter.reason for letter in await until_dead(vhost, "metrics", 4)]
    assert sum("not JSON" in reason for reason in reasons) == 2
    assert any("question.forgotten.v7" in reason for reason in reasons)
    assert any(reason.startswith("data.stars") for reason in reasons)


@pytest.fixture
async def unmigrated(servers: Servers) -> AsyncIterator[Database]:
    database = await make_template(servers)
    yield database
    await drop(database)


async def test_of_several_databases_the_one_that_writes_is_found(
    unmigrated: Database, vhost: VirtualHost
) -> None:
    login, _, place = unmigrated("router").rpartition("@")
    several = f"{login}@127.0.0.1:{free_port()},{place}?target_session_attrs=read-write"
    options = ServiceSettings(amqp_url=vhost.amqp_url, database_url=several)
    async with Chassis.start(options, name="router", migrations=migrations_of("router")) as chassis:
        assert await chassis.pool.fetchval("SELECT count(*) FROM question") == 0


async def test_an_unfinished_batch_is_finished_before_the_end(database: Database, vhost: VirtualHost) -> None:
    begun, done = asyncio.Event(), []

    async def slow(_unit: Any, event: Any) -> None:
        begun.set()
        await asyncio.sleep(0.2)
        done.append(event.id)

    async with all_but_metrics(database, vhost):
        async with service("metrics", database, vhost, handle=slow):
            await publish(vhost, letter_of(RATED, uuid4()).body, "question.rated")
            await asyncio.wait_for(begun.wait(), PATIENCE_SECONDS)
        assert len(done) == 1


@asynccontextmanager
async def all_but_metrics(database: Database, vhost: VirtualHost) -> AsyncIterator[Chassis]:
    async with (
        service("ingest", database, vhost) as ingest,
        service("router", database, vhost),
        service("notifier", database, vhost),
        service("workspace", database, vhost),
    ):
        yield ingest


async def publish(vhost: VirtualHost, body: bytes, key: str) -> None:
    async with await aio_pika.connect(vhost.amqp_url) as connection, connection.channel() as channel:
        exchange = await channel.get_exchange(topology.EVENTS)
        message = aio_pika.Message(body, content_type="application/cloudevents+json", message_id=key)
        await exchange.publish(message, key)


async def until_dead(vhost: VirtualHost, name: str, count: int) -> list[dead_letters.DeadLetter]:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            async with dead_letters.looking(vhost.amqp_url, name) as (_, letters):
                if len(letters) == count:
                    return letters
            await asyncio.sleep(0.05)


async def replay_one(vhost: VirtualHost, name: str) -> None:
    """Its queue has back what was looked at only a moment after the look."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            async with dead_letters.looking(vhost.amqp_url, name) as (channel, letters):
                if letters:
                    await dead_letters.replay(channel, letters[0])
                    return
            await asyncio.sleep(0.05)
