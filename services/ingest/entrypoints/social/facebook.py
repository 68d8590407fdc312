"""The webhook of a Facebook Page. 200 means committed: Facebook sends again what it hears nothing of."""

from __future__ import annotations

import hmac

from fastapi import APIRouter
from prometheus_client import Counter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from services.ingest.domain.social.facebook import is_signed, people_wrote
from services.ingest.entrypoints.http.context import DoorContext
from services.ingest.handlers.social import accept_post
from services.ingest.settings import FacebookPage

CHANNEL = "facebook_page"


def facebook_routes(door: DoorContext, page: FacebookPage, posts: Counter) -> APIRouter:
    routes = APIRouter(include_in_schema=False)

    @routes.get("/social/facebook")
    async def handshake(request: Request) -> Response:
        """`hub.challenge` comes back to who knows our verify token."""
        asked = request.query_params
        token = asked.get("hub.verify_token", "")
        known = hmac.compare_digest(token.encode(), page.verify_token.encode())
        if asked.get("hub.mode") != "subscribe" or not known:
            raise HTTPException(403, "the verify token is not ours")
        return PlainTextResponse(asked.get("hub.challenge", ""))

    @routes.post("/social/facebook")
    async def take(request: Request) -> Response:
        raw = await request.body()
        if not is_signed(page.app_secret, raw, request.headers.get("x-hub-signature-256", "")):
            raise HTTPException(403, "the signature is not of our app")
        try:
            wrote = people_wrote(raw, page.page_id)
        except ValueError as error:
            raise HTTPException(400, f"not JSON: {error}") from error
        async with door.begin() as unit:
            outcomes = [await accept_post(unit, door.intake, CHANNEL, post) for post in wrote]
        for outcome in outcomes:
            posts.labels(CHANNEL, outcome).inc()
        return PlainTextResponse("ok")

    return routes
