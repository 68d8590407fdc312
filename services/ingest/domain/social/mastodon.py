"""What Mastodon tells of mentions (Notification, Status: docs.joinmastodon.org/entities)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.ingest.domain.mime.html_text import html_to_text
from services.ingest.domain.social.posts import SocialPost

LEADING_HANDLES = re.compile(r"^(?:@[\w.-]+(?:@[\w.-]+)?(?:\s*<[^<>]*>)?\s*)+")
OPEN = frozenset({"public", "unlisted"})


@dataclass(frozen=True, slots=True)
class Mention:
    """`notification` is the cursor. `post` is None when a program wrote it, or nothing is left of it."""

    notification: str
    post: SocialPost | None
    private: bool
    language: str | None


def mention_of(notification: Mapping[str, Any]) -> Mention | None:
    """None for what is no notification at all."""
    name, status = notification.get("id"), notification.get("status")
    if not isinstance(name, str) or not name.isdigit():
        return None
    if notification.get("type") != "mention" or not isinstance(status, dict):
        return Mention(name, None, False, None)
    language = status.get("language")
    return Mention(
        notification=name,
        post=_post(status),
        private=status.get("visibility") not in OPEN,
        language=language[:2].lower() if isinstance(language, str) and language[:2].isalpha() else None,
    )


def _post(status: Mapping[str, Any]) -> SocialPost | None:
    account, name = status.get("account"), status.get("id")
    if not isinstance(account, dict) or not isinstance(name, str) or account.get("bot") is True:
        return None
    text = LEADING_HANDLES.sub("", html_to_text(str(status.get("content") or ""))).strip()
    handle, url, parent = account.get("acct"), status.get("url"), status.get("in_reply_to_id")
    if not text or not isinstance(handle, str):
        return None
    return SocialPost(
        id=name,
        text=text,
        author=handle,
        url=url if isinstance(url, str) else None,
        answers=parent if isinstance(parent, str) else None,
    )
