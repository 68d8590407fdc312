"""The social channels that questions come in by: each opened where it is set up."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import httpx
from fastapi import FastAPI

from services.chassis.run import Chassis
from services.ingest.entrypoints.http.context import DoorContext
from services.ingest.entrypoints.social.channel_metrics import ChannelMetrics
from services.ingest.entrypoints.social.facebook import facebook_routes
from services.ingest.entrypoints.social.mastodon import MastodonReader
from services.ingest.settings import IngestSettings

TIMEOUT_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class ChannelContext:
    """What a channel is opened with: a web application for those that call us, timers for those we ask."""

    chassis: Chassis
    door: DoorContext
    app: FastAPI
    metrics: ChannelMetrics


async def facebook_page(there: ChannelContext, settings: IngestSettings) -> None:
    if settings.facebook:
        there.app.include_router(facebook_routes(there.door, settings.facebook, there.metrics.posts))


async def mastodon(there: ChannelContext, settings: IngestSettings) -> None:
    if settings.mastodon_url:
        token = {"authorization": f"Bearer {settings.mastodon_token}"}
        client = httpx.AsyncClient(base_url=settings.mastodon_url, headers=token, timeout=TIMEOUT_SECONDS)
        await there.chassis.enter(client)
        reader = MastodonReader(there.door, client, there.metrics.posts, there.metrics.up)
        there.chassis.every(settings.mastodon_seconds, reader.read)


OPENERS: tuple[Callable[[ChannelContext, IngestSettings], Awaitable[None]], ...] = (
    facebook_page,
    mastodon,
)
