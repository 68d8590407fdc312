"""The floor: the same hops written by hand, with the same guarantees and nothing else.

Four processes on aio-pika and asyncpg. Each takes its queue in batches; one transaction per batch writes the
inbox (which drops duplicates), the state, and the outbox; it acknowledges after commit; a relay publishes the
outbox with confirms and deletes what was confirmed. No validation, no rules, no logs, no metrics, no traces.

    python -m tests.benchmarks.floor ROLE AMQP_URL DATABASE_URL
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from uuid import uuid4

import aio_pika
import asyncpg
import orjson
import uvloop

Event = dict[str, Any]
Outgoing = tuple[str, str, bytes]

EVENTS, INBOX, PARTNERS = "sesame.events", "sesame.inbox", "sesame.partners"
BATCH, PREFETCH, PAGE = 200, 400, 500

KEYS = {
    "ingest": (),
    "router": ("question.received", "answer.received"),
    "notifier": ("question.received", "question.routed", "question.answered"),
    "metrics": ("#",),
}

TABLES = """
CREATE TABLE inbox (source text, id text, PRIMARY KEY (source, id));
CREATE TABLE state (question text, type text, body bytea, PRIMARY KEY (question, type));
CREATE TABLE counter (type text PRIMARY KEY, count bigint NOT NULL);
CREATE TABLE outbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, exchange text, routing_key text, body bytea
);
"""

SETTLE = """
WITH fresh AS (
    INSERT INTO inbox SELECT source, id FROM unnest($1::text[], $2::text[]) AS event (source, id)
    ON CONFLICT DO NOTHING RETURNING source, id
)
SELECT source, id FROM fresh
"""

KEEP = """
INSERT INTO state SELECT * FROM unnest($1::text[], $2::text[], $3::bytea[])
ON CONFLICT (question, type) DO NOTHING
"""

COUNT = """
INSERT INTO counter SELECT type, count(*) FROM unnest($1::text[]) AS type GROUP BY type ORDER BY type
ON CONFLICT (type) DO UPDATE SET count = counter.count + excluded.count
"""

ANNOUNCE = """
INSERT INTO outbox (exchange, routing_key, body) SELECT * FROM unnest($1::text[], $2::text[], $3::bytea[])
"""

TAKE = "SELECT * FROM outbox ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED"

DROP = "DELETE FROM outbox WHERE id = ANY($1::bigint[])"


def event(role: str, wire: str, cause: Event, data: Event) -> bytes:
    subject = cause.get("subject") or str(uuid4())
    return orjson.dumps(
        {
            "specversion": "1.0",
            "id": str(uuid4()),
            "source": f"/floor/{role}",
            "type": wire,
            "subject": subject,
            "time": cause.get("time"),
            "data": data,
        }
    )


def ingest(cause: Event) -> Iterable[Outgoing]:
    wire = cause["type"].replace(".submitted.", ".received.")
    yield EVENTS, wire.removesuffix(".v1"), event("ingest", wire, cause, cause["data"])


def router(cause: Event) -> Iterable[Outgoing]:
    follows = {"question.received.v1": "question.routed.v1", "answer.received.v1": "question.answered.v1"}
    wire = follows[cause["type"]]
    yield EVENTS, wire.removesuffix(".v1"), event("router", wire, cause, cause["data"])


def notifier(cause: Event) -> Iterable[Outgoing]:
    if cause["type"] == "question.routed.v1":
        assigned = event("notifier", "question.assigned.v1", cause, cause["data"])
        yield PARTNERS, "partner.bench-1.question.assigned.v1", assigned
    elif cause["type"] == "question.answered.v1":
        published = event("notifier", "question.published.v1", cause, {})
        yield EVENTS, "question.published", published


def metrics(_cause: Event) -> Iterable[Outgoing]:
    return ()


ROLES: dict[str, Callable[[Event], Iterable[Outgoing]]] = {
    "ingest": ingest,
    "router": router,
    "notifier": notifier,
    "metrics": metrics,
}


class Hop:
    """One role's process."""

    def __init__(self, role: str, pool: asyncpg.Pool[asyncpg.Record]) -> None:
        self.role = role
        self.pool = pool
        self.pending: asyncio.Queue[aio_pika.abc.AbstractIncomingMessage] = asyncio.Queue()
        self.woken = asyncio.Event()

    async def take(self, message: aio_pika.abc.AbstractIncomingMessage) -> None:
        self.pending.put_nowait(message)

    async def consume(self) -> None:
        while True:
            batch = [await self.pending.get()]
            while len(batch) < BATCH and not self.pending.empty():
                batch.append(self.pending.get_nowait())
            await self.settle([orjson.loads(message.body) for message in batch])
            await batch[-1].ack(multiple=True)
            self.woken.set()

    async def settle(self, events: list[Event]) -> None:
        async with self.pool.acquire() as db, db.transaction():
            keys = [(one["source"], one["id"]) for one in events]
            fresh = {tuple(row) for row in await db.fetch(SETTLE, *map(list, zip(*keys, strict=True)))}
            new = [one for one in events if (one["source"], one["id"]) in fresh]
            if self.role == "metrics":
                await db.execute(COUNT, [one["type"] for one in new])
            else:
                kept = [(one.get("subject") or one["id"], one["type"], orjson.dumps(one)) for one in new]
                await db.execute(KEEP, *columns(kept, 3))
            outgoing = [out for one in new for out in ROLES[self.role](one)]
            if outgoing:
                await db.execute(ANNOUNCE, *columns(outgoing, 3))

    async def relay(self, exchanges: Mapping[str, aio_pika.abc.AbstractExchange]) -> None:
        while True:
            await self.woken.wait()
            self.woken.clear()
            while await self.publish_page(exchanges):
                pass

    async def publish_page(self, exchanges: Mapping[str, aio_pika.abc.AbstractExchange]) -> int:
        async with self.pool.acquire() as db, db.transaction():
            rows = await db.fetch(TAKE, PAGE)
            if rows:
                await asyncio.gather(
                    *(
                        exchanges[row["exchange"]].publish(
                            aio_pika.Message(row["body"], delivery_mode=2), row["routing_key"], mandatory=True
                        )
                        for row in rows
                    )
                )
                await db.execute(DROP, [row["id"] for row in rows])
        return len(rows)


def columns(rows: list[tuple[Any, ...]], count: int) -> list[list[Any]]:
    return [[row[index] for row in rows] for index in range(count)]


async def serve(role: str, amqp_url: str, database_url: str) -> None:
    pool = await asyncpg.create_pool(database_url, min_size=2, max_size=2)
    await pool.execute(TABLES)
    consuming = await aio_pika.connect_robust(amqp_url)
    publishing = await aio_pika.connect_robust(amqp_url)
    out = await publishing.channel(on_return_raises=True)
    exchanges = {
        name: await out.declare_exchange(name, "topic", durable=True) for name in (EVENTS, INBOX, PARTNERS)
    }
    channel = await consuming.channel()
    await channel.set_qos(PREFETCH)
    queue = await channel.declare_queue(role, durable=True, arguments={"x-queue-type": "quorum"})
    for key in KEYS[role]:
        await queue.bind(EVENTS, key)
    if role == "ingest":
        await queue.bind(INBOX, "#")
    hop = Hop(role, pool)
    await queue.consume(hop.take)
    print("ready", flush=True)
    await asyncio.gather(hop.consume(), hop.relay(exchanges))


if __name__ == "__main__":
    uvloop.run(serve(*sys.argv[1:4]))
