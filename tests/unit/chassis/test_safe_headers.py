"""What an application says itself stands; the rest is added, where it counts."""

from __future__ import annotations

import httpx
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from services.chassis.http.safe_headers import SafeHeaders


async def page(request: Request) -> Response:
    said = {"cache-control": "max-age=60"} if request.url.path.endswith("said") else {}
    return PlainTextResponse("here", headers=said)


async def test_headers_are_added_where_nothing_else_is_said() -> None:
    app = Starlette(
        routes=[Route("/api/a", page), Route("/api/said", page), Route("/b", page)],
        middleware=[Middleware(SafeHeaders, headers={"Cache-Control": "no-store"}, under="/api/")],
    )
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
        answers = [await client.get(path) for path in ("/api/a", "/api/said", "/api/missing", "/b")]
    said = [answer.headers.get("cache-control") for answer in answers]
    assert said == ["no-store", "max-age=60", "no-store", None]
