"""What a reader sees of a text in HTML. What is not plainly markup is kept as it was written."""

from __future__ import annotations

import re
from html import unescape

LINES = re.compile("div|br|hr|li|dt|dd|tr|h[1-6]|blockquote|pre|ul|ol|table", re.I)
"""What begins a new line; a `p` a paragraph."""
MARKUP = re.compile(
    "html|head|body|meta|link|base|noscript|main|article|section|header|footer|nav|aside|address|hgroup|div|p"
    "|br|hr|pre|blockquote|ol|ul|menu|li|dl|dt|dd|figure|figcaption|h[1-6]|a|em|strong|small|s|cite|q|dfn|abbr"
    "|acronym|data|time|code|var|samp|kbd|sub|sup|i|b|u|mark|ruby|rb|rt|rp|bdi|bdo|span|wbr|ins|del|strike|tt"
    "|big|font|center|nobr|basefont|picture|source|img|iframe|embed|object|param|video|audio|track|map|area"
    "|svg|table|caption|colgroup|col|tbody|thead|tfoot|tr|td|th|form|label|input|button|select|option|optgroup"
    r"|textarea|fieldset|legend|details|summary|dir|(?:o|v|w|m|x|st\d|u\d):\w+",
    re.I,
)
"""Elements of HTML, and Office's own: `<www.bnf.fr>`, `<jean@mail.example>` and `<nom>` are none."""
VALUE = r"""(?:"[^"]*+"|'[^']*+'|[^\s"'<>]++)"""
BARE = r"nowrap|noshade|compact|hidden|disabled|checked|selected|controls|allowfullscreen|open|data-[\w-]++"
"""What an attribute without a value may be: `<b et c>` is no tag."""
TAG = re.compile(
    rf"<(?P<end>/?)(?P<name>[a-z][a-z0-9]*+(?::[a-z]\w*+)?)"
    rf"(?:\s*+(?:(?<=[\s\"'])[\w:.@-]++\s*+=\s*+{VALUE}?+|(?<=\s)(?:{BARE})(?=[\s/>])))*+\s*+/?>",
    re.I,
)
UNSEEN = re.compile(
    r"<(script|style)(?=[\s>])[^<>]*+>.*?</\1\s*+>|<!--.*?-->|<!doctype[^<>]*+>|<!\[(?!CDATA)[^<>\[\]]*+\]>"
    r"|<\?xml[^<>]*+>",
    re.I | re.S,
)
TITLE = re.compile(r"<title>[^<]*+</title>", re.I)
"""Of a whole document, whose head nobody is shown."""
LEFT = re.compile(r"<(?:script|style|title)(?=[\s>])|<!--", re.I)
"""Never closed, so that nobody knows where its reader's words begin again."""


def text_of(html: str) -> str:
    """Its paragraphs and lines. A text without markup stays as it is, with what signs are written for."""
    seen = UNSEEN.sub("", TITLE.sub("", html) if "<head" in html.lower() else html)
    names = {tag["name"].lower() for tag in TAG.finditer(seen) if MARKUP.fullmatch(tag["name"])}
    if not names:
        return unescape(seen).strip()
    if any(name == "p" or LINES.fullmatch(name) for name in names):
        seen = seen.replace("\r\n", " ").replace("\n", " ")
    lines = (" ".join(line.split()) for line in unescape(TAG.sub(_in_words, seen)).split("\n"))
    return re.sub("\n{3,}", "\n\n", "\n".join(lines)).strip()


def _in_words(tag: re.Match[str]) -> str:
    name = tag["name"].lower()
    if not MARKUP.fullmatch(name):
        return tag[0]
    if name == "p":
        return "\n" if tag["end"] else "\n\n"
    return "\n" if LINES.fullmatch(name) and not tag["end"] else ""
