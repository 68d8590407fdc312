"""Clients that are silent, slow or many can't shut a door: others are answered."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import repeat

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from services.chassis.http.connections import ConnectionBounds
from services.chassis.http.serving import serving
from tests.support.waiting import PATIENCE_SECONDS

MOST = 20
FILE = bytes(8_000_000)
HALF_A_BODY = b"POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nmail="
QUICK = ConnectionBounds(head_seconds=0.4, stall_seconds=0.4, response_seconds=2.0)
LASTING = ConnectionBounds(head_seconds=60, stall_seconds=60, response_seconds=60)
ASK = b"GET /%s HTTP/1.1\r\nHost: x\r\n\r\n"


async def page(_request: Request) -> Response:
    return PlainTextResponse("here")


async def body(request: Request) -> Response:
    return PlainTextResponse(str(len(await request.body())))


async def file(_request: Request) -> Response:
    return Response(FILE)


async def stream(_request: Request) -> Response:
    async def said() -> AsyncIterator[str]:
        for number in range(12):
            yield f"data: {number}\n\n"
            await asyncio.sleep(QUICK.response_seconds / 8)

    return StreamingResponse(said(), media_type="text/event-stream")


@asynccontextmanager
async def door(bounds: ConnectionBounds) -> AsyncIterator[int]:
    app = Starlette(
        routes=[
            Route("/page", page),
            Route("/body", body, methods=["POST"]),
            Route("/file", file),
            Route("/stream", stream),
        ]
    )
    async with serving(app, "127.0.0.1", 0, grace_seconds=0.1, most_connections=MOST, bounds=bounds) as port:
        yield port


async def connected(port: int, said: bytes = b"") -> socket.socket:
    """Reads nothing by itself, and has little room for what is sent to it."""
    one = socket.socket()
    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    one.setblocking(False)
    await asyncio.get_running_loop().sock_connect(one, ("127.0.0.1", port))
    if said:
        await asyncio.get_running_loop().sock_sendall(one, said)
    return one


@asynccontextmanager
async def many(port: int, said: bytes, number: int = MOST) -> AsyncIterator[list[socket.socket]]:
    with_all = AsyncExitStack()
    async with with_all:
        yield [with_all.enter_context(await connected(port, said)) for _ in range(number)]


async def until_served(port: int) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        for rest in repeat(0.05):
            if await is_served(port):
                return
            await asyncio.sleep(rest)


async def is_served(port: int) -> bool:
    try:
        async with httpx.AsyncClient(timeout=PATIENCE_SECONDS) as client:
            return (await client.get(f"http://127.0.0.1:{port}/page")).status_code == 200
    except httpx.TransportError:
        return False


async def drop_by_drop(one: socket.socket) -> None:
    for rest in repeat(0.05):
        if not await asyncio.get_running_loop().sock_recv(one, 1024):
            return
        await asyncio.sleep(rest)


async def is_ended(one: socket.socket) -> bool:
    try:
        return await asyncio.get_running_loop().sock_recv(one, 1) == b""
    except ConnectionError:
        return True


async def test_silent_and_half_said_connections_hold_nothing() -> None:
    for said in (b"", b"GET /page HTTP/1.1\r\nX-Slow: "):
        async with door(QUICK) as port, many(port, said):
            await until_served(port)


async def test_who_reads_nothing_holds_nothing() -> None:
    async with door(QUICK) as port, many(port, ASK % b"file"):
        await until_served(port)


async def test_who_reads_drop_by_drop_holds_nothing() -> None:
    """Faster than the stall would notice, and slower than anybody's line."""
    bounds = ConnectionBounds(head_seconds=60, stall_seconds=60, response_seconds=1.0)
    async with door(bounds) as port, many(port, ASK % b"file") as slow:
        reading = [asyncio.create_task(drop_by_drop(one)) for one in slow]
        await until_served(port)
        for task in reading:
            task.cancel()
        await asyncio.wait(reading)


async def test_a_body_that_does_not_come_holds_nothing() -> None:
    """At a door that says nothing of bodies itself, as the workspace's sign-in."""
    bounds = ConnectionBounds(60, 60, 60, body_at_first=0.3, body_seconds=0.6)
    async with door(bounds) as port, many(port, HALF_A_BODY):
        await until_served(port)


async def test_a_body_without_end_is_not_kept() -> None:
    bounds = ConnectionBounds(60, 60, 60, body_bytes=10_000)
    async with door(bounds) as port, httpx.AsyncClient(timeout=PATIENCE_SECONDS) as client:
        url = f"http://127.0.0.1:{port}/body"
        assert (await client.post(url, content=bytes(10_000))).text == "10000"
        assert (await client.post(url, content=bytes(10_001))).status_code == 413


async def test_a_stream_without_end_lasts() -> None:
    async with door(QUICK) as port, httpx.AsyncClient(timeout=PATIENCE_SECONDS) as client:
        answer = await client.get(f"http://127.0.0.1:{port}/stream")
    assert "data: 11" in answer.text


async def test_one_address_has_its_share_and_no_more() -> None:
    bounds = ConnectionBounds(60, 60, 60, per_address=5, is_shared=lambda _address: False)
    async with door(bounds) as port, many(port, b"", 5) as silent:
        async with many(port, b"", 1) as [further], asyncio.timeout(PATIENCE_SECONDS):
            assert await is_ended(further)
        silent[0].close()
        await until_served(port)


async def test_who_keeps_an_idle_place_loses_it_to_who_comes() -> None:
    async with door(LASTING) as port, many(port, ASK % b"page", MOST):
        await until_served(port)
