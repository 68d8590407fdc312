"""How tests wait: for a condition, never for a length of time."""

import asyncio
from collections.abc import Callable

PATIENCE_SECONDS = 90.0
"""For what must come. Nobody waits so long but where it never comes, and a busy machine takes its time."""


async def until(condition: Callable[[], bool], *, within_seconds: float = PATIENCE_SECONDS) -> None:
    """Looks again and again; TimeoutError when it does not come true in time."""
    async with asyncio.timeout(within_seconds):
        while True:
            if condition():
                return
            await asyncio.sleep(0.02)
