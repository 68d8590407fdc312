"""Words as the archive compares them: without accents and case, slips of the pen forgiven."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from math import prod

from services.notifier.domain.personal_data import folded

WORD = re.compile(r"[^\W_]+")
SHORTEST = 3
LONGEST = 40
LONG_ENOUGH_TO_MISTYPE, LONG_ENOUGH_FOR_TWO = 4, 6
"""Letters of a word in which one slip, or two, are forgiven."""
PREFIX = 7
"""Letters that are compared first: two words with two slips have most of these in common (SymSpell)."""


def plain(text: str) -> str:
    """What is indexed and searched: `Où sont les œuvres ?` → `ou sont les oeuvres ?`."""
    return folded(text).replace("œ", "oe").replace("æ", "ae")


def words(text: str) -> tuple[str, ...]:
    """The different words of a text, in order, without short ones and numbers other than years."""
    return words_of_plain(plain(text))


def words_of_plain(text: str) -> tuple[str, ...]:
    """Of a text that `plain` made."""
    found = dict.fromkeys(word for word in WORD.findall(text) if SHORTEST <= len(word) <= LONGEST)
    return tuple(word for word in found if not word.isdigit() or len(word) == 4)


def likely_share(plain_text: str, uses: Sequence[int], all_entries: int) -> float:
    """The share of entries that match a search, as far as can be told from how many hold each of its words:
    all of them, or any where it says `or`."""
    shares = [min(number / all_entries, 1.0) for number in uses] if all_entries else []
    return min(sum(shares), 1.0) if " or " in plain_text else prod(shares)


def near(word: str) -> list[str]:
    """The word's first letters, and what is left of them without any one or two. Two words that differ by so
    many letters too many, too few, wrong or swapped have one of these in common."""
    begin = word[:PREFIX]
    found, last = {begin: None}, [begin]
    for _ in range(slips_forgiven(word)):
        last = [one[:at] + one[at + 1 :] for one in last for at in range(len(one))]
        found.update(dict.fromkeys(last))
    return list(found)


def slips_forgiven(word: str) -> int:
    """None where a digit stands: another year is another subject. Two slips in four letters leave half a
    word, and nearly any other would do."""
    if any(letter.isdigit() for letter in word):
        return 0
    return (len(word) >= LONG_ENOUGH_TO_MISTYPE) + (len(word) >= LONG_ENOUGH_FOR_TWO)


def closest(mistyped: str, candidates: Iterable[tuple[str, int]]) -> str | None:
    """The candidate with the fewest slips, then the one most used. A plural's ending is no slip."""
    most = slips_forgiven(mistyped)
    ranked = sorted(
        (min(slips(mistyped, word), slips(mistyped, word.rstrip("sx"))), -uses, word)
        for word, uses in candidates
        if _begins_alike(mistyped, word)
    )
    return ranked[0][2] if most and ranked and ranked[0][0] <= most else None


def _begins_alike(mistyped: str, word: str) -> bool:
    """A short word is hardly mistyped at its beginning: `chat` is no slip for `what`."""
    return len(mistyped) >= LONG_ENOUGH_FOR_TWO or word[:1] in (mistyped[:1], mistyped[1:2])


def slips(one: str, other: str) -> int:
    """Letters to add, drop, change, or swap with their neighbour, to make one word of the other (optimal
    string alignment)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for line, letter in enumerate(one, 1):
        above, row = row, [line]
        for column, against in enumerate(other, 1):
            fewest = min(above[column] + 1, row[-1] + 1, above[column - 1] + (letter != against))
            if min(line, column) > 1 and one[line - 2] == against and letter == other[column - 2]:
                fewest = min(fewest, before[column - 2] + 1)
            row.append(fewest)
        before = above
    return row[-1]
