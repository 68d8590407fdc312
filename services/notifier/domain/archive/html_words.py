"""What a reader sees of a text in HTML. What is not plainly markup is kept as it was written."""

from __future__ import annotations

import re
from html import unescape
from html.entities import html5
from urllib.parse import quote, unquote

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
BARE = (
    r"nowrap|noshade|compact|hidden|disabled|checked|selected|controls|allowfullscreen|open|data-[\w-]++"
    r"|required|readonly|multiple|autofocus|autoplay|muted|novalidate|ismap|itemscope|contenteditable"
)
"""What an attribute without a value may be: `<b et c>` is no tag."""
SURE = (
    r"(?:br|hr|td|th|tr|ul|dl|dt|dd|div|tbody|thead|tfoot|colgroup|blockquote|textarea|fieldset|h[1-6])(?![\w:-])"
    r"|(?:p|span)(?=\s++[\w-]++(?:\s*+/?\s*+>|\s*+=))|a(?=\s++(?:name|href|id|title|class)\s*+/?\s*+>)"
)
"""No word of a sentence: it may have attributes of any name without a value."""
MOST_ATTRIBUTES = 60
"""Of one tag: what is never closed would be read again from each `<` in its values."""
TAG = re.compile(
    rf"<(?P<end>/?)(?P<name>(?P<sure>{SURE})|[a-z][a-z0-9]*+(?::[a-z]\w*+)?)"
    rf"(?:\s*+(?:(?<=[\s\"'])[\w:.@-]++\s*+=\s*+{VALUE}?+|(?<=[\s\"'])(?(sure)[a-z][\w:-]*+|(?:{BARE}))(?=[\s/>])))"
    rf"{{0,{MOST_ATTRIBUTES}}}+\s*+/?\s*+>",
    re.I,
)
ATTRIBUTE = re.compile(rf"(?<![\w:.@-])([\w:.@-]++)\s*+=\s*+({VALUE})?+")
SIGN = re.compile(r"&(#\d{1,99}+;?|#x[0-9a-f]++;?|[a-z0-9]++(?:;|(?!=)))", re.I)
"""In an attribute: `&copy=1` of an address is no ©."""
ENDLESS = re.compile(r"&(?=#\d{100})")
"""Names no character, and Python refuses to read it."""
WEB = re.compile(r"https?://(?=[^/?#])", re.I)
NO_SIGN_OF_IT = re.compile(r"[\s\x00-\x1f<>\"]")
"""In an address it would end there."""
AFTER = "\0"
"""Behind an address that we wrote: it must not run into the next word, or nobody sees a number there."""
AT_ITS_END = re.compile(rf"{AFTER}(?=[.,;:!?…»”)\]]*+(?:\s|\Z))")
BEGUN = re.compile(
    r"<(?P<kind>script|style)(?=[\s>])[^<>]*+>|(?P<comment><!--)|<!doctype[^<>]*+>"
    r"|<!\[(?!CDATA)[^<>\[\]]*+\]>|<\?xml[^<>]*+>",
    re.I,
)
"""What nobody is shown, up to its end in ENDS."""
ENDS = {
    "script": re.compile(r"</script\s*+>", re.I),
    "style": re.compile(r"</style\s*+>", re.I),
    "<!--": re.compile("-->"),
}
TITLE = re.compile(r"<title>[^<]*+</title>", re.I)
"""Of a whole document, whose head nobody is shown."""
LEFT = re.compile(r"<(?:script|style|title)(?=[\s>])|<!--", re.I)
"""Never closed, so that nobody knows where its reader's words begin again."""


