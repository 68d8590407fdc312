"""While the network pauses: the public notice instead of a form, 503 instead of an acceptance."""

from __future__ import annotations

from asyncpg import Pool, Record

from services.ingest.store import pause


class Paused(Exception):
    """The network takes no questions now; `notice` is what the public is told."""

    def __init__(self, notice: str) -> None:
        super().__init__(notice)
        self.notice = notice


class Pausing:
    def __init__(self, pool: Pool[Record]) -> None:
        self._pool = pool

    async def notice(self) -> str | None:
        async with self._pool.acquire() as db:
            return await pause.notice(db)

    async def raise_if_paused(self) -> None:
        notice = await self.notice()
        if notice is not None:
            raise Paused(notice)
