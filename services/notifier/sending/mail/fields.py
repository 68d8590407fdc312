"""The header fields of a mail, written as they are told.

The email package decodes what it is given before it folds it: a question that begins with
`=?utf-8?q?=0D=0ABcc:…?=` would write fields, or the text, of our mail to a library. And where it folds words
with accents it loses the spaces between them (python/cpython#92081).
"""

from __future__ import annotations

import re
from email.header import Header
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import quote
from typing import Any

OF_THE_BODY = ("content-", "mime-")
"""Of MIME, and made of nothing that anybody wrote: written by the email package."""
LONGEST_LINE = 76
LONGEST_WORD = 900
"""A line is of 998 characters at most (RFC 5322, 2.1.1), and is broken between words only."""
UNSEEN = re.compile(
    r"[\x00-\x08\x0e-\x1b\x7f\xad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
"""What nobody sees, and what turns round the words behind it (Unicode, UAX 9, 2). The joiners of Persian and
of emoji stay."""


def one_line(text: str) -> str:
    """On one line, and nothing but what is seen."""
    return " ".join(UNSEEN.sub("", text).split())


def encoded(text: str, name: str) -> str:
    """As encoded words where it needs them (RFC 2047), folded."""
    charset = "us-ascii" if _is_plain(text) else "utf-8"
    header = Header(text, charset, maxlinelen=LONGEST_LINE, header_name=name)
    return header.encode(linesep="\r\n")


def mailbox(name: str, address: str) -> str:
    """`Réseau Sésame <reply@sesame.example>`, on one line."""
    plain = one_line(name)
    if _is_plain(plain):
        return f'"{quote(plain)}" <{address}>'
    words = Header(plain, "utf-8", maxlinelen=LONGEST_LINE, header_name="From").encode(linesep="\n")
    return f"{words.replace(chr(10), '')} <{address}>"


def _is_plain(text: str) -> bool:
    """Whether it needs no encoded words: these may be broken anywhere."""
    return text.isascii() and "=?" not in text and all(len(word) <= LONGEST_WORD for word in text.split())


class AsTold(EmailPolicy):
    """Fields are one line each; Subject alone may hold words that are not ASCII. Addresses that are not go to
    a server that takes UTF-8 (RFC 6532)."""

    def header_store_parse(self, name: str, value: Any) -> tuple[str, Any]:
        if name.lower().startswith(OF_THE_BODY):
            return super().header_store_parse(name, value)
        return name, one_line(str(value))

    def fold_binary(self, name: str, value: Any) -> bytes:
        if name.lower().startswith(OF_THE_BODY):
            return super().fold_binary(name, value)
        told = encoded(value, name) if name == "Subject" else _folded(name, value)
        return f"{name}: {told}\r\n".encode()


def _folded(name: str, value: str) -> str:
    """Between words, where the line would be long. A word that fits on none is cut."""
    whole = f"{name}: {value}"
    if len(whole) <= LONGEST_LINE:
        return value
    return "\r\n ".join(word[:LONGEST_WORD] for word in value.split(" "))


def new_message() -> EmailMessage:
    return EmailMessage(policy=AsTold(linesep="\r\n"))
