"""Bodies larger or slower than agreed are stopped while they come in, whatever length they claim."""

from __future__ import annotations

import asyncio

from starlette.exceptions import HTTPException
from starlette.types import Message, Receive

SECONDS, SECONDS_WITH_FILES = 30.0, 300.0
"""What the whole body may take: three photos by a slow telephone line, too."""

SLOWEST = 16_000
"""Bytes a second of a body with files, after its first `SECONDS`: what a poor line in the country carries."""

MOST_BYTES = 64_000_000
"""Of any body at any door: twice what the form with files takes. Doors that take less say so themselves."""


class TooLarge(HTTPException):
    """Of a kind that the frameworks inside let through."""

    def __init__(self) -> None:
        super().__init__(413)


class TooSlow(HTTPException):
    def __init__(self) -> None:
        super().__init__(408, "the body did not come in time", {"connection": "close"})


def bounded(receive: Receive, most: int, seconds: float, at_first: float) -> Receive:
    """What has come buys time for more: who sends nothing has `at_first`, nobody more than `seconds`."""
    seen, whole = 0, False
    began = asyncio.get_running_loop().time()

    async def counted() -> Message:
        nonlocal seen, whole
        if whole:  # what comes now is the end of the connection, whenever that is
            return await receive()
        try:
            async with asyncio.timeout_at(began + min(seconds, at_first + seen / SLOWEST)):
                message = await receive()
        except TimeoutError:
            raise TooSlow from None
        seen += len(message.get("body", b""))
        whole = not message.get("more_body", False)
        if seen > most:
            raise TooLarge
        return message

    return counted
