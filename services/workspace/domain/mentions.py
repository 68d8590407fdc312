"""`@name` in a note for colleagues."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from uuid import UUID

MENTION = re.compile(r"(?<![\w@])@([\w’'-]+)")


def mentioned(text: str, colleagues: Mapping[UUID, str]) -> list[UUID]:
    """Colleagues whose first or whole name stands behind an @, whatever case or accents."""
    said = {_plain(name) for name in MENTION.findall(text)}
    return [person for person, name in colleagues.items() if said & set(_calls(name))]


def uncalled(text: str, colleagues: Iterable[str]) -> list[str]:
    """Names behind an @ that nobody bears, as they were written, each once."""
    known = {call for name in colleagues for call in _calls(name)}
    return list(dict.fromkeys(name for name in MENTION.findall(text) if _plain(name) not in known))


def call_of(name: str) -> str:
    """How to write to this colleague: `@Amel`."""
    return "@" + name.split()[0] if name.split() else ""


def _calls(name: str) -> Iterable[str]:
    words = name.split()
    yield from (_plain(word) for word in words)
    yield _plain("-".join(words))


def _plain(text: str) -> str:
    parts = unicodedata.normalize("NFD", text.casefold().replace("’", "'"))
    return "".join(part for part in parts if not unicodedata.combining(part))
