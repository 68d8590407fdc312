"""How a mail of ours is known again where somebody quotes it: the notifier writes these, ingest reads them.

Mail programs wrap lines, put marks in the margin, change quotation marks and rewrite links. What they leave
alone are the words and their order, so a mail is remembered as its words, each as a keyed hash: whoever sees
the memory can't read it. The code in its first and last line says whose reply it will be.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import unicodedata
from array import array
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote
from uuid import UUID

from services.contracts.links.signed_links import LETTERS, LinkRole

CODE = 8
"""Characters of base32, 40 bits."""
MOST_WORDS = 6_000
"""Words of one mail that are remembered: its end is then known by its code alone."""
WIDTH = 3
"""Bytes of one word's hash: by chance alike once in sixteen million."""

_INVISIBLE = "\u00ad\u200b-\u200f\u2060-\u2064\ufeff\u0300-\u036f"
TOKEN = re.compile(
    r"(?P<link><(?:https?|mailto):[^<>]{0,4000}+>|\[(?:https?|mailto):[^\[\]]{0,4000}+\]"
    r"|(?:https?://|www\.|mailto:)[^\s<>\"]++|[^\s<>@\[\]()\"]{1,120}+@[^\s<>@\[\]()\",;]{1,255}+)"
    rf"|(?P<word>[^\W_][^\W_{_INVISIBLE}]*+(?:[{_INVISIBLE}]++[^\W_]*+)*+)",
    re.IGNORECASE,
)
"""Possessive: every character is read a fixed number of times, whatever a stranger wrote."""
_SEPARATE = re.compile(r"(?i)https?://|www\.")
_ENDS = re.compile(r"[\s<>\"'|&]|__;")


def mark_codes(keys: Sequence[bytes], role: LinkRole, question: UUID, digest: str) -> tuple[str, ...]:
    """The code at head and foot of our mails to this party about this question, by each key; the first
    writes."""
    said = b"sesame mark v1:" + LETTERS[role].encode() + question.bytes + digest.encode()
    return tuple(base64.b32encode(hmac.digest(key, said, "sha256")[:5]).decode().lower() for key in keys)


@dataclass(frozen=True, slots=True)
class Token:
    """A word, folded, or a link; where it stands in the text."""

    start: int
    end: int
    word: str | None

    @property
    def is_link(self) -> bool:
        return self.word is None


def tokens(text: str) -> Iterator[Token]:
    """The words of a text and the links and addresses between them, in order."""
    for found in TOKEN.finditer(text):
        if found.lastgroup == "link":
            yield Token(found.start(), found.end(), None)
        else:
            yield Token(found.start(), found.end(), _folded(found.group()))


def words_of(text: str) -> list[str]:
    """The words alone, without case, accents and what can't be seen."""
    return [_folded(found.group()) for found in TOKEN.finditer(text) if found.lastgroup == "word"]


def may_hold(text: str, codes: Collection[str]) -> bool:
    """False where one of these can be no word of the text, for want of its letters: digits stand in most
    codes and in few texts."""
    letters = set(_as_compared(text))
    return any(letters.issuperset(code) for code in codes)


def links_of(text: str) -> list[str]:
    """The addresses of pages and mailboxes in a text, as compared: without scheme, case and closing marks."""
    return [
        bare for token in tokens(text) if token.is_link for bare in bare_links(text[token.start : token.end])
    ]


def bare_links(link: str) -> list[str]:
    """Itself and what a mail gateway has packed into it (Safe Links, Proofpoint, click counters)."""
    if "://" not in link and "@" in link:
        return [link.lower().removeprefix("<").removeprefix("mailto:").rstrip(">.,;:!?)]»”’'\"")]
    unpacked = {link, unquote(link), unquote(unquote(link)), _proofpoint(link)}
    return sorted({bare for text in unpacked for bare in _inner(text)})


def _inner(text: str) -> Iterator[str]:
    for found in _SEPARATE.finditer(text):
        rest = text[found.end() :]
        ends = _ENDS.search(rest)
        yield (rest[: ends.start()] if ends else rest).rstrip("/.,;:!?)]>»”’'\"_").lower()


def _proofpoint(link: str) -> str:
    """Version 2: `-` for `%`, `_` for `/`."""
    _, _, packed = link.partition("u=")
    return unquote(packed.partition("&")[0].replace("-", "%").replace("_", "/")) if packed else link


@lru_cache(maxsize=32_768)
def _folded(word: str) -> str:
    return "".join(letter for letter in _as_compared(word) if letter.isalnum())


def _as_compared(text: str) -> str:
    return unicodedata.normalize("NFKD", text).casefold()


@dataclass(frozen=True, slots=True)
class MailFingerprint:
    """The words and links of one mail, as hashes by one of the keys."""

    words: array[int]
    links: frozenset[int]


def mail_fingerprint(key: bytes, text: str) -> str:
    """To travel: which key, then the words in order, then the links; base64."""
    words = [hashed(key, word) for word in words_of(text)[:MOST_WORDS]]
    links = [hashed(key, link) for link in dict.fromkeys(links_of(text))]
    numbers = [hashed(key, ""), len(words), *words, *links]
    return base64.b64encode(b"".join(number.to_bytes(WIDTH) for number in numbers)).decode()


def read_fingerprint(keys: Sequence[bytes], said: str) -> tuple[bytes, MailFingerprint] | None:
    """The key it was made with and what it holds; None when that key is not ours any more."""
    raw = base64.b64decode(said)
    numbers = [int.from_bytes(raw[at : at + WIDTH]) for at in range(0, len(raw), WIDTH)]
    key = next((key for key in keys if hashed(key, "") == numbers[0]), None)
    if key is None:
        return None
    count = numbers[1]
    return key, MailFingerprint(array("l", numbers[2 : 2 + count]), frozenset(numbers[2 + count :]))


@lru_cache(maxsize=65_536)
def hashed(key: bytes, word: str) -> int:
    digest = hashlib.blake2b(word.encode("utf-8", "replace"), digest_size=WIDTH, key=key[:64])
    return int.from_bytes(digest.digest())
