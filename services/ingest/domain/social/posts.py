"""What people write in social channels."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SocialPost:
    """Something a person wrote in public. `answers` is the post it stands under, if any."""

    id: str
    text: str
    author: str
    url: str | None
    answers: str | None
