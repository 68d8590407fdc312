"""HTML mail as plain text: quotes keep their mark in the margin, links their address.

The standard library's parser reads what is not closed again from each of its tags: 20 kB of `<a ` take it a
minute. Here every letter is read once: the patterns are possessive, what is not closed ends with the text.
"""

import re
from collections.abc import Iterator
from html import unescape

PARAGRAPHS = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol", "pre"})
BLOCKS = PARAGRAPHS | {"address", "article", "aside", "blockquote", "body", "center", "dd", "div", "dl", "dt"}
BLOCKS |= {"footer", "form", "header", "hr", "li", "main", "nav", "section", "tbody", "tfoot", "thead", "tr"}
HIDDEN = frozenset({"head", "script", "style", "title", "template", "svg", "noscript", "select"})
VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
)
NOT_SHOWN = re.compile(
    r"display\s{0,9}:\s{0,9}none|visibility\s{0,9}:\s{0,9}hidden|mso-hide\s{0,9}:\s{0,9}all"
    r"|(?:^|\s)hidden(?:\s|=|/|$)",
    re.IGNORECASE,
)
"""What newsletters write for the list of mails alone, and no program shows in the mail."""
DEEPEST_QUOTE = 12
LONGEST_HTML = 2_000_000
"""Characters looked at: with style sheets and pictures' frames, some hundred thousand are not rare."""

_VALUE = r"""(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z))"""
TOKEN = re.compile(
    rf"""<!--.*?(?:--!?\s*+>|\Z)|<[!?][^>]*+(?:>|\Z)
    |</(?P<close>[a-z][^\s/>]*+)?+[^>]*+(?:>|\Z)
    |<(?P<open>[a-z][^\s/>]*+)(?P<attributes>(?:[^>"'=]++|=\s*+{_VALUE}?+|["'])*+)(?:>|\Z)
    |(?P<words>[^<]++|<)""",
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)
ATTRIBUTE = re.compile(
    r"""([^\s/=>"']++)(?:\s*+=\s*+(?:"([^"]*+)"?|'([^']*+)'?|([^\s>]*+)))?+""",
)
INDENTED = re.compile(r"border(?:-left)?\s*+:\s*+(?:none|0)\b", re.IGNORECASE)
"""A block moved to the right by its writer is marked up as a quote, too, but bears no line at its left."""
"""The value is optional: a name without one, tried from each of its letters, would take its square."""
NUMBER = re.compile(r"\d{1,6}")
RAISED_NUMBER = re.compile(r"\s{0,9}[0-9+-]{1,8}\s{0,9}")
HIGH = str.maketrans("0123456789+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻")
LOW = str.maketrans("0123456789+-", "₀₁₂₃₄₅₆₇₈₉₊₋")
"""Of `m<sup>2</sup>` must not become m2, which is another word."""
DEEPEST_LIST = 20
RAW_END = {tag: re.compile(rf"</{tag}\b", re.IGNORECASE) for tag in ("script", "style")}
"""Between these tags a `<` begins nothing."""


def html_to_text(html: str) -> str:
    """Plain text of an HTML mail; broken markup is read as far as it goes, never refused."""
    shown = _read(html, by_style=True)
    return (shown if shown.is_whole else _read(html, by_style=False)).text()


def _read(html: str, *, by_style: bool) -> "_TextReader":
    reader = _TextReader(by_style=by_style)
    for token in _tokens(html[:LONGEST_HTML]):
        reader.read(token)
    return reader


def _tokens(html: str) -> Iterator[re.Match[str]]:
    position = 0
    while token := TOKEN.match(html, position):
        yield token
        position = token.end()
        if (end := RAW_END.get((token["open"] or "").lower())) and not token["attributes"].endswith("/"):
            found = end.search(html, position)
            position = found.start() if found else len(html)


def _attribute(attributes: str, wanted: str) -> str:
    """Its value; empty when there is none."""
    values = {name.lower(): "".join(value) for name, *value in ATTRIBUTE.findall(attributes)}
    return _characters(values.get(wanted, ""))


def _start(attributes: str) -> int:
    """The number that an ordered list begins with."""
    given = _attribute(attributes, "start")
    return int(given) if NUMBER.fullmatch(given) else 1


def _characters(text: str) -> str:
    try:
        return unescape(text)
    except ValueError:  # a number of thousands of digits names no character
        return text


class _TextLine:
    """Grows by pieces: to copy a long line for each word would take its square."""

    def __init__(self) -> None:
        self._pieces: list[str] = []

    def add(self, text: str) -> None:
        """No blank at the beginning or after another."""
        self.add_as_is(text if self._pieces and not self._pieces[-1].endswith(" ") else text.lstrip())

    def add_as_is(self, text: str) -> None:
        if text:
            self._pieces.append(text)

    def ends_with(self, text: str) -> bool:
        tail, pieces = "", reversed(self._pieces)
        while len(tail) < len(text) and (piece := next(pieces, "")):
            tail = piece[-len(text) :] + tail
        return tail.endswith(text)

    def strip_end(self) -> bool:
        """Whether there was a blank at the end."""
        stripped = False
        while self._pieces and self._pieces[-1][-1].isspace():
            self.add_as_is(self._pieces.pop().rstrip())
            stripped = True
        return stripped

    def take(self) -> str:
        text, self._pieces = "".join(self._pieces), []
        return text


