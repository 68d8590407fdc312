"""Counters anew from the log: `rebuild` replaces them, `check` says where they differ."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from operator import itemgetter
from typing import NamedTuple

from asyncpg import Pool, Record

from services.chassis.postgres.database import Db
from services.metrics.domain.facts import Counted
from services.metrics.domain.increments import Tally, tally
from services.metrics.domain.times import NetworkTime
from services.metrics.handlers.folding import over_all_time
from services.metrics.store import counting, recount

_BY_NAME = itemgetter(*counting.LOG_COLUMNS)

CHUNK = 50_000
"""Facts counted at once: what bounds the memory of a rebuild."""


class Difference(NamedTuple):
    """One counter that is not what the log says."""

    partner: str
    measure: str
    facet: str
    month: object
    value: str
    counted: int
    in_log: int


async def rebuild(pool: Pool[Record], times: NetworkTime) -> int:
    """Count the whole log into new tables and swap them in at the end; gives the number of facts.

    Folding waits meanwhile, facts stay pending, readers see the old counters until the swap. Safe while the
    services run, and to be started again should it be broken off.
    """
    async with pool.acquire() as db, db.transaction():
        await recount.wait_for_the_fold(db)
        await recount.begin_recount(db)
        facts = await _recount(db, times)
        await recount.swap_counters(db)
        return facts


async def check(pool: Pool[Record], times: NetworkTime, most: int = 100) -> tuple[int, Sequence[Difference]]:
    """The number of facts in the log, and the counters that differ from it (`most` of them at most)."""
    async with pool.acquire() as db:
        transaction = db.transaction(isolation="repeatable_read")
        await transaction.start()
        try:
            await recount.begin_recount(db)
            facts = await _recount(db, times)
            return facts, [Difference(*row) for row in await recount.differences(db, most)]
        finally:
            await transaction.rollback()


async def _recount(db: Db, times: NetworkTime) -> int:
    facts = 0
    with _no_search_for_cycles():
        async for chunk in _chunks(db):
            counters: Tally = tally(chunk, times)
            await recount.save_recount(db, counters, over_all_time(counters))
            facts += len(chunk)
    await recount.end_recount(db)
    return facts


@contextmanager
def _no_search_for_cycles() -> Iterator[None]:
    """Rows and keys have none, and there are so many of them that looking takes a fifth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


async def _chunks(db: Db) -> AsyncIterator[list[Counted]]:
    cursor = await recount.read_log(db)
    while rows := await cursor.fetch(CHUNK):
        yield [Counted(*_BY_NAME(row)) for row in rows]
