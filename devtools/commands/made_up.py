"""`./sesame made-up YEAR …`: fills years with made-up questions, to look at the pages with."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from datetime import date

from asyncpg import Pool, Record

from devtools.simulation.invented_year import questions_of
from services.metrics.commands.actions import CannotBeDone, database, times, today
from services.metrics.domain.facts import Counted
from services.metrics.handlers.folding import fold
from services.metrics.store import counting

BATCH = 5_000
GROWTH = 1.08


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "made-up", help="fill years with made-up questions, to look at the pages with"
    )
    parser.add_argument("years", type=int, nargs="+", metavar="YEAR")
    parser.add_argument("--questions", type=int, default=3600, help="in each year, about")
    parser.add_argument(
        "--database-url", metavar="URL", help="metrics' own role; default: SESAME_DATABASE_URL"
    )
    parser.set_defaults(run=_run)


def _run(chosen: argparse.Namespace) -> int:
    try:
        return asyncio.run(make_up(chosen))
    except CannotBeDone as problem:
        print(f"sesame: {problem}", file=sys.stderr)
        return 2


async def make_up(chosen: argparse.Namespace) -> int:
    """Goes the way of real facts: appended, folded, logged. Each year has a little more than the last."""
    counted_in = times()
    async with database(chosen) as pool:
        for at, year in enumerate(sorted(chosen.years)):
            until = min(today(), date(year + 1, 1, 31))
            facts = list(questions_of(year, round(chosen.questions * GROWTH**at), counted_in, until=until))
            await _append(pool, facts)
            await fold(pool, counted_in)
            print(f"{year}: {len(facts):,} made-up facts")
    return 0


async def _append(pool: Pool[Record], facts: Sequence[Counted]) -> None:
    async with pool.acquire() as db, db.transaction():
        for start in range(0, len(facts), BATCH):
            await counting.append(db, facts[start : start + BATCH])
