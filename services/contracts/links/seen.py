"""Whether there is anything to see in what somebody wrote: by the same rule wherever it comes in."""

import unicodedata

BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and signs that are drawn as nothing."""


def is_blank(text: str) -> bool:
    """Whether nothing of it can be seen: spaces without width, marks on no letter, and fillers."""
    return all(letter in BLANK or unicodedata.category(letter)[0] not in "LNPS" for letter in text)
