"""What may be written down of a fact for the workspace to read, there and where it is told again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

PERSONAL = (
    "text",
    "private_note",
    "place",
    "attachments",
    "sources",
    "reason",
    "comment",
    "explanation",
    "similar",
    "error",
    "url",
)
"""What goes from every fact once its asker is erased: words, and where an answer stands, which in a channel
is under the asker's own post."""

NEVER_KEPT = ("asker", "reference")
"""Addresses, and what is somebody else's: the workspace does not even write them down."""


def kept(data: Mapping[str, Any]) -> dict[str, Any]:
    """The rest of it."""
    return {name: value for name, value in data.items() if name not in NEVER_KEPT and not _is_reach(value)}


def _is_reach(value: object) -> bool:
    """How somebody is reached, whatever the field is called: an address."""
    return isinstance(value, Mapping) and "address" in value
