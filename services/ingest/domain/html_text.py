"""HTML mail as plain text: quotes keep their mark in the margin, links their address."""

import re
from html.parser import HTMLParser

PARAGRAPHS = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol", "pre"})
BLOCKS = PARAGRAPHS | {"address", "article", "aside", "blockquote", "body", "center", "dd", "div", "dl", "dt"}
BLOCKS |= {"footer", "form", "header", "hr", "li", "main", "nav", "section", "tbody", "tfoot", "thead", "tr"}
HIDDEN = frozenset({"head", "script", "style", "title", "template", "svg", "noscript", "select"})
DEEPEST_QUOTE = 12


def html_to_text(html: str) -> str:
    """Plain text of an HTML mail; broken markup is read as far as it goes, never refused."""
    reader = _TextReader()
    reader.feed(html)
    reader.close()
    return reader.text()


class _TextReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[str] = []
        self._line = ""
        self._quotes = 0
        self._hidden: list[str] = []
        self._preformatted = 0
        self._link = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._hidden or tag in HIDDEN:
            if tag in HIDDEN:
                self._hidden.append(tag)
            return
        self._open(tag, dict(attrs))

    def _open(self, tag: str, attributes: dict[str, str | None]) -> None:
        if tag in BLOCKS or tag == "br":
            self._break(paragraph=tag in PARAGRAPHS, empty=tag == "br")
        if tag == "blockquote":
            self._quotes = min(self._quotes + 1, DEEPEST_QUOTE)
        elif tag == "li":
            self._line = "- "
        elif tag == "hr":
            self._line = "_" * 32
            self._break()
        elif tag == "pre":
            self._preformatted += 1
        elif tag == "a":
            self._link = attributes.get("href") or ""

    def handle_endtag(self, tag: str) -> None:
        if self._hidden:
            if tag == self._hidden[-1]:
                self._hidden.pop()
            return
        if tag == "a":
            self._show_link()
        if tag in BLOCKS:
            self._break(paragraph=tag in PARAGRAPHS)
        if tag == "blockquote":
            self._quotes = max(self._quotes - 1, 0)
        elif tag == "pre":
            self._preformatted = max(self._preformatted - 1, 0)
        elif tag in ("td", "th"):
            self._line += " "

    def handle_data(self, data: str) -> None:
        if self._hidden:
            return
        if self._preformatted:
            *whole, rest = data.split("\n")
            for line in whole:
                self._line += line
                self._lines.append(self._margin() + self._line)
                self._line = ""
            self._line += rest
            return
        words = re.sub(r"[ \t\r\n\f]+", " ", data)
        self._line += words.lstrip() if not self._line or self._line.endswith(" ") else words

    def _show_link(self) -> None:
        shown, target = self._line.rstrip(), self._link
        self._link = ""
        if target.startswith(("http://", "https://")) and not shown.endswith((target, target.rstrip("/"))):
            self._line = f"{shown} <{target}>"

    def _margin(self) -> str:
        return "> " * self._quotes

    def _break(self, *, paragraph: bool = False, empty: bool = False) -> None:
        """End the line; after it a blank one for a paragraph, or for a second `br` in a row."""
        shown = bool(self._line.strip())
        if shown:
            self._lines.append((self._margin() + self._line).rstrip())
        self._line = ""
        if (paragraph or (empty and not shown)) and self._lines and self._lines[-1].strip(" >"):
            self._lines.append(self._margin().rstrip())

    def text(self) -> str:
        self._break()
        return re.sub(r"\n{3,}", "\n\n", "\n".join(self._lines)).strip("\n")
