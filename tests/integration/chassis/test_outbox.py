"""The outbox loses nothing, repeats nothing that was confirmed, and is not blocked by what nobody takes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

import pytest
from faststream.rabbit import RabbitQueue
from prometheus_client import CollectorRegistry

from services.chassis.messaging import broker as rabbit
from services.chassis.messaging import outbox
from services.chassis.messaging.incoming import IncomingMessage
from services.chassis.messaging.outbox import PARTNER_DAYS, Relay
from services.chassis.messaging.outgoing import OutgoingMessage
from services.chassis.telemetry.instruments import MessagingMetrics
from services.contracts import topology
from tests.support.bench import MOMENT, Bench, bench
from tests.support.servers import Database, VirtualHost
from tests.support.steadfast import waiting_in
from tests.support.waiting import PATIENCE_SECONDS, until

GONE, HERE = "partner.gone.submission.accepted.v1", "partner.lyon.submission.accepted.v1"
FULL = "partner.full.submission.accepted.v1"


@pytest.fixture
async def on(database: Database) -> AsyncIterator[Bench]:
    async with bench(database("ingest"), "ingest") as made:
        yield made


@pytest.fixture
async def link(vhost: VirtualHost) -> AsyncIterator[rabbit.BrokerConnection]:
    """With a queue of the partner that is there."""
    link = rabbit.BrokerConnection(vhost.amqp_url)
    await link.open()
    await rabbit.declare_topology(link.broker, "ingest")
    queue = await link.broker.declare_queue(RabbitQueue(HERE, durable=True))
    await queue.bind(topology.PARTNERS, HERE)
    yield link
    await link.close()


@pytest.fixture
def relay(on: Bench, link: rabbit.BrokerConnection) -> Relay:
    return Relay(on.pool, rabbit.Publisher(link), MessagingMetrics(CollectorRegistry()))


async def left(on: Bench, keys: Sequence[str], *, age: timedelta = timedelta(0), attempts: int = 0) -> None:
    rows = [OutgoingMessage.event(topology.PARTNERS, key, key, b"{}") for key in keys]
    async with on.pool.acquire() as db:
        await outbox.save(db, rows, handed=False)
        await db.execute(
            "UPDATE outbox SET attempts = $1, created_at = created_at - $2::interval", attempts, age
        )


async def keys_left(on: Bench) -> list[str]:
    return [row["routing_key"] for row in await on.pool.fetch("SELECT routing_key FROM outbox")]


async def test_what_nobody_takes_is_tried_for_days_and_blocks_no_neighbour(
    on: Bench, relay: Relay, vhost: VirtualHost
) -> None:
    await left(on, [GONE, HERE], attempts=5_000)
    await relay.sweep()
    await relay.sweep()
    assert await waiting_in(vhost.amqp_url, HERE) == 1
    assert await keys_left(on) == [GONE]


async def test_word_to_a_partner_that_is_gone_is_given_up_in_the_end(
    on: Bench, relay: Relay, caplog: pytest.LogCaptureFixture
) -> None:
    await left(on, [GONE], age=timedelta(days=PARTNER_DAYS + 1))
    await relay.sweep()
    assert await keys_left(on) == []
    assert f"{GONE} has no queue" in caplog.text


async def test_a_dead_letter_with_the_longest_attributes_holds_up_nobody(on: Bench, relay: Relay) -> None:
    """With ours beside them they are more than a frame of the broker's holds, which ends the connection."""
    headers = {"ce-subject": "s", **{f"ce-{number}": "x" * 1000 for number in range(129)}}
    letter = IncomingMessage(topology.INBOX, "partner.lyon.", "application/json", "m", b"{}", headers)
    dead = letter.dead("ingest", kind="poison", reason="no partner " * 180, handler="", now=MOMENT)
    async with on.pool.acquire() as db:
        await outbox.save(db, [dead], handed=False)
    await left(on, [HERE])
    await relay.sweep()
    assert await keys_left(on) == []
    assert dead.headers["ce-subject"] == "s"


async def test_a_channel_that_refuses_is_left_for_a_new_one(
    on: Bench, relay: Relay, link: rabbit.BrokerConnection
) -> None:
    queue = await link.broker.declare_queue(
        RabbitQueue(FULL, durable=True, arguments={"x-max-length": 1, "x-overflow": "reject-publish"})
    )
    await queue.bind(topology.PARTNERS, FULL)
    refusing, keeping = link.broker, asyncio.create_task(link.keep())
    await left(on, [FULL] * 3)
    with pytest.raises(ConnectionError, match="not confirmed"):
        await relay.sweep()
    await until(lambda: not link.is_lost and link.broker is not refusing)
    keeping.cancel()
    assert set(await keys_left(on)) == {FULL}


@pytest.mark.parametrize("exchange", ["internal", "nowhere"])
async def test_what_the_broker_refuses_holds_up_no_neighbour(
    on: Bench,
    relay: Relay,
    link: rabbit.BrokerConnection,
    vhost: VirtualHost,
    exchange: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It closes the channel over a key without rights (403) or an exchange that is not there (404): with all
    that is on its way."""
    await link.channel.declare_exchange("internal", internal=True)
    refused = [OutgoingMessage.event(exchange, "may.not", name, b"{}") for name in ("1", "2")]
    await left(on, [HERE])
    async with on.pool.acquire() as db:
        await outbox.save(db, refused, handed=False)
    await left(on, [HERE, HERE])
    working = [asyncio.create_task(link.keep()), asyncio.create_task(relay.run())]
    async with asyncio.timeout(PATIENCE_SECONDS):
        await until_left(on, ["may.not"] * 2)
    for task in working:
        task.cancel()
    assert await waiting_in(vhost.amqp_url, HERE) >= 3
    assert f"refuses may.not on {exchange} (2 rows)" in caplog.text
    assert await on.pool.fetchval("SELECT min(attempts) FROM outbox") > 0


async def until_left(on: Bench, keys: Sequence[str]) -> None:
    while True:
        if await keys_left(on) == keys:
            return
        await asyncio.sleep(0.02)


async def test_a_deletion_alone_does_not_wait_for_the_disk(on: Bench) -> None:
    """What a service decides does; what was published already may be published again under its id."""
    await left(on, [HERE])
    async with on.pool.acquire() as db:
        await db.execute("SET synchronous_commit = on")  # as on a server that is no test's
        async with db.transaction():
            await outbox.drop(db, [await db.fetchval("SELECT id FROM outbox")])
            assert await db.fetchval("SHOW synchronous_commit") == "off"
        assert await db.fetchval("SHOW synchronous_commit") == "on"
    assert await keys_left(on) == []
