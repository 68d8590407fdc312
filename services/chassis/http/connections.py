"""Connections that can't hold a door: one that says nothing, reads nothing or takes for ever is ended, and of
one address on the internet only so many are open at once."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from services.chassis.http.bodies import MOST_BYTES, SECONDS, SECONDS_WITH_FILES

NEARLY_FULL = 0.8
"""Share of the connections from which idle ones go, the longest idle first."""
MOST_AT_ALL = 3
"""Times the connections that are served: a further one is ended before it says a word."""
LOOKS = 4
"""A connection is looked at so many times within the shortest of its limits."""


def is_ours(address: str) -> bool:
    """In a private network: a proxy of ours, behind which there are many people, or a program of ours."""
    try:
        return ip_address(address).is_private
    except ValueError:
        return True


@dataclass(frozen=True, slots=True)
class ConnectionBounds:
    """`head_seconds`: until a request's head is whole, from the connection or its first byte.
    `stall_seconds`: without that anything of what we wrote was read. `response_seconds`: for a response of a
    known length, all in all; one without end, as the workspace's streams, is bounded by the stall alone.
    `body_seconds`: for a request's body, `body_at_first` of them for its first byte; `body_bytes` at most.
    `per_address`: open at once; `is_shared` says which addresses stand for many people."""

    head_seconds: float = 20.0
    stall_seconds: float = 30.0
    response_seconds: float = 300.0
    body_at_first: float = SECONDS
    body_seconds: float = SECONDS_WITH_FILES
    body_bytes: int = MOST_BYTES
    per_address: int = 60
    is_shared: Callable[[str], bool] = is_ours

    @property
    def look_seconds(self) -> float:
        return min(self.head_seconds, self.stall_seconds, self.response_seconds) / LOOKS


@dataclass
class OpenConnections:
    """What the connections of one server know of each other."""

    bounds: ConnectionBounds = field(default_factory=ConnectionBounds)
    of_address: Counter[str] = field(default_factory=Counter)


class BoundedConfig(uvicorn.Config):
    def __init__(self, app: ASGIApp, *, bounds: ConnectionBounds, **options: Any) -> None:
        super().__init__(app, **{**options, "http": BoundedConnection})
        self.open = OpenConnections(bounds)


class BoundedConnection(HttpToolsProtocol):
    """Times are the loop's. None: not waiting for that."""

    config: BoundedConfig
    _waits_for_head: float | None = None
    _stalled: float | None = None
    _answering: float | None = None
    _closing: float | None = None
    _idle: float | None = None
    _look: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._waits_for_head = self.loop.time()
        of_address = self.config.open.of_address
        of_address[self._peer] += 1
        if self._is_one_too_many():
            self.transport.abort()
            return
        self._make_room()
        self._look = self.loop.call_later(self._bounds.look_seconds, self._look_after)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self._look is not None:
            self._look.cancel()
        of_address = self.config.open.of_address
        of_address[self._peer] -= 1
        if of_address[self._peer] <= 0:
            del of_address[self._peer]

    def data_received(self, data: bytes) -> None:
        self._idle = None
        if self._waits_for_head is None and (self.cycle is None or self.cycle.response_complete):
            self._waits_for_head = self.loop.time()
        super().data_received(data)

    def on_headers_complete(self) -> None:
        self._waits_for_head = None
        super().on_headers_complete()

    def on_response_complete(self) -> None:
        self._idle = self.loop.time()
        super().on_response_complete()

    def pause_writing(self) -> None:
        self._stalled = self.loop.time()
        super().pause_writing()

    def resume_writing(self) -> None:
        self._stalled = None
        super().resume_writing()

    @property
    def _bounds(self) -> ConnectionBounds:
        return self.config.open.bounds

    @property
    def _peer(self) -> str:
        return self.client[0] if self.client else ""

    def _is_one_too_many(self) -> bool:
        most = self._bounds.per_address
        if not self._bounds.is_shared(self._peer) and self.config.open.of_address[self._peer] > most:
            return True
        return self.limit_concurrency is not None and (
            len(self.connections) > MOST_AT_ALL * self.limit_concurrency
        )

    def _make_room(self) -> None:
        """A program that asks now and then, to keep its place, loses it to who comes."""
        if self.limit_concurrency is None or len(self.connections) < NEARLY_FULL * self.limit_concurrency:
            return
        idle = [one for one in self.connections if isinstance(one, BoundedConnection) and one.is_idle]
        if idle:
            min(idle, key=lambda one: one.idle_since).transport.abort()

    @property
    def is_idle(self) -> bool:
        return self._idle is not None and not self.transport.is_closing()

    @property
    def idle_since(self) -> float:
        return self._idle or 0.0

    def _look_after(self) -> None:
        now = self.loop.time()
        self._answering = (self._answering or now) if self._is_answering() else None
        if self.transport.is_closing():
            self._closing = self._closing or now
        if self._is_over(now):
            self.transport.abort()
            return
        self._look = self.loop.call_later(self._bounds.look_seconds, self._look_after)

    def _is_answering(self) -> bool:
        """The whole of a response may have been written, and nothing of it read."""
        if self.cycle is None or not self.cycle.response_started or self.cycle.chunked_encoding:
            return False
        return not self.cycle.response_complete or self.transport.get_write_buffer_size() > 0

    def _is_over(self, now: float) -> bool:
        bounds = self._bounds
        return any(
            since is not None and now - since > seconds
            for since, seconds in (
                (self._waits_for_head, bounds.head_seconds),
                (self._stalled, bounds.stall_seconds),
                (self._closing, bounds.stall_seconds),
                (self._answering, bounds.response_seconds),
            )
        )
