"""What Mastodon tells of mentions (Notification, Status, Context: docs.joinmastodon.org/entities)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from services.ingest.domain.mime.html_text import html_to_text
from services.ingest.domain.social.posts import Picture, PostAbove, SocialPost

LEADING_HANDLES = re.compile(r"^(?:@[\w.-]+(?:@[\w.-]+)?(?:\s*<[^<>]*>)?\s*)+")
OPEN = frozenset({"public", "unlisted"})
FOLLOWERS, DIRECT = "private", "direct"
"""Who else sees a mention: the writer's followers, or nobody."""
POLL = "a poll: nothing that a library could answer for sure"
MOST_PICTURES = 8
LONGEST_DESCRIPTION = 1_500


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
        private=_visibility(status.get("visibility")) not in OPEN,
        language=language[:2].lower() if isinstance(language, str) and language[:2].isalpha() else None,
    )


def ancestors_of(context: Any) -> list[SocialPost]:
    """The posts above one, the nearest first, programs' among them: a question may be about those, too."""
    found = context.get("ancestors") if isinstance(context, dict) else None
    statuses = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
    posts = [_post({**one, "account": _no_bot(one.get("account"))}) for one in statuses]
    return [post for post in reversed(posts) if post is not None]


def below(mention: SocialPost, parent: SocialPost) -> SocialPost:
    """The question with the post that it is about, unless not all who may read it may read that one."""
    if mention.visibility in OPEN and parent.visibility not in OPEN:
        return mention
    return replace(mention, above=PostAbove(parent.whole, parent.author, parent.url))


def _no_bot(account: Any) -> Any:
    return {**account, "bot": False} if isinstance(account, dict) else account


def _post(status: Mapping[str, Any]) -> SocialPost | None:
    account, name = status.get("account"), status.get("id")
    if not isinstance(account, dict) or not isinstance(name, str) or account.get("bot") is True:
        return None
    text = LEADING_HANDLES.sub("", html_to_text(str(status.get("content") or ""))).strip()
    warning, pictures = _words(status.get("spoiler_text")), _pictures(status.get("media_attachments"))
    handle = account.get("acct")
    if not (text or warning or pictures) or not isinstance(handle, str):
        return None
    return SocialPost(
        id=name,
        text=text,
        author=handle,
        url=_words(status.get("url")),
        answers=_words(status.get("in_reply_to_id")),
        warning=warning,
        visibility=_visibility(status.get("visibility")),
        pictures=pictures,
        needs_look=POLL if isinstance(status.get("poll"), dict) else None,
    )


def _visibility(told: Any) -> str:
    """What nobody said to be open is for its writer alone, and so is what answers it."""
    return told if told in (*OPEN, FOLLOWERS) else DIRECT


def _words(value: Any) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _pictures(media: Any) -> tuple[Picture, ...]:
    """Of whatever kind: a sound and a film have an address, too."""
    given = [one for one in media if isinstance(one, dict)] if isinstance(media, list) else []
    found = [
        Picture(url, (_words(one.get("description")) or "")[:LONGEST_DESCRIPTION])
        for one in given[:MOST_PICTURES]
        if (url := _words(one.get("url")) or _words(one.get("remote_url")))
    ]
    return tuple(found)
