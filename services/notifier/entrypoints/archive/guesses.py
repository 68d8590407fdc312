"""Wrong passwords wait, longer with each one; who knows the right one waits for nobody's guesses."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

log = logging.getLogger(__name__)

FREE = 5
"""Slips of the finger that cost nothing."""
LONGEST_SECONDS = 8.0
MOST_WAITING = 16
"""Wrong ones that wait at once: of more, none is looked at. So a desk takes two guesses a second at most."""
FORGIVEN_SECONDS = 900.0

Sleep = Callable[[float], Awaitable[None]]


class Guesses:
    """In this copy alone, of all addresses together: behind a proxy they are one."""

    def __init__(self, sleep: Sleep = asyncio.sleep) -> None:
        self._sleep = sleep
        self._wrong = 0
        self._last = 0.0
        self._waiting = 0

    @property
    def too_many(self) -> bool:
        return self._waiting >= MOST_WAITING

    async def wrong(self) -> None:
        """Returns when it may be answered."""
        now = asyncio.get_running_loop().time()
        self._wrong = 1 if now - self._last > FORGIVEN_SECONDS else self._wrong + 1
        self._last = now
        log.warning("release desk: wrong name or password, %d lately", self._wrong)
        if self._wrong <= FREE:
            return
        self._waiting += 1
        try:
            await self._sleep(min(LONGEST_SECONDS, 0.5 * 2 ** min(self._wrong - FREE, 10)))
        finally:
            self._waiting -= 1
