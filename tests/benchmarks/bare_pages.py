"""The floor of pages: a bare starlette page with one SELECT, and a bare form with one INSERT that leads on.

`python -m … DATABASE_URL PORT` serves both.
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass
from time import perf_counter

import asyncpg
import httpx
import uvicorn
import uvloop
from asyncpg import Pool, Record
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

TABLE = "CREATE TABLE IF NOT EXISTS bare (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text)"


@dataclass(frozen=True)
class BarePages:
    pool: Pool[Record]

    def app(self) -> Starlette:
        return Starlette(routes=[Route("/bare", self.page), Route("/questions", self.take, methods=["POST"])])

    async def page(self, _request: Request) -> Response:
        count = await self.pool.fetchval("SELECT count(*) FROM bare WHERE id < 10")
        return HTMLResponse(f"<!doctype html><title>Bare</title><p>{count}</p>")

    async def take(self, request: Request) -> Response:
        async with request.form() as form:
            id_ = await self.pool.fetchval("INSERT INTO bare (body) VALUES ($1) RETURNING id", form["text"])
        return RedirectResponse(f"/questions/{id_}", status_code=303)


async def asked(client: httpx.AsyncClient, address: str) -> float:
    """Milliseconds until the page is here."""
    started = perf_counter()
    (await client.get(address)).raise_for_status()
    return (perf_counter() - started) * 1000


async def sent(client: httpx.AsyncClient, fields: dict[str, str]) -> float:
    """Milliseconds until a form leads on."""
    started = perf_counter()
    answer = await client.post("/questions", data=fields)
    took = (perf_counter() - started) * 1000
    if answer.status_code != 303:
        raise RuntimeError(f"form answered {answer.status_code}: {answer.text[:200]}")
    return took


async def main(url: str, port: int) -> None:
    async with asyncpg.create_pool(url, min_size=1, max_size=5) as pool:
        await pool.execute(TABLE)
        config = uvicorn.Config(BarePages(pool).app(), port=port, log_config=None, access_log=False)
        await uvicorn.Server(config).serve()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(sys.argv[1], int(sys.argv[2])))
