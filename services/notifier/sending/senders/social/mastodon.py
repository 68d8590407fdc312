"""An answer under the post that asked, on Mastodon (docs.joinmastodon.org/methods/statuses)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import httpx

from services.chassis.clock import Clock
from services.notifier.domain.delivery import Failed, Sent, without_addresses
from services.notifier.domain.outgoing import DeliveryAttempt
from services.notifier.domain.posts import posts, public
from services.notifier.sending.senders.protocol import TokenSays

UNAUTHORIZED = 401
LONGEST_WARNING = 150
PRIVATE = ("direct", "private")
"""Mentions that not everybody sees."""
LENGTH = 500
"""Characters in a post: the least that servers allow."""


class MastodonSender:
    """Each post has an Idempotency-Key of its own, which the server keeps for an hour: a second attempt in
    time finds the first one's posts. `token_says` hears whether the account's token is still good."""

    def __init__(self, client: httpx.AsyncClient, clock: Clock, token_says: TokenSays) -> None:
        self._client = client
        self._clock = clock
        self._token_says = token_says

    async def send(self, delivery: DeliveryAttempt) -> Sent | Failed:
        answer, asker = delivery.said, delivery.question.asker
        if answer is None or not asker.get("post_id"):
            return Failed("no post to reply to", final=True)
        to = f"@{asker['account']}" if asker.get("account") else ""
        parent, url = asker["post_id"], None
        private = asker.get("post_visibility") in PRIVATE
        room = LENGTH - len(_warning(delivery)) - (len(to) + 1 if private else 0)
        texts = posts(public(answer.text), answer.sources, f"— {answer.partner_name}", room, to=to)
        if private:  # each is seen by those alone whom it names
            texts = [texts[0], *(f"{to} {text}" for text in texts[1:])]
        for number, text in enumerate(texts):
            reply = await self._post(delivery, number, text, parent)
            failure = self._failure(reply)
            if failure is not None:
                return failure
            status: dict[str, Any] = reply.json()
            parent, url = status["id"], url or status.get("url")
        return Sent(url)

    async def look(self) -> None:
        """Whether the token is still good, without waiting for an answer to send. One that may only post is
        refused here with 403, and may be good."""
        reply = await self._client.get("/api/v1/accounts/verify_credentials")
        if reply.is_success or reply.status_code == UNAUTHORIZED:
            self._token_says(reply.is_success)

    async def _post(self, delivery: DeliveryAttempt, number: int, text: str, parent: str) -> httpx.Response:
        asker = delivery.question.asker
        status = {
            "status": text,
            "in_reply_to_id": parent,
            "visibility": _visibility(asker.get("post_visibility"), number),
            "spoiler_text": _warning(delivery),
            "language": delivery.question.facets.get("language"),
        }
        key = {"Idempotency-Key": f"{delivery.id}-{number}"}
        return await self._client.post("/api/v1/statuses", json=status, headers=key)

    def _failure(self, reply: httpx.Response) -> Failed | None:
        refused = reply.status_code in (401, 403)
        self._token_says(not refused)
        if reply.is_success:
            return None
        error = without_addresses(f"Mastodon {reply.status_code}: {reply.text}")
        if refused or reply.status_code >= 500:
            return Failed(error, unwell=True)
        if reply.status_code == 429:
            return Failed(error, unwell=True, retry_after=self._until_reset(reply))
        return Failed(error, final=True)

    def _until_reset(self, reply: httpx.Response) -> timedelta | None:
        try:
            reset = datetime.fromisoformat(reply.headers["X-RateLimit-Reset"])
        except (KeyError, ValueError):
            return None
        return max(reset - self._clock.now(), timedelta(0)) if reset.tzinfo else None


def _visibility(asked: str | None, number: int) -> str:
    """The first one stands in the timelines, as the question does; the rest is found below it. What was asked
    in private is answered to its asker alone."""
    if asked in PRIVATE:
        return "direct"
    return (asked or "public") if number == 0 else "unlisted"


def _warning(delivery: DeliveryAttempt) -> str:
    """Servers count it with the words of the post."""
    warning = delivery.question.asker.get("post_warning") or ""
    return warning if len(warning) <= LONGEST_WARNING else warning[: LONGEST_WARNING - 1] + "…"
