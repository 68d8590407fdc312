"""Personal data in what may become public: addresses, telephone numbers, names of the asker.

Marking helps the coordinator who releases; it proves nothing. A name that the asker never gave, or a story
that only one person could tell, is seen by people alone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

MAIL = re.compile(r"[\w.+%-]{1,64}+@[\w-]++(?:\.[\w-]++)++")
"""At most 64 letters before the @ (RFC 5321, 4.5.3.1.1): a text without any is not read once per letter."""
PHONE = re.compile(
    r"(?<![\w/.-])(?:\+|00)\d{1,3}[ .\u00a0-]?(?:\(0\))?\d(?:[ .\u00a0-]?\d){6,11}(?!\w)"
    r"|(?<![\w/.-])0[1-9](?:[ .\u00a0-]?\d{2}){4}(?!\w)"
)
STREET = re.compile(
    r"\b\d{1,4}(?: ?(?:bis|ter))?,? "
    r"(?:rue|avenue|av\.|boulevard|bd|place|impasse|allée|chemin|quai|route|cours)"
    r" [^\n,.;]{3,60}(?:, ?\d{5} [A-ZÉÈ][\w' -]+)?",
    re.IGNORECASE,
)
ACCOUNT = re.compile(r"(?<![\w/@.])@[\w.-]+(?:@[\w-]+(?:\.[\w-]+)+)?")
PATTERNS = {"mail": MAIL, "telephone": PHONE, "street": STREET, "account": ACCOUNT}

NEEDS = {kind: re.compile("@" if kind in ("mail", "account") else "[0-9]") for kind in PATTERNS}
"""What a text without which holds none of the kind: years of answers are read in minutes."""

COMBINING = {code: None for code in range(0x300, 0x1_E950) if unicodedata.combining(chr(code))}
"""Marks above and below letters, to be left out."""

SHORTEST_NAME = 3
"""Letters: `Li` or `de` would be marked in half of all sentences."""


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """Characters `start` to `end` (excluded) of a text that look personal, and what they look like."""

    start: int
    end: int
    kind: str


def marks(text: str, names: Iterable[str] = ()) -> tuple[Mark, ...]:
    """Every personal looking place, in order, none overlapping: the first and longest wins."""
    found = sorted((*_patterns(text), *_names(text, names)), key=lambda mark: (mark.start, -mark.end))
    kept: list[Mark] = []
    for mark in found:
        if not kept or mark.start >= kept[-1].end:
            kept.append(mark)
    return tuple(kept)


def masked(text: str, found: Iterable[Mark], mask: str = "[…]") -> str:
    """The text with every marked place replaced."""
    parts, last = [], 0
    for mark in found:
        parts += [text[last : mark.start], mask]
        last = mark.end
    return _without_hidden_addresses("".join((*parts, text[last:])), mask)


def _without_hidden_addresses(text: str, mask: str) -> str:
    """A mail link whose address is masked leads nowhere: of `[label](mailto:[…])` the label is left, of
    `<mailto:[…]>` the mask."""
    if f"mailto:{mask}" not in text.replace("MAILTO:", "mailto:").replace("Mailto:", "mailto:"):
        return text
    away, inside = re.escape(mask), r"[^\[\]\n]{0,500}+"
    label = rf"(?P<label>{inside}(?:{away}{inside}){{0,20}}+)"
    text = re.sub(
        rf"\[{label}\]\(<?mailto:{away}[^\s()<>]*>?(?:\s+[\"'(][^\n()]{{0,500}}[\"')])?\s*\)",
        lambda link: link["label"] or mask,
        text,
        flags=re.IGNORECASE,
    )
    return re.sub(rf"<?mailto:{away}(?:\?[^\s<>]*)?>?", lambda _: mask, text, flags=re.IGNORECASE)


def _patterns(text: str) -> Iterator[Mark]:
    for kind, pattern in PATTERNS.items():
        if not NEEDS[kind].search(text):
            continue
        for match in pattern.finditer(text):
            yield Mark(match.start(), match.end(), kind)


def _names(text: str, names: Iterable[str]) -> Iterator[Mark]:
    wanted = {folded(part) for name in names for part in re.findall(r"\w+", name)}
    for match in re.finditer(r"\w+", text) if wanted else ():
        if len(match[0]) >= SHORTEST_NAME and folded(match[0]) in wanted:
            yield Mark(match.start(), match.end(), "name")


def folded(word: str) -> str:
    """Without accents and case: Hélène and HELENE are one person."""
    return unicodedata.normalize("NFKD", word.casefold()).translate(COMBINING)
