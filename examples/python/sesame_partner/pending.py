"""What was sent and has no receipt yet: the network may say that it was too much for now."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

LOOK_SECONDS = 1.0


class Pending:
    """In memory, and so gone with the program: keep it in your own database, where your answers lie."""

    def __init__(self) -> None:
        self._sent: dict[str, Mapping[str, Any]] = {}
        self._due: dict[str, float] = {}

    def note(self, event: Mapping[str, Any]) -> None:
        self._sent[event["id"]] = event

    def done(self, id_: str) -> None:
        self._sent.pop(id_, None)
        self._due.pop(id_, None)

    def again_in(self, id_: str, seconds: float) -> bool:
        """False: this program did not send it."""
        if id_ not in self._sent:
            return False
        self._due[id_] = time.monotonic() + seconds
        return True

    async def send_what_is_due(self, publish: Callable[[Mapping[str, Any]], Awaitable[None]]) -> None:
        """Until it is cancelled. Under the same id, so that it counts once, whatever arrived before."""
        while True:
            for id_ in [id_ for id_, due in self._due.items() if due <= time.monotonic()]:
                await publish(self._sent[id_])
                self._due.pop(id_, None)
            await asyncio.sleep(LOOK_SECONDS)
