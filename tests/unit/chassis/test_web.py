"""A door while database or broker are away, and when we are at fault."""

import logging
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from services.chassis.http.serving import serving
from tests.support.waiting import PATIENCE_SECONDS


async def away(_: Request) -> Response:
    raise ConnectionRefusedError("nobody at 5432")


async def away_halfway(_: Request) -> Response:
    async def lines() -> AsyncIterator[str]:
        yield "one\n"
        raise ConnectionRefusedError("nobody at 5432")

    return StreamingResponse(lines())


async def at_fault(_: Request) -> Response:
    raise RuntimeError("a fault of ours")


def in_its_own_words(_request: Request, _error: Exception) -> Response:
    return PlainTextResponse("nous revenons", status_code=503)


ROUTES = [Route("/away", away), Route("/halfway", away_halfway), Route("/fault", at_fault)]


async def ask(path: str, app: ASGIApp) -> httpx.Response:
    async with (
        serving(app, "127.0.0.1", 0, grace_seconds=1) as port,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE_SECONDS) as client,
    ):
        return await client.get(path)


async def test_storage_away_is_503_and_one_line(caplog: pytest.LogCaptureFixture) -> None:
    answer = await ask("/away", Starlette(routes=ROUTES))
    assert answer.status_code == 503
    assert "storage is away" in answer.text
    [line] = caplog.records
    assert line.levelno == logging.WARNING
    assert not line.exc_info
    assert "nobody at 5432" in line.getMessage()


async def test_an_application_says_in_its_own_words_that_storage_is_away(
    caplog: pytest.LogCaptureFixture,
) -> None:
    answer = await ask("/away", Starlette(routes=ROUTES, exception_handlers={500: in_its_own_words}))
    assert (answer.status_code, answer.text) == (503, "nous revenons")
    assert [bool(line.exc_info) for line in caplog.records] == [False]


async def test_a_fault_of_ours_is_500_and_keeps_its_traceback(caplog: pytest.LogCaptureFixture) -> None:
    assert (await ask("/fault", Starlette(routes=ROUTES))).status_code == 500
    [line] = caplog.records
    assert line.exc_info
    assert "a fault of ours" in str(line.exc_info[1])


async def test_half_an_answer_is_not_taken_for_a_whole_one() -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        await ask("/halfway", Starlette(routes=ROUTES))
