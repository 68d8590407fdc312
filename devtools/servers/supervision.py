"""Whatever ends by itself is said and started again: nobody looks at a terminal all day."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import NamedTuple

from devtools.servers.platform import Platform
from devtools.servers.servers import Servers
from operations.errors import OperationError

LOOK_SECONDS = 0.5
MOST_REST_SECONDS = 30.0


class _Ended(NamedTuple):
    name: str
    words: str
    start: Callable[[], Awaitable[None]]


async def keep_running(servers: Servers, platform: Platform) -> None:
    """Until cancelled. What ends again and again is started after longer and longer rests."""
    rest = LOOK_SECONDS
    while True:
        ended = next(_ended(servers, platform), None)
        if ended is None:
            await asyncio.sleep(LOOK_SECONDS)
            continue
        print(f"sesame: {ended.name} {ended.words}\nsesame: starting {ended.name} again", flush=True)
        try:
            await ended.start()
        except OperationError as error:
            print(f"sesame: {error}", flush=True)
            rest = min(2 * rest, MOST_REST_SECONDS)
        else:
            print(f"sesame: {ended.name} is back", flush=True)
            rest = LOOK_SECONDS
        await asyncio.sleep(rest)


def _ended(servers: Servers, platform: Platform) -> Iterator[_Ended]:
    """The servers first: services wait for them."""
    for name, server in (("RabbitMQ", servers.rabbitmq), ("PostgreSQL", servers.postgresql)):
        if server is not None and not server.is_running:
            yield _Ended(name, "has ended", server.start)
    for service, copy in platform.ended():
        yield _Ended(service, platform.last_words(service, copy), _starting(platform, service, copy))


def _starting(platform: Platform, service: str, copy: int) -> Callable[[], Awaitable[None]]:
    return lambda: platform.start(service, copy)
