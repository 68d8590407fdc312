"""Links of ours that a mail program broke at the end of a line: no piece alone is known."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from services.contracts.links.marks import links_of, tokens

MOST_PIECES = 4


def broken_links(lines: Sequence[str], is_ours: Callable[[str], bool]) -> set[int]:
    """The numbers of the lines that hold nothing but pieces of one link of ours; lines without margin."""
    found: set[int] = set()
    for number, line in enumerate(lines):
        if number in found or "://" not in line or not _is_one_link(line.strip()):
            continue
        joined = line.strip()
        for length, piece in enumerate(lines[number + 1 : number + MOST_PIECES], 2):
            joined += piece.strip()
            if not piece.strip() or not _is_one_link(joined):
                break
            if all(map(is_ours, links_of(joined))):
                found.update(range(number, number + length))
                break
    return found


def _is_one_link(text: str) -> bool:
    read = list(tokens(text))
    return len(read) == 1 and read[0].is_link
