"""An ASGI application on uvicorn, started and stopped by us: signals belong to the run loop."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from socket import socket

import uvicorn
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.chassis.errors import is_transient
from services.chassis.http.bodies import bounded
from services.chassis.http.connections import BoundedConfig, ConnectionBounds
from services.chassis.http.slash_redirects import SlashRedirects

log = logging.getLogger(__name__)

MOST_CONNECTIONS = 250
"""At once; a further one is answered 503. Each may hold a body in memory."""

KEEP_ALIVE_SECONDS = 130
"""Longer than a proxy keeps an idle connection (Caddy: two minutes): else it may send a question into one
that is just being closed."""

USUAL_BOUNDS = ConnectionBounds()

RETRY_AFTER = {"retry-after": "5"}
AWAY = PlainTextResponse("storage is away for the moment\n", status_code=503, headers=RETRY_AFTER)


class BoundedBodies:
    """ASGI middleware of every door. One that takes less, or gives less time, says so itself."""

    def __init__(self, app: ASGIApp, bounds: ConnectionBounds) -> None:
        self._app = app
        self._bounds = (bounds.body_bytes, bounds.body_seconds, bounds.body_at_first)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        within = bounded(receive, *self._bounds) if scope["type"] == "http" else receive
        await self._app(scope, within, send)


class StorageAway:
    """While database or broker are away, a request costs one line of log, at DEBUG a traceback too, and is
    answered 503.

    An application may have said so in its own words before it raised; the bare 500 that Starlette puts before
    every error is held back. Anything else that is raised is a fault of ours, and keeps its traceback.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = _Answer(send)
        try:
            await self._app(scope, receive, answer.send)
        except ClientDisconnect:
            log.debug("a client left before its request was whole")
        except Exception as error:
            if not is_transient(error) or answer.is_cut_off:
                await answer.release()
                raise
            all_said = log.isEnabledFor(logging.DEBUG)
            log.warning("storage is away: %s: %s", type(error).__name__, error, exc_info=all_said)
            if not answer.begun:
                await AWAY(scope, receive, send)
        else:
            await answer.release()


class _Answer:
    """What an application sends; a 500 only when released."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._held: list[Message] = []
        self.begun = self._ended = False

    @property
    def is_cut_off(self) -> bool:
        return self.begun and not self._ended

    async def send(self, message: Message) -> None:
        if self._held or message.get("status") == 500:
            self._held.append(message)
            return
        self.begun = True
        self._ended = message["type"] == "http.response.body" and not message.get("more_body", False)
        await self._send(message)

    async def release(self) -> None:
        for message in self._held:
            await self._send(message)


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
async def serving(
    app: ASGIApp,
    host: str,
    port: int,
    *,
    grace_seconds: float,
    most_connections: int = MOST_CONNECTIONS,
    bounds: ConnectionBounds = USUAL_BOUNDS,
) -> AsyncIterator[int]:
    """Listen while inside; gives the port. Leaving finishes the requests in hand, within the grace."""
    config = BoundedConfig(
        StorageAway(BoundedBodies(SlashRedirects(app), bounds)),
        bounds=bounds,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        proxy_headers=False,
        limit_concurrency=most_connections,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
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
