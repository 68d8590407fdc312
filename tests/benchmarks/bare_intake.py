"""The floor of HTTP intake: a bare FastAPI handler with one insert. `python -m … DATABASE_URL PORT`."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import uvicorn
import uvloop
from asyncpg import Pool, Record
from fastapi import FastAPI

from services.contracts.partners import QuestionSubmitted

TABLE = "CREATE TABLE IF NOT EXISTS bare (id bigint GENERATED ALWAYS AS IDENTITY, body text NOT NULL)"
INSERT = "INSERT INTO bare (body) VALUES ($1) RETURNING id"


def bare_app(pool: "Pool[Record]") -> FastAPI:
    app = FastAPI()

    @app.post("/api/v1/questions", status_code=201)
    async def ask(sent: QuestionSubmitted) -> dict[str, int]:
        return {"id": await pool.fetchval(INSERT, sent.model_dump_json())}

    return app


@asynccontextmanager
async def opened(url: str) -> "AsyncIterator[Pool[Record]]":
    async with asyncpg.create_pool(url, min_size=1, max_size=5) as pool:
        await pool.execute(TABLE)
        yield pool


async def main(url: str, port: int) -> None:
    async with opened(url) as pool:
        config = uvicorn.Config(bare_app(pool), port=port, log_config=None, access_log=False)
        await uvicorn.Server(config).serve()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(sys.argv[1], int(sys.argv[2])))
