"""Mentions of our Mastodon account, by a cursor that moves in the transaction of what they became."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Set
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import quote

import httpx
from prometheus_client import Counter, Gauge

from services.chassis.messaging.transaction import Unit
from services.ingest.domain.social.mastodon import Mention, ancestors_of, below, mention_of
from services.ingest.domain.social.posts import SocialPost
from services.ingest.entrypoints.http.context import DoorContext
from services.ingest.handlers.social import accept_post, hold_private
from services.ingest.store import social
from services.ingest.store.conversations import submissions

log = logging.getLogger(__name__)

CHANNEL = "mastodon"
PAGE = 40


class MastodonReader:
    """Call `read` now and again. One page is one transaction; what a copy has read too is known."""

    def __init__(self, door: DoorContext, client: httpx.AsyncClient, posts: Counter, up: Gauge) -> None:
        self._door = door
        self._client = client
        self._posts = posts
        self._up = up.labels(CHANNEL)
        self._not_before: datetime | None = None

    async def read(self) -> None:
        """Until nothing new is left, or the rate limit says stop. An expired token shows in the metric."""
        if self._not_before is not None and self._door.now() < self._not_before:
            return
        try:
            while await self._page() == PAGE:
                continue
        except httpx.HTTPError as error:
            self._up.set(0)
            log.warning("mastodon: %s: %s", type(error).__name__, error)

    async def _page(self) -> int:
        async with self._door.begin() as unit:
            cursor = await social.cursor(unit.db, CHANNEL)
        found = await self._ask(cursor)
        heard = [mention for one in reversed(found) if (mention := mention_of(one)) is not None]
        beside = {mention.post.id for mention in heard if mention.post}
        mentions = [await self._placed(mention, beside) for mention in heard]
        async with self._door.begin() as unit:
            outcomes = [await self._take(unit, mention) for mention in mentions]
            if mentions:
                latest = max(mentions, key=lambda mention: int(mention.notification))
                await social.move(unit.db, CHANNEL, latest.notification)
        for outcome in outcomes:
            self._posts.labels(CHANNEL, outcome).inc()
        return len(found)

    async def _ask(self, cursor: str) -> list[Mapping[str, Any]]:
        """The oldest ones after the cursor, the newest first."""
        asked: dict[str, str | int] = {"types[]": "mention", "min_id": cursor, "limit": PAGE}
        answer = await self._client.get("/api/v1/notifications", params=asked)
        if answer.status_code == 429:
            self._not_before = _reset(answer)
        answer.raise_for_status()
        self._up.set(1)
        found = answer.json()
        return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []

    async def _placed(self, mention: Mention, beside: Set[str]) -> Mention:
        """With the post that it stands under: whose thread it goes on with, or what it asks about. People
        answer our answers, whose ids are not known here. `beside`: the posts that come with it."""
        post = mention.post
        if post is None or post.answers is None or mention.private:
            return mention
        if post.answers in beside or await self._is_known(post.answers):
            return mention
        above = await self._above(post.id)
        for ancestor in above:
            if ancestor.id in beside or await self._is_known(ancestor.id):
                return replace(mention, post=replace(post, answers=ancestor.id))
        return replace(mention, post=below(post, above[0])) if above else mention

    async def _is_known(self, post: str) -> bool:
        async with self._door.begin() as unit:
            return await submissions.question_of(unit.db, CHANNEL, post) is not None

    async def _above(self, post: str) -> list[SocialPost]:
        """The nearest first. None where the server does not show it: the question is one without it."""
        answer = await self._client.get(f"/api/v1/statuses/{quote(post, safe='')}/context")
        if answer.status_code == 429:
            self._not_before = _reset(answer)
        if answer.status_code == 429 or answer.status_code >= 500:
            answer.raise_for_status()
        return ancestors_of(answer.json()) if answer.is_success else []

    async def _take(self, unit: Unit, mention: Mention) -> str:
        if mention.post is None:
            return "ignored"
        if mention.private:
            return await hold_private(unit, CHANNEL, mention.post)
        return await accept_post(unit, self._door.intake, CHANNEL, mention.post, language=mention.language)


def _reset(answer: httpx.Response) -> datetime | None:
    try:
        return datetime.fromisoformat(answer.headers.get("x-ratelimit-reset", ""))
    except ValueError:
        return None
