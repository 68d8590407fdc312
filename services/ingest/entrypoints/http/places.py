"""Files in and out have places of their own: however slowly they go, they shut no page and no API."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

SenderOf = Callable[[Request], str | None]
"""Whom a place counts for; None for our own programs."""

FULL = PlainTextResponse(
    "all places for files are taken; come back in a moment\n", 503, headers={"retry-after": "10"}
)


class NoPlace(Exception):
    """All are taken, or this sender's share."""


class Places:
    """`most` at once, `per_sender` of one sender."""

    def __init__(self, most: int, per_sender: int) -> None:
        self._most = most
        self._per_sender = per_sender
        self._taken: Counter[str] = Counter()

    @contextmanager
    def taken(self, sender: str | None) -> Iterator[None]:
        """Raises NoPlace."""
        name = sender or ""
        if self._taken.total() >= self._most or (sender and self._taken[name] >= self._per_sender):
            raise NoPlace
        self._taken[name] += 1
        try:
            yield
        finally:
            self._taken[name] -= 1
            if not self._taken[name]:
                del self._taken[name]


class InPlace(Response):
    """A response that is sent from one of these places, or 503 where none is free."""

    def __init__(self, response: Response, places: Places, sender: str | None) -> None:
        self._response = response
        self._places = places
        self._sender = sender

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            with self._places.taken(self._sender):
                await self._response(scope, receive, send)
        except NoPlace:
            await FULL(scope, receive, send)
