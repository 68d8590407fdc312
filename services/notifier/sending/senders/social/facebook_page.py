"""An answer as our Page's comment under the post that asked (Graph API: Object Comments).

The Graph API knows no idempotency key. A second attempt therefore looks first whether our comment stands
there already; what was written and not yet shown to us can still be doubled.
"""

from __future__ import annotations

from typing import Any

import httpx

from services.notifier.domain.delivery import Failed, Sent, without_addresses
from services.notifier.domain.outgoing import DeliveryAttempt
from services.notifier.domain.posts import posts, public
from services.notifier.sending.senders.protocol import TokenSays

LENGTH = 8_000
TOKEN_CODES = frozenset({102, 190})
"""The session or token has ended (Graph API, Handle Errors)."""
LATER_CODES = frozenset({1, 2, 4, 17, 32, 341, 368, 613})
"""Unknown, down, or too many calls: the same call may succeed later."""
LOOKED_THROUGH = 100


class FacebookPageSender:
    """`client` has the version in its address and the Page's token as a parameter of every call."""

    def __init__(self, client: httpx.AsyncClient, page_id: str, token_says: TokenSays) -> None:
        self._client = client
        self._page_id = page_id
        self._token_says = token_says

    async def send(self, delivery: DeliveryAttempt) -> Sent | Failed:
        answer, post = delivery.said, delivery.question.asker.get("post_id")
        if answer is None or not post:
            return Failed("no post to comment on", final=True)
        [text, *_] = posts(public(answer.text), answer.sources, f"— {answer.partner_name}", LENGTH)
        if delivery.attempts > 1 and await self._stands_there(post, text):
            return Sent(delivery.question.asker.get("post_url"))
        reply = await self._client.post(f"{post}/comments", data={"message": text})
        return self._failure(reply) or Sent(delivery.question.asker.get("post_url"))

    async def look(self) -> None:
        """Whether the token is still good, without waiting for an answer to send."""
        reply = await self._client.get(self._page_id, params={"fields": "id"})
        if reply.is_success or _code(reply) in TOKEN_CODES:
            self._token_says(reply.is_success)

    async def _stands_there(self, post: str, text: str) -> bool:
        query: dict[str, str | int] = {
            "fields": "from,message",
            "limit": LOOKED_THROUGH,
            "order": "reverse_chronological",
        }
        reply = await self._client.get(f"{post}/comments", params=query)
        if not reply.is_success:
            return False
        comments: list[dict[str, Any]] = reply.json().get("data", [])
        return any(
            (one.get("from") or {}).get("id") == self._page_id and one.get("message") == text
            for one in comments
        )

    def _failure(self, reply: httpx.Response) -> Failed | None:
        if reply.is_success:
            self._token_says(True)
            return None
        code = _code(reply)
        self._token_says(code not in TOKEN_CODES)
        error = without_addresses(f"Graph API {reply.status_code}, code {code}")
        later = code in TOKEN_CODES or code in LATER_CODES or reply.status_code >= 500
        return Failed(error, final=not later, unwell=later)


def _code(reply: httpx.Response) -> int | None:
    try:
        code = reply.json()["error"]["code"]
    except (ValueError, KeyError, TypeError):
        return None
    return code if isinstance(code, int) else None
