"""The webhook of a Facebook Page. 200 means committed: Facebook sends again what it hears nothing of."""

from __future__ import annotations

import hmac

from fastapi import APIRouter
from prometheus_client import Counter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from services.chassis.messaging.transaction import Unit
from services.ingest.domain.social.facebook import FeedChange, FeedVerb, is_signed, people_changed
from services.ingest.entrypoints.http.context import DoorContext
from services.ingest.handlers.social import accept_post, follow_edit, follow_removal
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
            changes = people_changed(raw, page.page_id)
        except ValueError as error:
            raise HTTPException(400, f"not JSON: {error}") from error
        async with door.begin() as unit:
            outcomes = [await _became(unit, door, change) for change in changes]
        for outcome in outcomes:
            posts.labels(CHANNEL, outcome).inc()
        return PlainTextResponse("ok")

    return routes


async def _became(unit: Unit, door: DoorContext, change: FeedChange) -> str:
    if change.verb is FeedVerb.EDITED:
        return await follow_edit(unit, door.intake, CHANNEL, change.post)
    if change.verb is FeedVerb.REMOVED:
        return await follow_removal(unit, door.intake, CHANNEL, change.post)
    outcome = await accept_post(unit, door.intake, CHANNEL, change.post)
    return "unnamed" if change.verb is FeedVerb.UNNAMED else outcome
