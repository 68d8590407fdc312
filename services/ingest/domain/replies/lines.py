"""One line of a reply: its margin, its words, and which of them are ours."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

MARGIN = re.compile(r"[ \t]{0,40}(?:\|?>{1,9}[ \t]?){1,12}")


@dataclass
class ReplyLine:
    """`ours` of its words (numbers) are a quote of ours. `cut`: nothing of it is left."""

    text: str
    words: list[int] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    ours: set[int] = field(default_factory=set)
    cut: bool = False

    @property
    def margin(self) -> str:
        found = MARGIN.match(self.text)
        return found.group() if found else ""

    @property
    def depth(self) -> int:
        return self.margin.count(">")

    @property
    def bare(self) -> str:
        return self.text[len(self.margin) :]

    @property
    def blank(self) -> bool:
        """Nothing stands in it, or what stands above the small print of our mails."""
        return self.bare.strip() in ("", "--")


def without_margin(text: str, depth: int) -> str:
    """Without the first `depth` marks of its margin."""
    for _ in range(depth):
        text = re.sub(r"^[ \t]*\|?>[ \t]?", "", text, count=1)
    return text
