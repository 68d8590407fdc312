"""A command at the router's desk: transactions like the service's own, which publishes what they announce."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

from prometheus_client import CollectorRegistry

from services.chassis import settings
from services.chassis.clock import SystemClock
from services.chassis.consume import Handling, readers_of
from services.chassis.database import open_pool
from services.chassis.instruments import Instruments
from services.chassis.letters import FactReader
from services.chassis.transaction import Transactions
from services.router import entrypoints
from services.router.desk import Desk
from services.router.domain.machine import ImpossibleMove
from services.router.hand import Refusal
from services.router.partner_files import FaultyFile
from services.router.settings import RouterSettings


@dataclass(frozen=True)
class AtDesk:
    settings: RouterSettings
    desk: Desk
    transactions: Transactions


def run(deed: Callable[[AtDesk], Awaitable[int]]) -> int:
    """The deed's exit status; 1 with one line when it can't be done."""
    return asyncio.run(_run(deed))


async def _run(deed: Callable[[AtDesk], Awaitable[int]]) -> int:
    async with at_desk(settings.load(RouterSettings)) as there:
        try:
            return await deed(there)
        except (Refusal, ImpossibleMove, FaultyFile) as refusal:
            print(f"sesame: {refusal}", file=sys.stderr)
            return 1


@asynccontextmanager
async def at_desk(options: RouterSettings) -> AsyncIterator[AtDesk]:
    pool = await open_pool(options.database_url, name="router-command", size=1)
    try:
        desk = Desk.of(options)
        transactions = Transactions(pool, "router", SystemClock())
        readers = readers_of(FactReader(entrypoints.subscriptions(desk)), {})
        Handling(transactions, readers, Instruments(CollectorRegistry()))
        yield AtDesk(options, desk, transactions)
    finally:
        await pool.close()


def question_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is no question's id, like {_EXAMPLE}") from None


_EXAMPLE = "01a2105c-dd2b-7217-a6f3-56606b70e2eb"


def whose_hand() -> str:
    """Who is at the keyboard, unless they say otherwise."""
    return getpass.getuser()
