"""Text from outside, made fit to be stored and sent: no NUL, no lone surrogate, no longer than agreed,
letters and their accents as one (Unicode NFC), and never what only looks like nothing."""

import re
import unicodedata
from collections.abc import Iterator

from services.contracts.links.seen import is_blank

LONGEST_TEXT, LONGEST_LINE, LONGEST_NAME = 50_000, 500, 200
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202d\u202e\ud800-\udfff]")
"""With the overrides of the direction of writing: nobody writes Arabic or Hebrew with them, and they turn
round what stands behind them in our mails, links included."""

LIKE_AN_ADDRESS = re.compile(r"[/\\@]|\w\.\w{2}|www\.", re.IGNORECASE)
"""`J.R. Dupont` and `M. Dupont` are names; what mail programs make a link of is none."""
MOST_MARKS = 30
"""Marks on one letter (Unicode, UAX 15, 13): to put thousands of them in order takes their square."""
MAY_BE_MARKS = re.compile(r"[^\x00-\u02ff\u2000-\u20cf]")
"""All but letters of Western Europe and punctuation, among which no mark is."""


def composed(text: str) -> str:
    """`e` and its accent as the one letter that keyboards write: they are searched and compared as such."""
    if text.isascii():
        return text
    few = "".join(_with_few_marks(text)) if MAY_BE_MARKS.search(text) else text
    return unicodedata.normalize("NFC", few)


def _with_few_marks(text: str) -> Iterator[str]:
    marks = 0
    for letter in text:
        marks = marks + 1 if unicodedata.combining(letter) else 0
        if marks <= MOST_MARKS:
            yield letter


def unaccented(text: str) -> str:
    """As who writes without accents writes it, to be compared alone: `Réponse` and `REPONSE` are one but for
    their case."""
    if text.isascii():
        return text
    return "".join(
        letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter)
    )


def any_of(*parts: str) -> re.Pattern[str]:
    """For texts without accents: half of all programs and people write none."""
    return re.compile(unaccented("|".join(parts)), re.IGNORECASE)


def clean_text(text: str | None, most: int = LONGEST_TEXT) -> str | None:
    """Several lines, at most `most` characters; None when nothing is left."""
    if not text:
        return None
    cleaned = CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    kept = composed(cleaned.strip()[:most]).strip()
    return None if is_blank(kept) else kept


def clean_name(text: str | None) -> str | None:
    """What we greet somebody by; nobody is called an address, and our mail must not carry one."""
    name = clean_line(text, LONGEST_NAME)
    return None if name and LIKE_AN_ADDRESS.search(name) else name


def clean_line(text: str | None, most: int = LONGEST_LINE) -> str | None:
    """One line, at most `most` characters; None when nothing is left."""
    if not text:
        return None
    kept = composed(" ".join(CONTROLS.sub("", text).split())[:most])[:most].strip()
    return None if is_blank(kept) else kept
