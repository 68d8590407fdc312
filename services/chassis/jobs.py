"""What a service does beside its messages: now and again, until it is stopped."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial

from services.chassis.backoff import backoff_seconds

logger = logging.getLogger(__name__)

CANCEL_AGAIN_SECONDS = 0.5


async def cancel(task: asyncio.Task[None]) -> None:
    """Until it has ended: a library that swallows one cancellation (aio-pika, while a channel closes) would
    otherwise keep the service from stopping."""
    while not task.done():
        task.cancel()
        await asyncio.wait((task,), timeout=CANCEL_AGAIN_SECONDS)


def stray(task: asyncio.Task[None]) -> Exception | None:
    """A cancellation that nobody asked for: a library's, which would end what must run without a word."""
    return None if task.cancelling() else RuntimeError(f"{task.get_name()}: cancelled by nobody of ours")


def name_of(job: Callable[..., object]) -> str:
    """Its function's: whatever it is bound to may hold keys, which belong in no log."""
    while isinstance(job, partial):
        job = job.func
    return getattr(job, "__qualname__", type(job).__name__)


async def repeat(seconds: float, job: Callable[[], Awaitable[object]]) -> None:
    delays = backoff_seconds(first=1.0, most=60.0)
    while True:
        try:
            await job()
        except Exception as error:
            logger.exception("job %s: %s", name_of(job), error)
            await asyncio.sleep(next(delays))
            continue
        delays = backoff_seconds(first=1.0, most=60.0)
        await asyncio.sleep(seconds)