class _TextReader:
    """`by_style`: what a style hides is not read either."""

    def __init__(self, *, by_style: bool) -> None:
        self._by_style = by_style
        self._lines: list[str] = []
        self._line = _TextLine()
        self._quotes: list[bool] = []
        self._lists: list[int | None] = []
        self._raised = ""
        self._hidden: list[str] = []
        self._preformatted = 0
        self._target = ""

    @property
    def is_whole(self) -> bool:
        """What is hidden by its style and never closed would take all behind it along."""
        return not self._by_style or all(tag in HIDDEN for tag in self._hidden)

    def read(self, token: re.Match[str]) -> None:
        if token["words"]:
            self._say(_characters(token["words"]))
        elif token["open"]:
            self._begin(token["open"].lower(), token["attributes"])
        elif token["close"]:
            self._end(token["close"].lower())

    def _begin(self, tag: str, attributes: str) -> None:
        if tag in HIDDEN or self._is_hidden(tag, attributes):
            self._hidden.append(tag)
        elif not self._hidden:
            self._open(tag, attributes)
        if attributes.endswith("/"):
            self._end(tag)

    def _is_hidden(self, tag: str, attributes: str) -> bool:
        if not self._by_style or tag in VOID:
            return False
        within = bool(self._hidden) and self._hidden[-1] == tag
        return within or (not self._hidden and NOT_SHOWN.search(attributes) is not None)

    def _open(self, tag: str, attributes: str) -> None:
        if tag in BLOCKS or tag == "br":
            self._break(paragraph=tag in PARAGRAPHS, empty=tag == "br")
        if tag == "blockquote":
            self._quotes.append(INDENTED.search(attributes) is None)
        elif tag in ("ol", "ul"):
            self._lists = [*self._lists[-DEEPEST_LIST:], _start(attributes) if tag == "ol" else None]
        elif tag == "li":
            self._line.add_as_is(self._mark(attributes))
        elif tag in ("sup", "sub"):
            self._raised = tag
        elif tag == "hr":
            self._line.add_as_is("_" * 32)
            self._break()
        elif tag == "pre":
            self._preformatted += 1
        elif tag == "a":
            self._target = _attribute(attributes, "href")

    def _end(self, tag: str) -> None:
        if self._hidden:
            if tag == self._hidden[-1]:
                self._hidden.pop()
            return
        if tag == "a":
            self._show_link()
        if tag in BLOCKS:
            self._break(paragraph=tag in PARAGRAPHS)
        if tag == "blockquote":
            del self._quotes[-1:]
        elif tag in ("ol", "ul") and self._lists:
            self._lists.pop()
        elif tag in ("sup", "sub"):
            self._raised = ""
        elif tag == "pre":
            self._preformatted = max(self._preformatted - 1, 0)
        elif tag in ("td", "th"):
            self._line.add_as_is(" ")

    def _say(self, words: str) -> None:
        if self._hidden:
            return
        if self._raised and RAISED_NUMBER.fullmatch(words):
            words = words.translate(HIGH if self._raised == "sup" else LOW)
        if not self._preformatted:
            self._line.add(re.sub(r"[ \t\r\n\f]+", " ", words))
            return
        *whole, rest = words.split("\n")
        for line in whole:
            self._line.add_as_is(line)
            self._lines.append(self._margin() + self._line.take())
        self._line.add_as_is(rest)

    def _show_link(self) -> None:
        target, self._target = self._target, ""
        if not target.startswith(("http://", "https://")):
            return
        blank = self._line.strip_end()
        if not (self._line.ends_with(target) or self._line.ends_with(target.rstrip("/"))):
            self._line.add_as_is(f" <{target}>")
        elif blank:
            self._line.add_as_is(" ")

    def _mark(self, attributes: str) -> str:
        """What stands before an item of a list: its number where it has one."""
        number = self._lists[-1] if self._lists else None
        if number is None:
            return "- "
        given = _attribute(attributes, "value")
        number = int(given) if NUMBER.fullmatch(given) else number
        self._lists[-1] = number + 1
        return f"{number}. "

    def _margin(self) -> str:
        return "> " * min(sum(self._quotes), DEEPEST_QUOTE)

    def _break(self, *, paragraph: bool = False, empty: bool = False) -> None:
        """End the line; after it a blank one for a paragraph, or for a second `br` in a row."""
        line = self._line.take()
        shown = bool(line.strip())
        if shown:
            self._lines.append((self._margin() + line).rstrip())
        if (paragraph or (empty and not shown)) and self._lines and self._lines[-1].strip(" >"):
            self._lines.append(self._margin().rstrip())

    def text(self) -> str:
        self._break()
        return re.sub(r"\n{3,}", "\n\n", "\n".join(self._lines)).strip("\n")
