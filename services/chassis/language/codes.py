"""Codes of languages, however they are written."""

from __future__ import annotations

from functools import cache

from babel.core import Locale, get_global


def language_code(tag: str) -> str | None:
    """The shortest code (ISO 639-1, else 639-3) of what `tag` names: an ISO 639 code or a BCP 47 tag, in any
    case. `FRE`, `fra`, `fr-BE` → `fr`; None for what is no language. From CLDR's aliases."""
    primary = tag.strip().replace("_", "-").partition("-")[0].lower()
    code = str(get_global("language_aliases").get(primary, primary)).partition("_")[0]
    return code if code in _known() else None


@cache
def _known() -> frozenset[str]:
    named = map(str, Locale("en").languages)
    return frozenset(code for code in named if code.isalpha() and code != "root")
