"""The few marks of a written text (CommonMark 0.31), as safe HTML and as plain words: one reading for both.

Read are paragraphs, lists, headings, quotations, emphasis, links and line breaks. Everything else stands as
it was typed: markup, entities, images, code, tables, rules, references. Nothing that can be read is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import count

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline, autolink
from markdown_it.token import Token
from markupsafe import Markup, escape

from services.chassis.language.labels import hides
from services.chassis.language.typography import bound
from services.contracts.vocabulary import TextFormat

DEEPEST = 8
"""Levels of lists and quotations in one another; what is deeper is words of the deepest, marks and all."""
LONGEST = 120_000
"""Letters: an answer and its correction on the wire. The marks of a longer text are not read."""
SIGNS = "[]*_<!\\`"
MOST_SIGNS = MOST_LINES = 2_000
"""Nobody writes more of them: the marks of a text with more are not read, for each costs time."""
MOST_TOKENS = 12_000
"""Begins and ends of blocks, lists in lists in each line; what comes after them is one paragraph."""
REMEMBERED = 128
"""Texts that many readers see one after the other. The longest takes some 300 kB as HTML."""
LINKS = re.compile(r"(?:https?://[^\s/]|mailto:[^\s@]+@)[^\s\x00-\x1f\x7f]*+", re.IGNORECASE)
SCHEME = re.compile(r"(?<![a-z0-9.+-])https?\Z", re.IGNORECASE)
ADDRESS = re.compile(r"[^\s<>\[\]\"]{1,2000}+")
AFTER = ".,;:!?'’»*_~"
"""What ends a sentence behind an address, and is none of it."""
SIGN_FIRST = re.compile(r"\A (?=[;:!?»])")
"""Behind emphasis or a link: no line begins with such a sign."""
UNREAD = ("code", "fence", "hr", "html_block", "reference", "lheading", "table")
UNREAD_IN_LINES = ("image", "html_inline", "entity", "backticks")
TAGS = {
    "paragraph_open": "<p>",
    "paragraph_close": "</p>\n",
    "bullet_list_open": "<ul>\n",
    "bullet_list_close": "</ul>\n",
    "ordered_list_close": "</ol>\n",
    "list_item_open": "<li>",
    "list_item_close": "</li>\n",
    "blockquote_open": "<blockquote>\n",
    "blockquote_close": "</blockquote>\n",
    "em_open": "<em>",
    "em_close": "</em>",
    "strong_open": "<strong>",
    "strong_close": "</strong>",
    "softbreak": "<br>\n",
    "hardbreak": "<br>\n",
    "link_close": "</a>",
}
"""All that is ever written of a text but its words, headings, numbers of lists and addresses of links."""


class MarksReader(MarkdownIt):
    """CommonMark's reader of these marks alone; an address stays as it was typed."""

    def __init__(self) -> None:
        super().__init__("commonmark", {"html": False, "maxNesting": 2 * DEEPEST + 8})
        self.disable([rule for rule in UNREAD if rule in self.get_all_rules()["block"]])
        self.disable([*UNREAD_IN_LINES])
        self.block.ruler.before("blockquote", "depth", _deep, {"alt": []})
        self.inline.ruler.after("text", "address", _bare_address)
        self.inline.ruler.at("autolink", _address_in_brackets)

    def validateLink(self, url: str) -> bool:
        return LINKS.fullmatch(url) is not None

    def normalizeLink(self, url: str) -> str:
        return url

    def normalizeLinkText(self, link: str) -> str:
        return link


def _deep(state: StateBlock, first: int, last: int, silent: bool) -> bool:
    """Too deep or too much to be looked at: all the rest is one paragraph, as it was typed."""
    if state.level < 2 * DEEPEST and len(state.tokens) < MOST_TOKENS:
        return False
    if not silent:
        state.push("paragraph_open", "p", 1)
        words = state.push("inline", "", 0)
        words.content, words.map = state.getLines(first, last, state.blkIndent, False).strip(), [first, last]
        words.children = []
        state.push("paragraph_close", "p", -1)
        state.line = last
    return True


def _address_in_brackets(state: StateInline, silent: bool) -> bool:
    """No link in a link."""
    return state.linkLevel == 0 and autolink(state, silent)


def _bare_address(state: StateInline, silent: bool) -> bool:
    """An address that stands for itself is a link, and what looks like emphasis in it is none."""
    if not state.src.startswith("://", state.pos) or state.linkLevel > 0:
        return False
    if not (scheme := SCHEME.search(state.pending[-6:])) or not (
        found := ADDRESS.match(state.src, state.pos)
    ):
        return False
    rest = _without_end(found.group())
    url = scheme.group() + rest
    if not state.md.validateLink(url):
        return False
    if not silent:
        state.pending = state.pending[: -len(scheme.group())]
        state.push("link_open", "a", 1).attrs = {"href": url}
        state.push("text", "", 0).content = url
        state.push("link_close", "a", -1)
    state.pos += len(rest)
    return True


def _without_end(address: str) -> str:
    while address:
        bare = address.rstrip(AFTER)
        if bare.endswith(")") and bare.count(")") > bare.count("("):
            bare = bare[:-1]
        if bare == address:
            return address
        address = bare
    return address


_READER = MarksReader()


def html_of(text: str) -> Markup:
    """The tags `p ul ol li em strong h3 h4 a blockquote br`; of attributes `href` (http, https, mailto) with
    `rel`, and the number that a list starts with. A label that looks like another address hides none."""
    lines = text.replace("\0", "")
    if _has_marks_to_read(lines):
        return _html(lines)
    return Markup("<p>{}</p>\n").format(escape(bound(lines)).replace("\n", Markup("<br>\n")))


