"""Many partners at once: a crowd is a whole number with one byte for each partner, 1 where it is among them.

`&`, `|` and `& ~` of two crowds of 15,000 cost a microsecond, of two sets of names a millisecond.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import compress

PartnerSet = int
NOBODY: PartnerSet = 0

FEW = 16
"""Less than one in so many is looked up one by one."""
_MARK = re.compile(rb"\x01")


class PartnerIndex:
    """The names that crowds are of, in their order."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names: Sequence[str] = sorted(names)
        self._at = {name: at for at, name in enumerate(self.names)}
        self.everyone = self.crowd(self.names)

    def crowd(self, names: Iterable[str]) -> PartnerSet:
        """Of those who are on the roll; others don't count."""
        marks, places = bytearray(len(self.names)), self._at
        for name in names:
            if name in places:
                marks[places[name]] = 1
        return int.from_bytes(marks, "little")

    def named(self, crowd: PartnerSet) -> list[str]:
        """Their names, in order."""
        marks = crowd.to_bytes(len(self.names), "little")
        if crowd.bit_count() * FEW < len(self.names):
            return [self.names[found.start()] for found in _MARK.finditer(marks)]
        return list(compress(self.names, marks))

    def has(self, crowd: PartnerSet, name: str) -> bool:
        return bool(crowd >> 8 * self._at[name] & 1)
