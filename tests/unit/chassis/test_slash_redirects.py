"""A last slash too many or too few leads to our own path, whatever Host the caller names."""

from __future__ import annotations

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from services.chassis.http.slash_redirects import SlashRedirects


async def page(request: Request) -> Response:
    return PlainTextResponse("here")


async def elsewhere(request: Request) -> Response:
    return RedirectResponse("https://login.example/start?back=/go")


ROUTES = [Route("/embed/{partner}", page), Route("/all/{rest:path}/", page), Route("/go", elsewhere)]


@pytest.mark.parametrize(
    ("asked", "to"),
    [
        ("/embed/grigny/", "/embed/grigny"),
        ("/embed/grigny/?lang=fr", "/embed/grigny?lang=fr"),
        ("/embed/%C3%A9v%C3%A9/", "/embed/%C3%A9v%C3%A9"),
        ("/embed/%c3%a9v%c3%a9/", "/embed/%C3%A9v%C3%A9"),
        ("/embed/a%7e/", "/embed/a~"),
        ("/%65mbed/grigny/", "/embed/grigny"),
        ("/all/x", "/all/x/"),
        ("/go", "https://login.example/start?back=/go"),
    ],
)
@pytest.mark.parametrize("host", ["evil.example", "evil.example/x?", "evil.example/y", "evil.example#"])
async def test_a_last_slash_leads_to_no_host_that_a_caller_names(asked: str, to: str, host: str) -> None:
    transport = httpx.ASGITransport(app=SlashRedirects(Starlette(routes=ROUTES)))
    async with httpx.AsyncClient(transport=transport, base_url="http://evil.example") as client:
        answer = await client.get(asked, headers={"host": host})
    assert (answer.status_code, answer.headers["location"]) == (307, to)


async def test_a_path_of_two_slashes_is_no_host() -> None:
    two = Starlette(routes=[Route("//{host}/x/", page)])
    transport = httpx.ASGITransport(app=SlashRedirects(two))
    async with httpx.AsyncClient(transport=transport, base_url="http://h") as client:
        answer = await client.get("http://h//evil.example/x")
    assert (answer.status_code, answer.headers["location"]) == (307, "/evil.example/x/")
