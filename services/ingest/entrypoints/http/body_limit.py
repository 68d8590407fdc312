"""Requests larger or slower than agreed are stopped while they come in, whatever length they claim."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from services.chassis.http.bodies import SECONDS, SECONDS_WITH_FILES, bounded
from services.ingest.entrypoints.http.places import FULL, NoPlace, Places, SenderOf

DRAINED, DRAINED_FILES = 8, 2
"""Times the limit, without and with files, that is read and thrown away before the connection is cut."""

Refuse = Callable[[Request, int], Response]
"""What is answered to a request whose body is larger than so many bytes."""


class BodyLimit:
    """ASGI middleware. `most` is in bytes; `most_with_files` counts for forms posted to `take_files`: what
    they carry is written to the disk, everything else is held in memory."""

    def __init__(
        self,
        app: ASGIApp,
        most: int,
        most_with_files: int,
        take_files: re.Pattern[str],
        refuse: Refuse,
        *,
        places: Places,
        sender_of: SenderOf,
        seconds: float = SECONDS,
        seconds_with_files: float = SECONDS_WITH_FILES,
    ) -> None:
        self._app = app
        self._plain = most
        self._with_files = most_with_files
        self._take_files = take_files
        self._answer = refuse
        self._places = places
        self._sender_of = sender_of
        self._seconds = seconds
        self._seconds_with_files = seconds_with_files

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        form = headers.get(b"content-type", b"").startswith(b"multipart/form-data")
        files = form and self._take_files.fullmatch(scope["path"]) is not None
        most = self._with_files if files else self._plain
        seconds = self._seconds_with_files if files else self._seconds
        claimed = headers.get(b"content-length", b"0")
        if claimed.isdigit() and int(claimed) > most:
            await self._refuse(scope, receive, send, most)
            return
        if not files:
            await self._app(scope, bounded(receive, most, seconds, seconds), send)
            return
        counting = bounded(receive, most, seconds, min(seconds, self._seconds))
        try:
            with self._places.taken(self._sender_of(Request(scope))):
                await self._app(scope, counting, send)
        except NoPlace:
            await FULL(scope, receive, send)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send, most: int) -> None:
        """Read on for a while first: who still writes would see a broken connection, not the answer."""
        left, more = max(DRAINED * self._plain, DRAINED_FILES * most), True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._seconds):
                while more and left > 0:
                    message = await receive()
                    left -= len(message.get("body", b"")) or 1
                    more = bool(message.get("more_body", False))
        answer = self._answer(Request(scope), most)
        answer.headers["connection"] = "close"
        await answer(scope, receive, send)
