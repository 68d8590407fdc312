"""An answer as posts in a public channel: short ones, in a row, each ending where a reader can pause."""

from __future__ import annotations

import re
from collections.abc import Sequence

ASSISTED = "facebook_group"
"""Groups have no programming interface since April 2024: a person posts, from the workspace."""

MOST_POSTS = 8
BREAKS = ("\n\n", "\n", ". ", "! ", "? ", "; ", ", ", " ")
"""Where to cut, the best first."""


def posts(text: str, sources: Sequence[str], signed: str, length: int, *, to: str = "") -> list[str]:
    """At most MOST_POSTS posts of at most `length` characters. `to` begins the first, `signed` ends the last.
    What does not fit is left out with a mark that says so: nobody reads a book in a timeline."""
    whole = "\n\n".join(part for part in (text.strip(), "\n".join(sources), signed) if part)
    found = pieces(" ".join(part for part in (to, whole) if part), length)
    if len(found) <= MOST_POSTS:
        return found
    ending = f" […] {signed}"
    last = pieces(found[MOST_POSTS - 1], length - len(ending))[0] + ending
    return [*found[: MOST_POSTS - 1], last]


def pieces(text: str, length: int) -> list[str]:
    """The text cut into pieces of at most `length` characters, nothing lost but spaces at the cuts."""
    found = []
    rest = text.strip()
    while len(rest) > length:
        at = _cut(rest, length)
        found.append(rest[:at].rstrip())
        rest = rest[at:].lstrip()
    return [*found, rest] if rest else found


def public(text: str) -> str:
    """Without handles: an answer must not call strangers into a conversation."""
    return re.sub(r"(?<![\w/])@(?=\w)", "@\u200b", text)


def _cut(text: str, length: int) -> int:
    """The last good place to cut within `length`, not so early that posts become crumbs."""
    for mark in BREAKS:
        at = text.rfind(mark, length // 2, length - len(mark) + 1)
        if at != -1:
            return at + len(mark)
    return length
