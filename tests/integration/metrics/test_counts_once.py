"""Every event is counted once: any order, any duplication, any split over copies."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import pytest
from asyncpg import Pool, Record
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry

from services.chassis.clock import SystemClock
from services.chassis.messaging.consume import Handling, readers_of
from services.chassis.messaging.readers import EventReader
from services.chassis.messaging.transaction import Transactions
from services.chassis.postgres.database import open_pool
from services.chassis.telemetry.instruments import MessagingMetrics
from services.contracts.envelope import Event
from services.metrics.domain.increments import tally
from services.metrics.domain.times import NetworkTime
from services.metrics.entrypoints import subscriptions
from services.metrics.handlers.facts import NOTES
from services.metrics.handlers.folding import fold
from services.metrics.store import counting
from tests.support import metrics_facts as made
from tests.support.servers import Database

TIMES = NetworkTime(ZoneInfo("Europe/Paris"))

cuts = st.builds(
    made.facets,
    channel=st.sampled_from(["mail", "form", "mastodon"]),
    hours=st.integers(0, 24 * 60),
    language=st.sampled_from([None, "fr", "nl"]),
    origin=st.sampled_from([None, "bpi", "lyon"]),
)
events = st.builds(
    lambda make, cut, partner, hours: made.event(
        make(cut, partner), at=cut.received_at + timedelta(hours=hours)
    ),
    st.sampled_from(made.MAKERS),
    cuts,
    st.sampled_from(["bpi", "lyon"]),
    st.integers(0, 200),
)


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[list[Event[Any]], list[Event[Any]]]:
    """Events, and the same with duplicates in any order."""
    once = draw(st.lists(events, min_size=1, max_size=25))
    twice = draw(st.lists(st.sampled_from(once), max_size=15))
    return once, draw(st.permutations(once + twice))


class Copy:
    """One running metrics service, without a broker."""

    def __init__(self, pool: Pool[Record]) -> None:
        self.pool = pool
        transactions = Transactions(pool, "metrics", SystemClock())
        readers = readers_of(EventReader(subscriptions.subscriptions()), {})
        self.handling = Handling(transactions, readers, MessagingMetrics(CollectorRegistry()))
        transactions.redeliver = self.handling.redeliver

    async def hear(self, events: list[Event[Any]], batch: int = 7) -> None:
        for start in range(0, len(events), batch):
            await self.handling.settle([made.letter(event) for event in events[start : start + batch]])


@asynccontextmanager
async def copies(url: str, number: int) -> AsyncIterator[list[Copy]]:
    pools = [await open_pool(url, name="metrics", size=3) for _ in range(number)]
    try:
        yield [Copy(pool) for pool in pools]
    finally:
        for pool in pools:
            await pool.close()


async def counters(db: asyncpg.Connection[Record]) -> dict[tuple[object, ...], int]:
    rows = await db.fetch("SELECT partner, measure, facet, month, value, n FROM tally")
    return {tuple(row)[:5]: row["n"] for row in rows}


@pytest.fixture
async def db(database: Database) -> AsyncIterator[asyncpg.Connection[Record]]:
    connection = await asyncpg.connect(database("metrics"))
    yield connection
    await connection.close()


@given(deliveries())
@settings(max_examples=25)
async def test_any_order_duplication_and_split_over_copies_counts_as_a_plain_count(
    database: Database, db: asyncpg.Connection[Record], given_: tuple[list[Event[Any]], list[Event[Any]]]
) -> None:
    once, delivered = given_
    await db.execute("TRUNCATE inbox, pending, log, monthly, late, cut, ever, partner_name")
    async with copies(database("metrics"), 2) as (left, right):
        half = len(delivered) // 2
        await asyncio.gather(left.hear(delivered[:half]), right.hear(delivered[half:]))
        await asyncio.gather(fold(left.pool, TIMES, most=5), fold(right.pool, TIMES, most=5))
        await fold(left.pool, TIMES)
    plain = tally((NOTES[type(event.data)](event) for event in once), TIMES)
    assert await counters(db) == dict(plain)
    assert await db.fetchval("SELECT count(*) FROM log") == len(once)


async def test_facts_of_a_broken_transaction_are_not_counted(
    database: Database, db: asyncpg.Connection[Record]
) -> None:
    good = made.event(made.received(made.facets(), "bpi"))
    async with copies(database("metrics"), 1) as (copy,):
        poison = made.letter(good)
        broken = type(poison)(poison.exchange, poison.routing_key, "", "x", b"{not json")
        await copy.handling.settle([made.letter(good), broken])
        await fold(copy.pool, TIMES)
    assert await db.fetchval("SELECT count(*) FROM log") == 1
    assert await db.fetchval("SELECT count(*) FROM outbox WHERE routing_key = 'metrics'") == 1


async def test_forgetting_an_asker_changes_no_figure(
    database: Database, db: asyncpg.Connection[Record]
) -> None:
    async with copies(database("metrics"), 1) as (copy,):
        await copy.hear(made.life(UUID(int=1), made.facets(), "bpi"))
        await fold(copy.pool, TIMES)
        before = await counters(db)
        await copy.hear([made.event(made.erased(made.facets(), ""))])
        await fold(copy.pool, TIMES)
    after = await counters(db)
    assert {key: n for key, n in after.items() if key[1] != "erased"} == before


async def test_the_log_holds_no_text_and_no_question(
    database: Database, db: asyncpg.Connection[Record]
) -> None:
    question = UUID("01980000-0000-7000-8000-00000000feed")
    async with copies(database("metrics"), 1) as (copy,):
        await copy.hear(made.life(question, made.facets(), "bpi"))
        await fold(copy.pool, TIMES)
    rows = "\n".join(str(row) for row in await db.fetch("SELECT log::text FROM log"))
    assert "lighthouse" not in rows
    assert "Sostratus" not in rows
    assert str(question) not in rows


async def test_the_name_heard_last_is_the_partners_name(
    database: Database, db: asyncpg.Connection[Record]
) -> None:
    def named(name: str, hours: int) -> Event[Any]:
        fact = made.answered(made.facets(hours=hours), "bpi")
        return made.event(
            fact.model_copy(update={"partner": made.name("bpi").model_copy(update={"name": name})})
        )

    async with copies(database("metrics"), 1) as (copy,):
        for event in (named("New name", 2), named("Old name", 1)):
            await copy.hear([event])
            await fold(copy.pool, TIMES)
    assert await db.fetchval("SELECT name FROM partner_name WHERE id = 'bpi'") == "New name"


async def test_a_fold_leaves_nothing_pending_and_a_second_one_counts_nothing(database: Database) -> None:
    async with copies(database("metrics"), 1) as (copy,):
        await copy.hear(made.life(UUID(int=1), made.facets(), "bpi"))
        assert await fold(copy.pool, TIMES) == 6
        assert await fold(copy.pool, TIMES) == 0
        async with copy.pool.acquire() as db:
            assert await counting.backlog(db) == (0, 0.0)


async def test_a_fact_that_stays_is_seen_by_its_age(database: Database) -> None:
    async with copies(database("metrics"), 1) as (copy,), copy.pool.acquire() as db:
        await copy.hear(made.life(UUID(int=1), made.facets(), "bpi"))
        assert (await counting.backlog(db))[1] < 3600
        await db.execute("UPDATE pending SET heard_at = now() - interval '1 hour' WHERE kind = 'answered'")
        assert (await counting.backlog(db))[1] >= 3600
