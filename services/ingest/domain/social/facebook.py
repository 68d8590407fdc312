"""What Facebook's webhook of a Page tells (Graph API, Webhooks): who wrote what, when it was a person."""

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from typing import Any

from services.ingest.domain.social.posts import SocialPost

POSTS = frozenset({"status", "post", "photo"})


def is_signed(secret: str, raw: bytes, signature: str) -> bool:
    """`X-Hub-Signature-256: sha256=<hex>`: HMAC-SHA256 of the raw body, by the app's secret."""
    expected = "sha256=" + hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected.encode(), signature.encode())


def people_wrote(raw: bytes, page_id: str) -> list[SocialPost]:
    """New posts and comments of people; our own, edits and reactions are left out. Raises ValueError."""
    try:
        body = json.loads(raw)
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    return [post for value in _changes(body) if (post := _post(value, page_id)) is not None]


def _changes(body: Any) -> Iterator[Mapping[str, Any]]:
    for entry in _list(body, "entry"):
        for change in _list(entry, "changes"):
            value = change.get("value") if isinstance(change, dict) else None
            if isinstance(value, dict) and change.get("field") == "feed":
                yield value


def _list(holder: Any, name: str) -> list[Any]:
    found = holder.get(name) if isinstance(holder, dict) else None
    return found if isinstance(found, list) else []


def _post(value: Mapping[str, Any], page_id: str) -> SocialPost | None:
    sender = value.get("from")
    author = str(sender.get("id", "")) if isinstance(sender, dict) else ""
    text = value.get("message")
    if value.get("verb") != "add" or not author or author == page_id or not isinstance(text, str):
        return None
    item = value.get("item")
    name = value.get("comment_id") if item == "comment" else value.get("post_id")
    if not isinstance(name, str) or not text.strip() or (item != "comment" and item not in POSTS):
        return None
    url, parent = value.get("permalink_url") or value.get("permalink"), value.get("parent_id")
    return SocialPost(
        id=name,
        text=text,
        author=author,
        url=url if isinstance(url, str) else None,
        answers=parent if isinstance(parent, str) else None,
    )
