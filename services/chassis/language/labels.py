"""Whether a link's label names another address than the one it leads to."""

from __future__ import annotations

import re
from unicodedata import category, normalize

ADDRESS_LIKE = re.compile(r"://|@|www\.|\w\.[^\W\d_]{2}", re.IGNORECASE)
AROUND = "()[]<>\"'’“”«».,;:!?*_/"
SCHEME = re.compile(r"\A(?:https?://(?:www\.)?|www\.|mailto:)", re.IGNORECASE)
MOST_LETTERS = 2_000
"""Of a label; a longer one is no address, and is never believed."""


def hides(label: str, address: str) -> bool:
    """`impots.example` for `https://evil.example/x` does. `bnf.example`, or the address without its end, for
    `https://www.bnf.example/a` does not: it leads there. `address` is without `mailto:`."""
    to = _bare(address)
    return label != address and (
        len(label) > MOST_LETTERS or any(not _names(word, to) for word in _addresses(label))
    )


def _addresses(label: str) -> list[str]:
    """What a reader takes for an address: signs that nobody sees, and other dots, make no difference."""
    seen = normalize("NFKC", "".join(one for one in label if category(one) != "Cf")).replace("。", ".")
    return [word for word in seen.split() if ADDRESS_LIKE.search(word)]


def _names(word: str, to: str) -> bool:
    """Up to where a host ends, or further."""
    named = _bare(word.strip(AROUND))
    return to.startswith(named) and to[len(named) : len(named) + 1] in ("", "/", "?", "#")


def _bare(address: str) -> str:
    return SCHEME.sub("", address).casefold().rstrip("/")
