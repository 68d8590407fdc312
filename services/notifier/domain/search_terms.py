"""Words as the archive compares them: without accents and case, slips of the pen forgiven."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from math import prod

from services.notifier.domain.personal_data import folded

WORD = re.compile(r"[^\W_]+")
SHORTEST = 3
LONGEST = 40
LONG_ENOUGH_TO_MISTYPE = 4


def plain(text: str) -> str:
    """What is indexed and searched: `Où sont les œuvres ?` → `ou sont les oeuvres ?`."""
    return folded(text).replace("œ", "oe").replace("æ", "ae")


def words(text: str) -> tuple[str, ...]:
    """The different words of a text, in order, without short ones and numbers other than years."""
    found = dict.fromkeys(word for word in WORD.findall(plain(text)) if SHORTEST <= len(word) <= LONGEST)
    return tuple(word for word in found if not word.isdigit() or len(word) == 4)


def likely_share(plain_text: str, uses: Sequence[int], all_entries: int) -> float:
    """The share of entries that match a search, as far as can be told from how many hold each of its words:
    all of them, or any where it says `or`."""
    shares = [min(number / all_entries, 1.0) for number in uses] if all_entries else []
    return min(sum(shares), 1.0) if " or " in plain_text else prod(shares)


def near(word: str) -> list[str]:
    """The word and what is left of it without any one letter. Two words that differ by one letter too many,
    too few, wrong or swapped have one of these in common."""
    if len(word) < LONG_ENOUGH_TO_MISTYPE:
        return [word]
    return list(dict.fromkeys((word, *(word[:at] + word[at + 1 :] for at in range(len(word))))))


def closest(mistyped: str, candidates: Iterable[tuple[str, int]]) -> str | None:
    """The candidate with the fewest slips, then the one most used."""
    ranked = sorted((slips(mistyped, word), -uses, word) for word, uses in candidates)
    return ranked[0][2] if ranked and ranked[0][0] <= 2 else None


def slips(one: str, other: str) -> int:
    """Letters to add, drop or change to make one word of the other (Levenshtein)."""
    row = list(range(len(other) + 1))
    for line, letter in enumerate(one, 1):
        diagonal, row[0] = row[0], line
        for column, against in enumerate(other, 1):
            diagonal, row[column] = (
                row[column],
                min(row[column] + 1, row[column - 1] + 1, diagonal + (letter != against)),
            )
    return row[-1]
