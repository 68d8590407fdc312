"""A body that does not come to its end in time is not waited for."""

import asyncio
import re

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from services.ingest.entrypoints.http.body_limit import BodyLimit, TooSlow

SCOPE = {"type": "http", "path": "/questions", "headers": [], "method": "POST"}


async def read_all(scope: Scope, receive: Receive, _send: Send) -> None:
    await Request(scope, receive).body()


async def one_byte_and_silence() -> Message:
    await asyncio.sleep(0.01)
    return {"type": "http.request", "body": b"x", "more_body": True}


def refused(_request: Request, most: int) -> Response:
    return Response(f"at most {most}", 413)


async def unheard(_: Message) -> None: ...


async def test_a_body_that_never_ends_is_not_waited_for() -> None:
    limit = BodyLimit(read_all, 1_000_000, 1_000_000, re.compile("/files"), refused, seconds=0.1)
    with pytest.raises(TooSlow):
        await limit(SCOPE, one_byte_and_silence, unheard)
