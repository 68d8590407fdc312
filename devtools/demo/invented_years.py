"""Fills years of a database that a demonstration made.

`python -m devtools.demo.invented_years YEAR … QUESTIONS`, with the database in SESAME_DATABASE_URL.

Never part of a command: nothing that plays writes into a database that it did not make.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Sequence
from datetime import date

import asyncpg
from asyncpg import Pool, Record

from devtools.simulation.invented_year import questions_of
from services.metrics.commands.actions import times, today
from services.metrics.domain.facts import Counted
from services.metrics.handlers.folding import fold
from services.metrics.store import counting

BATCH = 5_000
GROWTH = 1.08


async def fill(pool: Pool[Record], years: Sequence[int], questions: int) -> None:
    """The way of real facts: appended, folded, logged. Each year has a little more than the last."""
    counted_in = times()
    for at, year in enumerate(sorted(years)):
        until = min(today(), date(year + 1, 1, 31))
        facts = list(questions_of(year, round(questions * GROWTH**at), counted_in, until=until))
        await _append(pool, facts)
        await fold(pool, counted_in)


async def _append(pool: Pool[Record], facts: Sequence[Counted]) -> None:
    async with pool.acquire() as db, db.transaction():
        for start in range(0, len(facts), BATCH):
            await counting.append(db, facts[start : start + BATCH])


async def main(years: Sequence[int], questions: int) -> None:
    async with asyncpg.create_pool(os.environ["SESAME_DATABASE_URL"], min_size=1, max_size=2) as pool:
        await fill(pool, years, questions)


if __name__ == "__main__":
    *given, last = map(int, sys.argv[1:])
    asyncio.run(main(given, last))
