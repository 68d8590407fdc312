"""`@name` in a note for colleagues."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

LETTERS = r"[\w’'-]+"
MENTION = re.compile(rf"(?<![\w@])@({LETTERS})")


def mentioned(text: str, colleagues: Mapping[UUID, str]) -> list[UUID]:
    """Colleagues whose first or whole name stands behind an @, whatever case or accents."""
    said = {_plain(name) for name in _said(text)}
    return [person for person, name in colleagues.items() if said & set(_calls(name))]


def uncalled(text: str, colleagues: Iterable[str]) -> list[str]:
    """Names behind an @ that nobody bears, as they were written, each once."""
    known = {call for name in colleagues for call in _calls(name)}
    return list(dict.fromkeys(name for name in _said(text) if _plain(name) not in known))


def calls_of(names: Iterable[str]) -> list[str]:
    """How to write to each of these colleagues: `@Amel`; `@Bruno-Roux` where more than one hears `@Bruno`;
    `@Bruno-Roux ×2` where two hear that too."""
    words = [found for name in names if (found := _words(name))]
    heard = Counter(call for one in words for call in _heard(one))
    shown: dict[str, str] = {}
    for one in words:
        call = one[0] if heard[_plain(one[0])] == 1 else "-".join(one)
        many = heard[_plain(call)]
        shown.setdefault(_plain(call), f"@{call} ×{many}" if many > 1 else f"@{call}")
    return list(shown.values())


def _said(text: str) -> list[str]:
    return MENTION.findall(unicodedata.normalize("NFC", text))


def _words(name: str) -> list[str]:
    """Of a name, as they can stand behind an @: `St.` is `St`, `(Lyon)` is `Lyon`."""
    words = ("".join(re.findall(LETTERS, word)) for word in unicodedata.normalize("NFC", name).split())
    return [word for word in words if word.strip("’'-")]


def _calls(name: str) -> Iterable[str]:
    return _heard(_words(name))


def _heard(words: Sequence[str]) -> set[str]:
    """What calls somebody of these names."""
    return {_plain(word) for word in [*words, "-".join(words)]}


def _plain(text: str) -> str:
    parts = unicodedata.normalize("NFD", text.casefold().replace("’", "'"))
    return "".join(part for part in parts if not unicodedata.combining(part))
