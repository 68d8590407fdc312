"""Files that a program wrote into the text itself, as programs did before MIME and Lotus Notes still does
(POSIX.1-2017, uuencode)."""

from __future__ import annotations

import binascii
import re

BEGIN = re.compile(r"^begin [0-7]{3,4} (?P<name>\S[^\n]{0,200})\n", re.MULTILINE)
END = re.compile(r"^(?:[ `]?\n)?end[ \t]*$", re.MULTILINE)
MOST_FILES = 20


def taken_out(text: str) -> tuple[str, list[tuple[str, bytes]]]:
    """The text without them, and (name, content) of each. What only looks like one stays where it is."""
    left: list[str] = []
    files: list[tuple[str, bytes]] = []
    at = 0
    while len(files) < MOST_FILES and (begin := BEGIN.search(text, at)):
        end = END.search(text, begin.end())
        if end is None:
            break
        content = _decoded(text[begin.end() : end.start()])
        if content is None:
            left.append(text[at : begin.end()])
            at = begin.end()
            continue
        left.append(text[at : begin.start()])
        files.append((begin["name"].strip(), content))
        at = end.end()
    return "".join((*left, text[at:])), files


def _decoded(lines: str) -> bytes | None:
    """None where a line is none of it: each says how many bytes it holds (1 to 45), and ends with them."""
    pieces: list[bytes] = []
    for line in lines.rstrip("\n").split("\n"):
        size = (ord(line[0]) - 32) & 63 if line and " " <= line[0] <= "`" else 0
        if not 0 < size <= 45 or len(line.rstrip()) > 1 + (size + 2) // 3 * 4 + 1:
            return None
        try:
            pieces.append(
                binascii.a2b_uu(line[: 1 + (4 * size + 2) // 3])
            )  # what fills the last group is none
        except (binascii.Error, ValueError):
            return None
    return b"".join(pieces)
