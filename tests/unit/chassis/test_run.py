"""Stopping does not hang on what others do with a cancellation."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

import pytest

from services.chassis.jobs import cancel, repeat
from tests.support.waiting import PATIENCE_SECONDS


async def test_a_task_that_swallows_a_cancellation_is_ended_all_the_same() -> None:
    async def swallows_one() -> None:
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        await asyncio.Event().wait()

    task = asyncio.create_task(swallows_one())
    await asyncio.sleep(0)
    async with asyncio.timeout(PATIENCE_SECONDS):
        await cancel(task)
    assert task.cancelled()


async def test_a_job_that_fails_is_logged_by_name_without_what_it_holds(
    caplog: pytest.LogCaptureFixture,
) -> None:
    @dataclass
    class Sweeper:
        sealing: bytes
        failed: asyncio.Event

        async def sweep(self, _: bytes) -> None:
            self.failed.set()
            raise RuntimeError("away")

    sweeper = Sweeper(b"hunter2", asyncio.Event())
    task = asyncio.create_task(repeat(60, partial(sweeper.sweep, b"hunter2")))
    async with asyncio.timeout(PATIENCE_SECONDS):
        await sweeper.failed.wait()
        await cancel(task)
    (said,) = [record.getMessage() for record in caplog.records if "away" in record.getMessage()]
    assert "Sweeper.sweep" in said
    assert "hunter2" not in said
