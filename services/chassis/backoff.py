"""Trying again what may succeed later."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar

T = TypeVar("T")

log = logging.getLogger(__name__)


def backoff_seconds(*, first: float = 0.1, most: float = 10.0) -> Iterator[float]:
    """Seconds to wait before each further try: doubling, with jitter, never above `most`."""
    wait = first
    while True:
        yield wait * random.uniform(0.5, 1.0)
        wait = min(wait * 2, most)


async def retry_until_done(what: str, attempt: Callable[[], Awaitable[T]], *, most: float = 3.0) -> T:
    """Call `attempt` until it succeeds, however long that takes. Cancel the task to give up."""
    for wait in backoff_seconds(most=most):
        try:
            return await attempt()
        except Exception as error:
            log.warning("%s: %s: %s; trying again", what, type(error).__name__, error)
            await asyncio.sleep(wait)
    raise AssertionError("unreachable: waits never ends")
