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


class BoundedReceive:
    """What has come buys time for more: who sends nothing has `at_first` seconds, nobody more than
    `seconds`."""

    def __init__(self, receive: Receive, most: int, seconds: float, at_first: float) -> None:
        self._receive = receive
        self._bounds = most, seconds, at_first
        self._began = asyncio.get_running_loop().time()
        self._seen, self._whole = 0, False

    @property
    def is_fresh(self) -> bool:
        """Nothing was received yet."""
        return self._seen == 0 and not self._whole

    def within(self, most: int, seconds: float, at_first: float) -> BoundedReceive:
        """The stricter of both, by one clock instead of two."""
        mine = self._bounds
        return BoundedReceive(
            self._receive, min(mine[0], most), min(mine[1], seconds), min(mine[2], at_first)
        )

    async def __call__(self) -> Message:
        if self._whole:  # what comes now is the end of the connection, whenever that is
            return await self._receive()
        most, seconds, at_first = self._bounds
        try:
            async with asyncio.timeout_at(self._began + min(seconds, at_first + self._seen / SLOWEST)):
                message = await self._receive()
        except TimeoutError:
            raise TooSlow from None
        self._seen += len(message.get("body", b""))
        self._whole = not message.get("more_body", False)
        if self._seen > most:
            raise TooLarge
        return message


def bounded(receive: Receive, most: int, seconds: float, at_first: float) -> BoundedReceive:
    """Bytes and seconds."""
    if isinstance(receive, BoundedReceive) and receive.is_fresh:
        return receive.within(most, seconds, at_first)
    return BoundedReceive(receive, most, seconds, at_first)
