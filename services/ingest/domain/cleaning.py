"""Text from outside, made fit to be stored and sent: no NUL, no lone surrogate, no longer than agreed."""

import re

LONGEST_TEXT, LONGEST_LINE, LONGEST_NAME = 50_000, 500, 200
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")

LIKE_AN_ADDRESS = re.compile(r"[/\\@]|\w\.\w{2}|www\.", re.IGNORECASE)
"""`J.R. Dupont` and `M. Dupont` are names; what mail programs make a link of is none."""


def clean_text(text: str | None, most: int = LONGEST_TEXT) -> str | None:
    """Several lines, at most `most` characters; None when nothing is left."""
    cleaned = CONTROLS.sub("", (text or "").replace("\r\n", "\n").replace("\r", "\n"))
    return cleaned.strip()[:most].strip() or None


def clean_name(text: str | None) -> str | None:
    """What we greet somebody by; nobody is called an address, and our mail must not carry one."""
    name = clean_line(text, LONGEST_NAME)
    return None if name and LIKE_AN_ADDRESS.search(name) else name


def clean_line(text: str | None, most: int = LONGEST_LINE) -> str | None:
    """One line, at most `most` characters; None when nothing is left."""
    return " ".join(CONTROLS.sub("", text or "").split())[:most].strip() or None