@lru_cache(maxsize=REMEMBERED)
def _html(lines: str) -> Markup:
    return Markup("".join(map(_tag, _flat(_READER.parse(lines)))))


def plain_words(text: str, form: TextFormat) -> str:
    """What there is to be read of it, without marks."""
    return plain_of(text) if form == "commonmark" else text


def marked(text: str, form: TextFormat) -> str | None:
    """The text with its marks; None of one that has none: an asterisk in it is an asterisk."""
    return text if form == "commonmark" else None


def plain_of(text: str) -> str:
    """As one types it in a mail: links as `title (address)`, lists with dashes or numbers, quotations after
    `> `. Where nothing is left to be read, or twice as much, the text as it was typed."""
    lines = text.replace("\0", "")
    said = _plain(lines) if _has_marks_to_read(lines) else lines
    return said if said.strip() and len(said) <= 2 * len(lines) else text


@lru_cache(maxsize=REMEMBERED)
def _plain(lines: str) -> str:
    return "\n\n".join(_blocks(iter(_READER.parse(lines)), ""))


def _has_marks_to_read(lines: str) -> bool:
    ends = lines.count("\n") + lines.count("\r") - lines.count("\r\n")
    return len(lines) <= LONGEST and ends <= MOST_LINES and sum(map(lines.count, SIGNS)) <= MOST_SIGNS


def _flat(tokens: Iterable[Token]) -> Iterator[Token]:
    """The words among the blocks. A link without a label says its address; so does one that looks like a link
    to somewhere else."""
    to, label = "", ""
    for token in tokens:
        for one in (token.children or ()) if token.type == "inline" else (token,):
            if one.type == "link_open":
                to, label = str(one.attrGet("href")).removeprefix("mailto:"), ""
            elif one.type == "link_close" and not label:
                yield Token("text", "", 0, content=to)
            elif to:
                label += _said(one)
            yield one
            if one.type == "link_close":
                if hides(label, to):
                    yield Token("text", "", 0, content=f" ({to})")
                to = ""


def _said(token: Token) -> str:
    return "\n" if token.type in ("softbreak", "hardbreak") else token.content


def _tag(token: Token) -> str:
    match token.type:
        case "paragraph_open" | "paragraph_close" if token.hidden:
            return ""
        case "heading_open":
            return f"<{_level(token)}>"
        case "heading_close":
            return f"</{_level(token)}>\n"
        case "ordered_list_open":
            first = _first_number(token)
            return "<ol>\n" if first == 1 else f'<ol start="{first}">\n'
        case "link_open":
            return f'<a href="{escape(str(token.attrGet("href")))}" rel="nofollow noopener">'
        case known if known in TAGS:
            return TAGS[known]
    return str(escape(bound(SIGN_FIRST.sub("\N{NO-BREAK SPACE}", token.content))))


def _level(token: Token) -> str:
    """A page or mail has its own first two."""
    return "h3" if token.tag in ("h1", "h2", "h3") else "h4"


def _first_number(token: Token) -> int:
    given = token.attrGet("start")
    return 1 if given is None else int(given)


def _blocks(tokens: Iterator[Token], end: str) -> Iterator[str]:
    """What stands one below the other until `end`."""
    for token in tokens:
        match token.type:
            case "inline":
                yield _words(token.children or ())
            case "bullet_list_open":
                yield _list(tokens, "bullet_list_close", None)
            case "ordered_list_open":
                yield _list(tokens, "ordered_list_close", _first_number(token))
            case "blockquote_open":
                yield _behind("> ", "> ", "\n\n".join(_blocks(tokens, "blockquote_close")))
            case known if known == end:
                return


def _list(tokens: Iterator[Token], end: str, first: int | None) -> str:
    """Its items; with empty lines between what has some in the text."""
    inside = [*_until(tokens, end)]
    loose = any(token.type == "paragraph_open" and not token.hidden for token in _direct(inside))
    rest, between = iter(inside), "\n\n" if loose else "\n"
    items = []
    for number, opened in zip(count(first or 0), rest, strict=False):
        before = "- " if first is None else f"{number}{opened.markup} "
        said = between.join(_blocks(rest, "list_item_close"))
        items.append(_behind(before, " " * len(before), said))
    return between.join(items)


def _until(tokens: Iterator[Token], end: str) -> Iterator[Token]:
    depth = 1
    for token in tokens:
        depth += token.nesting if token.type in (end, end.replace("_close", "_open")) else 0
        if depth == 0:
            return
        yield token


def _direct(inside: Sequence[Token]) -> Iterator[Token]:
    """What stands in an item itself, not in a list or quotation in it."""
    level = inside[0].level + 1 if inside else 0
    return (token for token in inside if token.level == level)


def _behind(first: str, later: str, said: str) -> str:
    lines = said.split("\n")
    return "\n".join(f"{first if not number else later}{line}".rstrip() for number, line in enumerate(lines))


def _words(tokens: Iterable[Token]) -> str:
    """A link as its label and, where that is another, its address."""
    said: list[str] = []
    label_from, to = 0, ""
    for token in tokens:
        if token.type == "link_open":
            label_from, to = len(said), str(token.attrGet("href")).removeprefix("mailto:")
        elif token.type == "link_close":
            label = "".join(said[label_from:])
            said[label_from:] = [to if label in (to, "") else f"{label} ({to})"]
        else:
            said.append(_said(token))
    return "".join(said)
