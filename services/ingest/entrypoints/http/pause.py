"""While the network pauses: the public notice instead of a form, 503 instead of an acceptance."""

from __future__ import annotations

from time import monotonic

from asyncpg import Pool, Record

from services.ingest.store import pause


class Paused(Exception):
    """The network takes no questions now; `notice` is what the public is told."""

    def __init__(self, notice: str) -> None:
        super().__init__(notice)
        self.notice = notice


FRESH_SECONDS = 1.0
"""How long an answer of the database is believed: one look a second instead of one for each question."""


class Pausing:
    def __init__(self, pool: Pool[Record]) -> None:
        self._pool = pool
        self._known: tuple[float, str | None] = (float("-inf"), None)

    async def notice(self) -> str | None:
        read_at, notice = self._known
        if monotonic() - read_at < FRESH_SECONDS:
            return notice
        async with self._pool.acquire() as db:
            notice = await pause.notice(db)
        self._known = (monotonic(), notice)
        return notice

    async def raise_if_paused(self) -> None:
        notice = await self.notice()
        if notice is not None:
            raise Paused(notice)
