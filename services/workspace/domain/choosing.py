"""A library as somebody names it: out of a list of hundreds it is typed, not looked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from unicodedata import combining, normalize

ONE_BY_ONE = 40
"""Libraries that a list may still show one below the other."""


def library_of(typed: str, libraries: Sequence[Any]) -> str:
    """The id of the one that is meant among these rows with id and name: by its id, its name, or a part of
    the name that no other has. What fits none or several comes back as it was typed."""
    if any(one["id"] == typed for one in libraries) or not typed:
        return typed
    wanted = plain(typed)
    for fits in (
        [one["id"] for one in libraries if plain(one["name"]) == wanted],
        [one["id"] for one in libraries if wanted in plain(one["name"])],
    ):
        if len(fits) == 1:
            return str(fits[0])
    return typed


def named_like(typed: str, libraries: Sequence[Any]) -> list[Any]:
    """The rows whose name has this part; all where nothing was typed."""
    wanted = plain(typed)
    return [one for one in libraries if wanted in plain(one["name"])] if wanted else [*libraries]


def plain(name: str) -> str:
    """Without case, accents and the kind of apostrophe or space."""
    letters = "".join(one for one in normalize("NFKD", name) if not combining(one))
    return " ".join(letters.casefold().replace("’", "'").split())
