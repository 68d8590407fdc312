"""Wrong passwords wait, longer with each; the right one does not wait for them."""

from __future__ import annotations

import asyncio

from services.notifier.entrypoints.archive.guesses import FREE, LONGEST_SECONDS, MOST_WAITING, Guesses


async def test_each_wrong_one_waits_longer_and_none_for_ever() -> None:
    waits: list[float] = []

    async def noted(seconds: float) -> None:
        waits.append(seconds)

    guesses = Guesses(noted)
    for _ in range(FREE + 8):
        await guesses.wrong()
    assert len(waits) == 8
    assert waits == sorted(waits)
    assert waits[-1] == LONGEST_SECONDS


async def test_of_many_at_once_no_more_are_looked_at() -> None:
    never, asked = asyncio.Event(), asyncio.Semaphore(0)

    async def for_ever(_seconds: float) -> None:
        asked.release()
        await never.wait()

    guesses = Guesses(for_ever)
    waiting = [asyncio.create_task(guesses.wrong()) for _ in range(FREE + MOST_WAITING)]
    for _ in range(MOST_WAITING):
        await asked.acquire()
    assert guesses.too_many
    never.set()
    await asyncio.wait(waiting)
    assert not guesses.too_many
