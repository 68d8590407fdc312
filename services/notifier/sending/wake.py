"""The database's word that something was decided (`NOTIFY notifier_delivery`), from any copy."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection

import asyncpg

from services.chassis.backoff import backoff_seconds

log = logging.getLogger(__name__)

CHANNEL = "notifier_delivery"


Wake = Callable[[Collection[str]], None]
"""Given the ways by which something is to go; none: any."""


async def listen(url: str, wake: Wake) -> None:
    """Until cancelled, on a connection of its own. While it is lost the workers' own sweep goes on."""
    delays = backoff_seconds(most=5.0)
    while True:
        try:
            await _listen_once(url, wake)
        except Exception as error:
            log.warning("no word of deliveries: %s: %s; trying again", type(error).__name__, error)
        await asyncio.sleep(next(delays))


async def _listen_once(url: str, wake: Wake) -> None:
    lost = asyncio.Event()
    connection = await asyncpg.connect(url)
    try:
        connection.add_termination_listener(lambda _connection: lost.set())
        await connection.add_listener(CHANNEL, lambda *word: wake(str(word[-1]).split()))
        wake(())
        await lost.wait()
    finally:
        connection.terminate()
