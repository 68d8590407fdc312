"""The few marks of an answer in plain words, as mails, posts and the archive carry them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token

LINKS = ("https://", "http://", "mailto:")
BARE = re.compile(r"((?<!\]\()(?<![<\[])\bhttps?://[^\s<>\[\]]+)", re.IGNORECASE)
"""An address that stands for itself: what looks like emphasis in it is none."""
HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+")
BULLET = re.compile(r"^([ \t]*)[*+][ \t]+(?=\S)")


class PlainReader(MarkdownIt):
    """CommonMark without images, markup and entities; an address stays as it was typed."""

    def __init__(self) -> None:
        super().__init__("commonmark", {"html": False})
        self.disable(["image", "html_inline", "entity"])

    def validateLink(self, url: str) -> bool:
        return url.lower().startswith(LINKS)

    def normalizeLink(self, url: str) -> str:
        return url


_READER = PlainReader()


def plain(text: str) -> str:
    """Links as `title (address)`, lists with dashes, headings and emphasis without their marks; what is no
    mark of CommonMark's stays as it was typed, line by line."""
    return "\n".join(_plain_line(line) for line in text.replace("\0", "").split("\n"))


def _plain_line(line: str) -> str:
    bare = BULLET.sub(r"\1- ", HEADING.sub("", line))
    begin = bare[: len(bare) - len(bare.lstrip())]
    pieces = BARE.split(bare[len(begin) :])
    return begin + "".join(piece if number % 2 else _inline(piece) for number, piece in enumerate(pieces))


def _inline(piece: str) -> str:
    if not piece.strip():
        return piece
    [line] = _READER.parseInline(piece)
    return "".join(_said(iter(line.children or ())))


def _said(tokens: Iterator[Token]) -> Iterable[str]:
    """Until the end, or the end of the link that they stand in."""
    for token in tokens:
        if token.type == "link_open":
            label, to = "".join(_said(tokens)), str(token.attrGet("href")).removeprefix("mailto:")
            yield to if label in (to, "") else f"{label} ({to})"
        elif token.type == "link_close":
            return
        else:
            yield token.content
