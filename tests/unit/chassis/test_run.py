"""Stopping does not hang on what others do with a cancellation."""

import asyncio
from contextlib import suppress

from services.chassis.run import _cancel
from tests.support.waiting import PATIENCE_SECONDS


async def test_a_task_that_swallows_a_cancellation_is_ended_all_the_same() -> None:
    async def swallows_one() -> None:
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        await asyncio.Event().wait()

    task = asyncio.create_task(swallows_one())
    await asyncio.sleep(0)
    async with asyncio.timeout(PATIENCE_SECONDS):
        await _cancel(task)
    assert task.cancelled()