def text_of(html: str) -> str:
    """Its paragraphs and lines, a link as `words (address)`, a picture as what it says instead. A text
    without markup stays as it is, with what signs are written for. What is not closed is read once."""
    whole = ENDLESS.sub("&amp;", html.replace(AFTER, ""))
    seen = _shown(TITLE.sub("", whole) if "<head" in whole.lower() else whole)
    names = {tag["name"].lower() for tag in TAG.finditer(seen) if MARKUP.fullmatch(tag["name"])}
    if not names:
        return unescape(seen).strip()
    if any(name == "p" or LINES.fullmatch(name) for name in names):
        seen = seen.replace("\r\n", " ").replace("\n", " ")
    said = AT_ITS_END.sub("", unescape(_in_words(seen))).replace(AFTER, " ")
    lines = (" ".join(line.split()) for line in said.split("\n"))
    return re.sub("\n{3,}", "\n\n", "\n".join(lines)).strip()


def _shown(html: str) -> str:
    """Without what nobody is shown. A kind that is not closed once is not closed behind it either."""
    parts, at, kept, endless = list[str](), 0, 0, set[str]()
    while begun := BEGUN.search(html, at):
        at, kind = begun.end(), (begun["kind"] or begun["comment"] or "").lower()
        if kind in endless:
            continue
        end = ENDS[kind].search(html, at) if kind else begun
        if end is None:
            endless.add(kind)
            continue
        parts.append(html[kept : begun.start()])
        at = kept = end.end()
    return "".join((*parts, html[kept:]))


def _in_words(seen: str) -> str:
    parts, at, link, target = list[str](), 0, 0, ""
    for tag in TAG.finditer(seen):
        parts.append(seen[at : tag.start()])
        at, name = tag.end(), tag["name"].lower()
        if name == "a":
            parts[link:] = [_with_address("".join(parts[link:]), target)] if target else parts[link:]
            link, target = len(parts), "" if tag["end"] else _web_address(_attribute(tag, "href"))
        else:
            parts.append(_instead(tag, name))
    parts.append(seen[at:])
    return "".join((*parts[:link], _with_address("".join(parts[link:]), target)))


def _instead(tag: re.Match[str], name: str) -> str:
    if not MARKUP.fullmatch(name):
        return tag[0]
    if name == "p":
        return "\n" if tag["end"] else "\n\n"
    if name == "img":
        return f" {_as_html(' '.join(_attribute(tag, 'alt').split()))} "
    if name in ("td", "th"):
        return " "
    return "\n" if LINES.fullmatch(name) and not tag["end"] else ""


def _attribute(tag: re.Match[str], wanted: str) -> str:
    """Its value; empty where there is none."""
    for name, value in ATTRIBUTE.findall(tag[0]):
        if name.lower() == wanted:
            bare = value[1:-1] if value[:1] in ("'", '"') else value
            return SIGN.sub(_character, bare)
    return ""


def _character(sign: re.Match[str]) -> str:
    return unescape(sign[0]) if sign[1].startswith("#") else html5.get(sign[1], sign[0])


def _as_html(text: str) -> str:
    return text.replace("&", "&amp;")


def _web_address(href: str) -> str:
    """Empty for a path, a mail address, a script: whoever reads the text could not follow it."""
    address = re.sub(r"[\t\r\n]", "", href.strip())
    return NO_SIGN_OF_IT.sub(lambda sign: quote(sign[0]), address) if WEB.match(address) else ""


def _with_address(words: str, target: str) -> str:
    """As `commonmark.plain_of` shows a link. Once, where the words say the address; alone, where there are
    none."""
    if not target:
        return words
    label, said = words.rstrip(), unescape(words).split()
    if any(WEB.match(word) and _same(word, target) for word in (one.lstrip("(<[") for one in said)):
        return words
    shown = _as_html(target)
    if not said:
        return f" {shown}{AFTER}{words}"
    if len(said) == 1 and said[0] in target and _same(said[0], target):
        return label.replace(label.strip(), shown) + AFTER + words[len(label) :]
    return f"{label} ({shown}){AFTER}{words[len(label) :]}"


def _same(word: str, target: str) -> bool:
    """But for the way to ask for it, capitals of its host and what a sentence puts behind it."""
    return _compared(word) == _compared(target)


def _compared(address: str) -> tuple[str, str]:
    host, _, path = unquote(WEB.sub("", address, count=1)).rstrip("/)>].,;:").partition("/")
    return host.lower(), path
