"""`@name` in a note for colleagues."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
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


def calls_of(names: Iterable[str]) -> list[str]:
    """How to write to each of these colleagues: `@Amel`; `@Bruno-Roux` where two are called Bruno."""
    words = [name.split() for name in names if name.split()]
    firsts = Counter(_plain(one[0]) for one in words)
    return [f"@{one[0] if firsts[_plain(one[0])] == 1 else '-'.join(one)}" for one in words]


def _calls(name: str) -> Iterable[str]:
    words = name.split()
    yield from (_plain(word) for word in words)
    yield _plain("-".join(words))


def _plain(text: str) -> str:
    parts = unicodedata.normalize("NFD", text.casefold().replace("’", "'"))
    return "".join(part for part in parts if not unicodedata.combining(part))
