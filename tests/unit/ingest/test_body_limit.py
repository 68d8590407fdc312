"""A body that does not come to its end in time is not waited for."""

import asyncio
import re

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from services.chassis.http.bodies import TooLarge, TooSlow, bounded
from services.ingest.entrypoints.http.body_limit import BodyLimit
from services.ingest.entrypoints.http.places import NoPlace, Places

SCOPE = {"type": "http", "path": "/questions", "headers": [], "method": "POST"}


async def read_all(scope: Scope, receive: Receive, _send: Send) -> None:
    await Request(scope, receive).body()


async def one_byte_and_silence() -> Message:
    await asyncio.sleep(0.01)
    return {"type": "http.request", "body": b"x", "more_body": True}


def refused(_request: Request, most: int) -> Response:
    return Response(f"at most {most}", 413)


async def unheard(_: Message) -> None: ...


def limit(places: Places, **seconds: float) -> BodyLimit:
    return BodyLimit(
        read_all,
        1_000_000,
        1_000_000,
        re.compile("/files"),
        refused,
        places=places,
        sender_of=lambda _request: "203.0.113.9",
        **seconds,
    )


FILES = SCOPE | {"path": "/files", "headers": [(b"content-type", b"multipart/form-data; boundary=x")]}


async def test_a_body_that_never_ends_is_not_waited_for() -> None:
    with pytest.raises(TooSlow):
        await limit(Places(1, 1), seconds=0.1)(SCOPE, one_byte_and_silence, unheard)


async def test_files_that_hardly_come_are_not_waited_for() -> None:
    """They have more time in all, and must come at the pace of a poor line."""
    with pytest.raises(TooSlow):
        await limit(Places(1, 1), seconds=0.1, seconds_with_files=600)(FILES, one_byte_and_silence, unheard)


async def test_files_come_only_where_a_place_is_free() -> None:
    places, answers = Places(2, 1), list[Message]()

    async def heard(message: Message) -> None:
        answers.append(message)

    with places.taken("203.0.113.9"):
        await limit(places)(FILES, one_byte_and_silence, heard)
        assert answers[0]["status"] == 503
        with places.taken("198.51.100.7"), pytest.raises(NoPlace), places.taken("192.0.2.1"):
            raise AssertionError("a third of two places")
    with places.taken("203.0.113.9"):
        pass


async def test_of_two_bounds_the_stricter_one_counts() -> None:
    within = bounded(bounded(one_byte_and_silence, 1_000_000, 0.1, 0.1), 2_000_000, 600, 600)
    with pytest.raises(TooSlow):
        await read_all(SCOPE, within, unheard)
    with pytest.raises(TooLarge):
        await bounded(bounded(one_byte_and_silence, 1_000, 600, 600), 0, 600, 600)()
