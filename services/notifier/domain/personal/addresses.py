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
_SURE_END = (
    r"(?:com|org|net|info|edu|gov|gouv|name|biz|eu|fr|be|nl|uk|ch|lu|ca|pt|ie|io|re|nc|pf|mc|qc|ru|pl|cz"
    r"|se|dk|fi|jp|cn|br|mx|au|nz|ro|gr|hu|ua|tr|tn|dz|sn|bzh|paris|рф)(?![\w-])"
)
_WORDS_TOO = r"(?:de|it|es|me|us|at|is|in|la|ma|no|so|co)"
_END = rf"(?:{_SURE_END}|(?<=\.){_WORDS_TOO}(?![\w-])|{_WORDS_TOO}(?=\s{{0,2}}(?:[^\w\s]|$)))"
"""What an address ends with; where that is a word of all languages, too, nothing else may follow it."""
_NO_HOST = (
    r"(?!(?:th[ei]s?|that|which|some|any|no|one|every|each|a|an|home|lui|elle|elles|eux|nous|vous|moi)\b)"
)
_POST = (
    r"(?:gmail|g ?mail|googlemail|hotmail|outlook|live|msn|yahoo|ymail|orange|wanadoo|free|sfr|laposte|bbox"
    r"|icloud|mac|me|proton(?:mail)?|gmx|web|aol|skynet|telenet|proximus|ziggo|kpn|bluewin|videotron)"
)
_SPOKEN = r" (?:dot|point|punkt|punt|punto|ponto) "
_SPOKEN_HOST = rf"{_NO_HOST}{_WORD}(?:{_SPOKEN}{_WORD}){{0,4}}{_SPOKEN}{_END}"
HIDDEN = re.compile(
    rf"{_LOCAL}(?:{_AT_SIGN}{_WORD}(?:{_DOT}{_WORD}){{0,4}}{_DOT}{_END}"
    rf"| ar{{1,2}}obase? {_WORD}(?:{_DOT_WORD}{_WORD}){{0,4}}{_DOT_WORD}{_END}"
    rf"|(?:{_SPOKEN}{_WORD}){{1,4}} (?:at|chez) {_SPOKEN_HOST}"
    rf"| (?:at|chez) (?:{_POST}{_SPOKEN}{_END}|{_SPOKEN_HOST}(?P<whose>)))"
    rf"|[\w.+'-]{{1,64}}+%40{_HOST}"
    rf"|(?<![\w./])(?!www\.)[\w.+]{{1,64}}?[-_](?:at|arobase)[-_][\w-]{{1,63}}+\.{_END}",
    re.IGNORECASE,
)
"""`whose`: only if its first part is no mere word: `looked at Google dot com`."""
ACCOUNT = re.compile(
    r"(?<![\w/@.])@(?!(?:media|import|font-face|override|param|property)\b)[\w.-]+(?:@[\w-]+(?:\.[\w-]+)+)?"
)
PROFILE = re.compile(
    r"(?:https?://)?(?:[a-z]{1,10}\.)?(?:linkedin\.com/in|facebook\.com(?:/people)?|instagram\.com|fb\.me"
    r"|threads\.net|tiktok\.com|snapchat\.com/add|twitter\.com|(?<![\w.])x\.com|(?<![\w.])t\.me|wa\.me)/"
    r"@?(?!(?:groups|events|watch|p|reel|hashtag|search|intent|share|explore)\b)[\w.%-]{2,100}+"
    r"(?:\?id=\d+)?",
    re.IGNORECASE,
)
NAMED_ACCOUNT = re.compile(
    r"\b(?:instagram|insta|snap(?:chat)?|skype|telegram|discord|whats ?app|tiktok|facebook|twitter|mastodon"
    r"|linkedin) ?: ?(?!www\.|https?\b)"
    r"(?P<account>(?=[\w.#-]{0,59}(?:@|[_\d]|\.\w))(?=[\d.@#_-]{0,59}[^\W\d_])[\w.@#-]{3,60}+)"
    r"|\b(?-i:skype|snap|insta): ?(?P<short>[a-z]{3,30})(?=\s{0,2}(?:[,;)\n]|$))",
    re.IGNORECASE,
)
"""Of a word alone nobody can say whether it is an account: `Twitter : fondé en 2006`."""

MAY_HOLD_MAIL = re.compile(
    r"@|%40|&#0*64;|&commat;|[\[({<] ?a|arr?obas| at | chez |[-_]at[-_]", re.IGNORECASE
)
LETTERS_OF_NO_WORD = frozenset("._0123456789")
BEFORE, AFTER = 140, 300
"""Characters of an address around its @: more than anybody has."""
SITES = (".com/", ".me/", "threads.net/")
CHANNELS = (
    *("insta", "snap", "skype", "telegram", "discord", "whats", "tiktok", "facebook", "twitter", "mastodon"),
    "linkedin",
)


def mails(plain: str) -> Iterator[TextSpan]:
    if not MAY_HOLD_MAIL.search(plain):
        return
    signs = (found.start() for found in MAY_HOLD_MAIL.finditer(plain))
    for start, end in around(signs, BEFORE, AFTER):
        yield from (found.span() for found in MAIL.finditer(plain, start, end))
        for found in HIDDEN.finditer(plain, start, end):
            if found["whose"] is None or LETTERS_OF_NO_WORD & set(found[0].partition(" ")[0]):
                yield found.span()


def accounts(plain: str) -> Iterator[TextSpan]:
    if "@" in plain:
        yield from (found.span() for found in ACCOUNT.finditer(plain))
    low = plain.lower()
    if holds(low, SITES):
        yield from (found.span() for found in PROFILE.finditer(plain))
    if holds(low, CHANNELS):
        yield from (found.span(found.lastgroup or 0) for found in NAMED_ACCOUNT.finditer(plain))
