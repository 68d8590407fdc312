"""What Facebook's webhook of a Page tells (Graph API, Webhooks): who wrote, changed or removed what."""

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from services.ingest.domain.social.posts import Picture, SocialPost

POSTS = frozenset({"status", "post", "photo"})
LINKS = ("photo", "link", "video")
NOBODY = "somebody whom Facebook does not name"
UNNAMED = "Facebook does not say who wrote it: the app lacks the permission pages_read_user_content"


class FeedVerb(StrEnum):
    WROTE = "wrote"
    EDITED = "edited"
    REMOVED = "removed"
    UNNAMED = "unnamed"
    """Written by nobody knows whom: the app lacks a permission."""


@dataclass(frozen=True, slots=True)
class FeedChange:
    """`post` as it is now; of a removed one its id and author alone."""

    verb: FeedVerb
    post: SocialPost


VERBS = {
    "add": FeedVerb.WROTE,
    "edited": FeedVerb.EDITED,
    "edit": FeedVerb.EDITED,
    "remove": FeedVerb.REMOVED,
}


def is_signed(secret: str, raw: bytes, signature: str) -> bool:
    """`X-Hub-Signature-256: sha256=<hex>`: HMAC-SHA256 of the raw body, by the app's secret."""
    expected = "sha256=" + hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected.encode(), signature.encode())


def people_changed(raw: bytes, page_id: str) -> list[FeedChange]:
    """Posts and comments of people, new, edited or removed; our own and reactions are left out. Raises
    ValueError."""
    try:
        body = json.loads(raw)
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    return [change for value in _changes(body) if (change := _change(value, page_id)) is not None]


def _changes(body: Any) -> Iterator[Mapping[str, Any]]:
    for entry in _list(body, "entry"):
        for change in _list(entry, "changes"):
            value = change.get("value") if isinstance(change, dict) else None
            if isinstance(value, dict) and change.get("field") == "feed":
                yield value


def _list(holder: Any, name: str) -> list[Any]:
    found = holder.get(name) if isinstance(holder, dict) else None
    return found if isinstance(found, list) else []


def _change(value: Mapping[str, Any], page_id: str) -> FeedChange | None:
    said = value.get("verb")
    verb, post = VERBS.get(said) if isinstance(said, str) else None, _post(value)
    if verb is None or post is None or post.author == page_id:
        return None
    if verb is FeedVerb.REMOVED:
        return FeedChange(verb, post)
    if not (post.text.strip() or post.pictures):
        return None
    if not post.author:
        unnamed = replace(post, author=NOBODY, needs_look=UNNAMED)
        return FeedChange(FeedVerb.UNNAMED, unnamed) if verb is FeedVerb.WROTE else None
    return FeedChange(verb, replace(post, is_remark=post.asks_nothing and _is_below_page(value, page_id)))


def _post(value: Mapping[str, Any]) -> SocialPost | None:
    sender, item = value.get("from"), value.get("item")
    author = str(sender.get("id", "")) if isinstance(sender, dict) else ""
    name = value.get("comment_id") if item == "comment" else value.get("post_id")
    if not isinstance(name, str) or (item != "comment" and item not in POSTS):
        return None
    text = value.get("message")
    links = [link for key in LINKS if (link := _line(value.get(key))) and link.startswith("https://")]
    return SocialPost(
        id=name,
        text=text if isinstance(text, str) else "",
        author=author,
        url=_line(value.get("permalink_url")) or _line(value.get("permalink")),
        answers=_line(value.get("parent_id")),
        pictures=tuple(map(Picture, links[:1])),
    )


def _is_below_page(value: Mapping[str, Any], page_id: str) -> bool:
    """Right below a post of the Page itself, whose ids begin with the Page's."""
    above, parent = value.get("post_id"), value.get("parent_id")
    return isinstance(above, str) and above == parent and above.startswith(f"{page_id}_")


def _line(value: Any) -> str | None:
    return value if isinstance(value, str) and value.strip() else None
