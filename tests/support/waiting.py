"""How tests wait: for a condition, never for a length of time."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

import httpx

PATIENCE_SECONDS = 90.0
"""For what must come. Nobody waits so long but where it never comes, and a busy machine takes its time."""


async def until(condition: Callable[[], bool], *, within_seconds: float = PATIENCE_SECONDS) -> None:
    """Looks again and again; TimeoutError when it does not come true in time."""
    async with asyncio.timeout(within_seconds):
        while True:
            if condition():
                return
            await asyncio.sleep(0.02)


async def until_ready(port: int | str) -> None:
    """Until the service with this private port has started; SIGTERM before that ends it like any program."""
    async with asyncio.timeout(PATIENCE_SECONDS), httpx.AsyncClient(timeout=PATIENCE_SECONDS) as client:
        while True:
            with suppress(httpx.TransportError):
                if (await client.get(f"http://127.0.0.1:{port}/ready")).is_success:
                    return
            await asyncio.sleep(0.05)
