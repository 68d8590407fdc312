"""How a language sets its signs, so that nobody who writes a message has to think of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from babel import Locale

NARROW, WIDE = "\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}"
APOSTROPHE = re.compile(r"(?<=\w)'(?=\w)|(?<=\w)'(?=%\(|«)")
COUNTED = re.compile(r"(%\((?:n|num|count|most|hour)\)[sd]) ")
MEASURED = re.compile(r"(?<=\d) (?=(?:[kMG]?[Bo]|[kcm]?m|px|kg|h|min|s|°C)\b|[%€‰])|(?<=\d h) (?=\d)")
NUMBERED = re.compile(r"(?i:(?<=n°)|(?<=\bno\.)|(?<=\bversion)|(?<=\barticle)) (?=\d)|(?<=\d) (?=\d{2,3}\b)")
HIGH_SIGN = re.compile(rf"[ {NARROW}{WIDE}](?=[;!?])")
LOOSE_SIGN = re.compile(r"(?<=\S) (?=[;:!?»])|(?<=«) (?=\S)")
COLON_OR_QUOTE = re.compile(rf"[ {NARROW}{WIDE}](?=[:»])|(?<=«)[ {NARROW}{WIDE}]")


@cache
def _day_and_month(language: str) -> re.Pattern[str]:
    names = Locale.parse(language).months["format"]["wide"].values()
    return re.compile(rf"(?<=\d) (?=(?:{'|'.join(map(re.escape, names))})\b)")


def set_right(text: str, language: str) -> str:
    """One apostrophe, and no line's end between a number and its unit, its month, what it counts or what it
    numbers; in French a narrow no-break space before `; ! ?`, a no-break space before `:`, inside `« »`."""
    return _day_and_month(language).sub(WIDE, _OF.get(language, _anywhere)(text))


def bound(text: str | None) -> str:
    """A person's own words, to be shown: no sign stands alone at the beginning of a line, no « at its end."""
    return LOOSE_SIGN.sub(WIDE, text or "")


def _anywhere(text: str) -> str:
    for loose in (MEASURED, NUMBERED):
        text = loose.sub(WIDE, text)
    return COUNTED.sub(rf"\1{WIDE}", APOSTROPHE.sub("’", text))


def _french(text: str) -> str:
    return COLON_OR_QUOTE.sub(WIDE, HIGH_SIGN.sub(NARROW, _anywhere(text)))


_OF: dict[str, Callable[[str], str]] = {"fr": _french}
