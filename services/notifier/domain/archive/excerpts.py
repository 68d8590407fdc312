"""What a list shows of an entry: where the word stands that was looked for, else where the answer begins."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from services.notifier.domain.archive.sentences import sentences, thanks, without_greeting
from services.notifier.domain.search_terms import WORD, plain, words

LENGTH = 180
BEFORE = 60
"""Characters shown before the word at most, where its sentence began earlier."""
SHORTEST_STEM = 4
SET_OUT = re.compile(
    r"^[ \t]*(?:[-*>\u2022][ \t]+)+|(?:(?<![ \t])[ \t]++)?\(https?://[^\s()]+\)", re.MULTILINE
)
"""Dashes of lists, signs of quotations, addresses behind titles: one line has none of them."""


def excerpt(answer: str, question: str = "", wanted: str = "", title: str = "") -> str:
    """From the word on that was `wanted`, in the answer or else in the question. Without one, and where the
    passage says only what the `title` above it says, the first that the answer says after its greeting."""
    answer, question = SET_OUT.sub("", answer), SET_OUT.sub("", question)
    sought = words(wanted)
    for text in (answer, question) if sought else ():
        if (found := _found(text, sought)) is not None and not _within(title, found):
            return found
    return _cut(" ".join(_matter(answer)))


def _within(title: str, found: str) -> bool:
    return plain(found.strip(" …")) in plain(" ".join(title.split()))


def _found(text: str, sought: Collection[str]) -> str | None:
    line = " ".join(text.split())
    for match in WORD.finditer(line):
        if any(_is_form_of(plain(match[0]), word) for word in sought):
            return _from(line, match.start())
    return None


def _from(line: str, at: int) -> str:
    """From the beginning of the sentence, if that is near, else from a word nearby."""
    begin = max(line.rfind(sign, 0, at) for sign in (". ", "! ", "? ", "… "))
    start = begin + 2 if begin >= 0 else 0
    if at - start <= BEFORE:
        return _cut(without_greeting(line[start:]))
    start = line.find(" ", at - BEFORE) + 1
    return f"… {_cut(line[start:])}"


def _is_form_of(word: str, sought: str) -> bool:
    """`moulins` is a form of `moulin`, `éclairage` none of `éclair`: two last letters may differ."""
    stem = max(SHORTEST_STEM, len(sought) - 2)
    return word == sought or (
        len(sought) >= SHORTEST_STEM and word[:stem] == sought[:stem] and len(word) <= len(sought) + 2
    )


def _matter(text: str) -> Iterable[str]:
    """Without greeting and thanks in front."""
    begun = False
    for sentence in sentences(text):
        begun = begun or not thanks(sentence)
        if begun:
            yield " ".join(sentence.split())


def _cut(line: str) -> str:
    if len(line) <= LENGTH:
        return line
    return line[:LENGTH].rsplit(" ", 1)[0].rstrip(" ,;:.") + "…"
