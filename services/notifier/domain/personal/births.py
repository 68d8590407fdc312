"""The day somebody says they were born."""

from __future__ import annotations

import re
from collections.abc import Iterator

from services.notifier.domain.personal.letters import TextSpan, holds

_MONTHS = (
    r"janv|f[ée]vr|mars|avr|mai|juin|juil|ao[ûu]t|sept|oct|nov|d[ée]c|jan|feb|mar|apr|may|jun|jul|aug|sep|dec"
)
_DATE = rf"\d{{1,2}}(?:[./-]\d{{1,2}}[./-]|(?:er|st|nd|rd|th)? (?:{_MONTHS})[a-zéû]*\.? )\d{{2,4}}"
BORN = re.compile(
    rf"\b(?:date (?:et lieu )?de naissance|date of birth|geburtsdatum|geboortedatum)\W{{1,4}}"
    rf"(?P<labelled>{_DATE})"
    r"|\b(?:je|j'|moi|i|ma|mon|notre|my|our)\b[^.!?\n]{0,60}?\b(?:née?|born)\b[^.!?\n\d]{0,8}"
    rf"(?P<said>{_DATE})"
    rf"|\bnée? (?:le )?(?P<before>{_DATE})[^.!?\n]{{0,60}}?\b(?:je|j'|moi)\b",
    re.IGNORECASE,
)
YEAR = re.compile(r"\d{4}")
OLDEST_LIVING = 1915
"""Who was born before is nobody's private affair any more."""


def births(plain: str) -> Iterator[TextSpan]:
    if holds(plain.lower(), ("né", "born", "geb", "naiss", "birth")):
        for found in BORN.finditer(plain):
            span = found.span(found.lastgroup or 0)
            year = YEAR.search(plain, *span)
            if year is None or int(year[0]) >= OLDEST_LIVING:
                yield span
