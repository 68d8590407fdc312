"""Mail addresses, as they are written and as people hide them from machines, and accounts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from services.notifier.domain.personal.letters import TextSpan, around, holds

_LOCAL = r"[\w.+%'-]{1,64}+"
"""At most 64 letters before the @ (RFC 5321, 4.5.3.1.1): a text without any is not read once per letter."""
MAIL = re.compile(rf"(?:{_LOCAL}|\"[^\"\n@]{{1,64}}+\")@(?:[\w-]++(?:\.[\w-]++)*+|\[[\d.]{{7,15}}\])")
_HOST = r"[\w-]{1,63}+(?:\.[\w-]{1,63}+){1,5}"
_WORD = r"[\w-]{1,63}+"
_OPEN, _CLOSE = r"[\[({<] {0,2}", r" {0,2}[\])}>]"
_AT_SIGN = (
    rf"(?: {{0,2}}(?:{_OPEN}(?:at|arr?obase?|a|à|chez|ät|@){_CLOSE}|&#0{{0,3}}64;|&commat;|%40) {{0,2}}"
    r"| ?@ ?)"
)
_DOT = rf" {{0,2}}(?:\.|{_OPEN}(?:dot|point|punkt|punt|punto|ponto|\.){_CLOSE}) {{0,2}}"
_DOT_WORD = r"(?: (?:dot|point|punkt|punt|punto|ponto) |\.)"
HIDDEN = re.compile(
    rf"{_LOCAL}{_AT_SIGN}(?:{_HOST}|{_WORD}(?:{_DOT}{_WORD}){{1,5}})"
    rf"|[\w.+'-]{{1,64}}+%40{_HOST}"
    rf"|{_LOCAL} ar{{1,2}}obase? {_WORD}(?:{_DOT_WORD}{_WORD}){{1,5}}"
    rf"|{_LOCAL}(?: (?:dot|point) {_WORD}){{0,4}} (?:at|chez) {_WORD}(?: (?:dot|point) {_WORD}){{1,5}}"
    r"|[\w.+]{1,64}?[-_](?:at|arobase)[-_][\w-]{1,63}+\.[a-z]{2,10}\b",
    re.IGNORECASE,
)
ACCOUNT = re.compile(r"(?<![\w/@.])@[\w.-]+(?:@[\w-]+(?:\.[\w-]+)+)?")
PROFILE = re.compile(
    r"(?:https?://)?(?:[a-z]{1,10}\.)?(?:linkedin\.com/in|facebook\.com(?:/people)?|instagram\.com|fb\.me"
    r"|threads\.net|tiktok\.com|snapchat\.com/add|twitter\.com|(?<![\w.])x\.com|(?<![\w.])t\.me|wa\.me)/"
    r"@?(?!(?:groups|events|watch|p|reel|hashtag|search|intent|share|explore)\b)[\w.%-]{2,100}+"
    r"(?:\?id=\d+)?",
    re.IGNORECASE,
)
NAMED_ACCOUNT = re.compile(
    r"\b(?:instagram|insta|snap(?:chat)?|skype|telegram|discord|whats ?app|tiktok|facebook|twitter|mastodon"
    r"|linkedin|signal) ?: ?(?P<account>[\w.@#-]{3,60}+)",
    re.IGNORECASE,
)

MAY_HOLD_MAIL = re.compile(
    r"@|%40|&#0*64;|&commat;|[\[({<] ?a|arr?obas| at | chez |[-_]at[-_]", re.IGNORECASE
)
BEFORE, AFTER = 140, 300
"""Characters of an address around its @: more than anybody has."""
SITES = (".com/", ".me/", "threads.net/")
CHANNELS = (
    *("insta", "snap", "skype", "telegram", "discord", "whats", "tiktok", "facebook", "twitter", "mastodon"),
    *("linkedin", "signal"),
)


def mails(plain: str) -> Iterator[TextSpan]:
    if not MAY_HOLD_MAIL.search(plain):
        return
    signs = (found.start() for found in MAY_HOLD_MAIL.finditer(plain))
    for start, end in around(signs, BEFORE, AFTER):
        for pattern in (MAIL, HIDDEN):
            yield from (found.span() for found in pattern.finditer(plain, start, end))


def accounts(plain: str) -> Iterator[TextSpan]:
    if "@" in plain:
        yield from (found.span() for found in ACCOUNT.finditer(plain))
    low = plain.lower()
    if holds(low, SITES):
        yield from (found.span() for found in PROFILE.finditer(plain))
    if holds(low, CHANNELS):
        yield from (found.span("account") for found in NAMED_ACCOUNT.finditer(plain))
