"""A post that is held for a person, written down whole: let in after all, it is answered where it stands."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any, Literal, cast, get_args

from services.ingest.domain.intake import Refused
from services.ingest.domain.social.posts import Picture, PostAbove, SocialPost

HeldAs = Literal["post", "edited", "private"]
"""A post; new words of one; a mention that not everybody sees."""


def held_post(post: SocialPost, as_: HeldAs) -> bytes:
    """As JSON. `whole` is what people read of it."""
    return json.dumps({"held": as_, "whole": post.whole, "post": asdict(post)}, ensure_ascii=False).encode()


def read_held_post(raw: bytes) -> tuple[SocialPost, HeldAs]:
    """Raises Refused for one of which the words alone were kept."""
    try:
        kept: dict[str, Any] = json.loads(raw)
        post, as_ = dict(kept["post"]), kept["held"]
        above, pictures = post.pop("above"), post.pop("pictures")
        if as_ not in get_args(HeldAs):
            raise ValueError(as_)
        read = SocialPost(
            **post,
            above=PostAbove(**above) if above else None,
            pictures=tuple(Picture(**one) for one in pictures),
        )
    except (ValueError, TypeError, KeyError):
        raise Refused("only its words were kept: answer it by hand where it stands") from None
    return read, cast("HeldAs", as_)
