"""An ASGI application on uvicorn, started and stopped by us: signals belong to the run loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from socket import socket

import uvicorn
from starlette.types import ASGIApp

MOST_CONNECTIONS = 250
"""At once; a further one is answered 503. Each may hold a body in memory."""


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    async def startup(self, sockets: list[socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def serving(app: ASGIApp, host: str, port: int, *, grace_seconds: float) -> AsyncIterator[int]:
    """Listen while inside; gives the port. Leaving finishes the requests in hand, within the grace."""
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        proxy_headers=False,
        limit_concurrency=MOST_CONNECTIONS,
        timeout_graceful_shutdown=max(1, int(grace_seconds)),
    )
    server = _Server(config)
    listening = config.bind_socket()
    task = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        await server.listening.wait()
        yield listening.getsockname()[1]
    finally:
        server.should_exit = True
        await task
        listening.close()
