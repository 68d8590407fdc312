"""Requests larger than agreed are stopped while they come in, whatever length they claim."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.ingest.entrypoints.problems import problem

DRAINED = 8
"""Times the limit that is read and thrown away before the connection is cut."""


class TooLarge(HTTPException):
    """Of a kind that the frameworks inside let through."""

    def __init__(self) -> None:
        super().__init__(413)


class BodyLimit:
    """ASGI middleware. `most` is in bytes; `most_with_files` counts for forms that may carry files."""

    def __init__(self, app: ASGIApp, most: int, most_with_files: int) -> None:
        self._app = app
        self._plain = most
        self._with_files = most_with_files

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        form = headers.get(b"content-type", b"").startswith(b"multipart/form-data")
        most = self._with_files if form else self._plain
        claimed = headers.get(b"content-length", b"0")
        if claimed.isdigit() and int(claimed) > most:
            await self._refuse(scope, receive, send, most)
            return
        await self._app(scope, self._counting(receive, most), send)

    def _counting(self, receive: Receive, most: int) -> Receive:
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > most:
                raise TooLarge
            return message

        return counted

    async def _refuse(self, scope: Scope, receive: Receive, send: Send, most: int) -> None:
        """Read on for a while first: who still writes would see a broken connection, not the answer."""
        left, more = DRAINED * self._plain, True
        while more and left > 0:
            message = await receive()
            left -= len(message.get("body", b"")) or 1
            more = bool(message.get("more_body", False))
        detail = f"at most {most} bytes; send less, or files one by one"
        await problem(413, detail, headers={"connection": "close"})(scope, receive, send)
