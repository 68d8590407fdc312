"""Files that a program wrote into the text itself, as programs did before MIME and Lotus Notes still does
(POSIX.1-2017, uuencode)."""

from __future__ import annotations

import binascii
import re

BEGIN = re.compile(r"^begin [0-7]{3,4} (?P<name>\S[^\n]{0,200})\n", re.MULTILINE)
LONGEST_LINE = 200
NOTHING = ("", " ", "`")
"""The line of no bytes, before the last; on the way its space is often lost."""
MOST_FILES = 20


def taken_out(text: str) -> tuple[str, list[tuple[str, bytes]]]:
    """The text without them, and (name, content) of each. What only looks like one stays where it is. Each
    line is read once: a line of content is never one that begins a file."""
    left: list[str] = []
    files: list[tuple[str, bytes]] = []
    kept = at = 0
    while len(files) < MOST_FILES and (begin := BEGIN.search(text, at)):
        content, at = _content(text, begin.end())
        if content is None:
            continue
        left.append(text[kept : begin.start()])
        files.append((begin["name"].strip(), content))
        kept = at
    return "".join((*left, text[kept:])), files


def _content(text: str, at: int) -> tuple[bytes | None, int]:
    """From here to its `end`, and where that ends; None, and the first line that is none of it."""
    pieces: list[bytes] = []
    while (piece := _decoded(_line(text, at))) is not None:
        pieces.append(piece)
        at = min(len(text), text.find("\n", at) + 1 or len(text))
    line = _line(text, at)
    if line in NOTHING and at + len(line) < len(text):
        at += len(line) + 1
        line = _line(text, at)
    if not pieces or line.rstrip(" \t") != "end":
        return None, at
    return b"".join(pieces), at + len(line)


def _line(text: str, at: int) -> str:
    """Without its end; of a longer one than any of a file, its beginning."""
    end = text.find("\n", at, at + LONGEST_LINE)
    return text[at : at + LONGEST_LINE if end < 0 else end]


def _decoded(line: str) -> bytes | None:
    """None where it is none of a file: each says how many bytes it holds (1 to 45), and ends with them."""
    size = (ord(line[0]) - 32) & 63 if line and " " <= line[0] <= "`" else 0
    if not 0 < size <= 45 or len(line.rstrip()) > 1 + (size + 2) // 3 * 4 + 1:
        return None
    try:
        return binascii.a2b_uu(line[: 1 + (4 * size + 2) // 3])  # what fills the last group is none
    except (binascii.Error, ValueError):
        return None
