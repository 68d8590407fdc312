"""Who waits for a channel that closes is told so, and lives on."""

from __future__ import annotations

import asyncio

import pytest

from services.chassis.messaging.wire import closing_is_an_error


async def _wait(confirm: asyncio.Future[None]) -> None:
    with closing_is_an_error():
        await confirm


async def test_confirm_that_the_closing_channel_cancels_is_a_lost_connection() -> None:
    confirm: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    waiting = asyncio.create_task(_wait(confirm))
    await asyncio.sleep(0)
    confirm.cancel()
    with pytest.raises(ConnectionError, match="channel closed"):
        await waiting


async def test_own_cancellation_stays_one() -> None:
    waiting = asyncio.create_task(_wait(asyncio.get_running_loop().create_future()))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
