"""A text as its reader sees it: one kind of digit, blank, hyphen and @, and nothing that can't be seen."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

TextSpan = tuple[int, int]
"""From, to (excluded), in characters."""

INVISIBLE = re.compile(
    r"[\u00ad\u034f\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
    r"\U000e0000-\U000e007f]|\*++(?=\d)|(?<=\d)\*++|\\(?=[.@_-])"
)
"""With the marks of CommonMark within a number or an address."""
DIGITS = {code: str(int(chr(code))) for code in range(0x660, 0x1_FBFA) if chr(code).isdecimal()}
"""Arabic, Bengali, full-width and all others: a telephone number is one in each of them."""
SIGNS = {
    **dict.fromkeys(map(ord, "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008"), " "),
    **dict.fromkeys(map(ord, "\u2009\u200a\u202f\u205f\u3000"), " "),
    **dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\uff0d"), "-"),
    **dict.fromkeys(map(ord, "\u2018\u2019\u02bc\uff07"), "'"),
    **dict.fromkeys(map(ord, "\uff20\ufe6b"), "@"),
    **dict.fromkeys(map(ord, "\uff0e\u2024\ufe52"), "."),
    **dict.fromkeys(map(ord, "\u00b7\u2022\u2027\u30fb"), "-"),
    ord("\uff0b"): "+",
    ord("\uff0f"): "/",
    ord("\u2044"): "/",
}
ONE_FOR_ONE = DIGITS | SIGNS


@dataclass(frozen=True, slots=True)
class Letters:
    """`plain` is looked at; its character `n` is the text's character `places[n]`. `places` is None where
    they are the same."""

    plain: str
    places: Sequence[int] | None = None

    def span(self, start: int, end: int) -> TextSpan:
        """Of the text, for a span of `plain` that is not empty."""
        if self.places is None:
            return start, end
        return self.places[start], self.places[end - 1] + 1


def letters(text: str) -> Letters:
    if not INVISIBLE.search(text):
        return Letters(text.translate(ONE_FOR_ONE))
    places = tuple(_seen(text))
    return Letters("".join(text[place] for place in places).translate(ONE_FOR_ONE), places)


def _seen(text: str) -> Iterator[int]:
    at = 0
    for hidden in INVISIBLE.finditer(text):
        yield from range(at, hidden.start())
        at = hidden.end()
    yield from range(at, len(text))


def around(starts: Iterable[int], before: int, after: int) -> Iterator[TextSpan]:
    """Where a pattern has to be looked for that has one of these places in it, in order; what overlaps is
    one."""
    begin, end = 0, -1
    for start in starts:
        if start - before <= end:
            end = start + after
            continue
        if end >= 0:
            yield begin, end
        begin, end = max(0, start - before), start + after
    if end >= 0:
        yield begin, end


def holds(low: str, words: tuple[str, ...]) -> bool:
    """Whether one of these pieces stands in a text in small letters: years of answers are read in minutes,
    and most of them hold none of what a pattern looks for."""
    return any(word in low for word in words)
