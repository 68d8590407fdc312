"""What a page says in its own voice, and what of it nobody should have to read: codes, ids, moments as
programs write them, English words on a French page."""

from __future__ import annotations

import re
from collections.abc import Iterator

SAID = """(() => {
  const others = "[dir=auto], code, pre, kbd, script, style, desc, textarea, q, .words";
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), said = [document.title];
  const language = document.documentElement.lang;
  const ours = (one) => !one.closest(others) && one.closest("[lang]").lang === language;
  while (walker.nextNode())
    if (ours(walker.currentNode.parentElement)) said.push(walker.currentNode.nodeValue);
  for (const name of ["alt", "title", "placeholder", "aria-label"])
    for (const one of [...document.querySelectorAll(`[${name}]`)].filter(ours))
      said.push(one.getAttribute(name));
  return JSON.stringify(said);
})()"""
"""All that the page itself says; what people wrote, names of files and lines of programs left out."""

_NAMES = re.compile(r"\S+@\S+|\w+://\S+|\b(?:[\w-]+\.)+[a-z]{2,}\b")
_CODES = (
    ("an id", re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}\b|\b[0-9a-f]{12,}\b")),
    ("a moment as programs write it", re.compile(r"\b\d{4}-\d\d-\d\dT\d")),
    ("a code", re.compile(r"\b[a-z]+(?:_[a-z]+)+\b|\b(?:country|region|postcode):\w+|\b(?:bm|bu)-[a-z]+\b")),
    ("a place that nobody filled", re.compile(r"\{\{|%\(\w+\)|\bundefined\b|\bNaN\b")),
    ("an error of a program", re.compile(r"\b\w+(?:Error|Exception)\b|\bTraceback\b")),
)
_ENGLISH = re.compile(
    r"(?<![\w-])(?:the|and|of|with|from|this|these|your|you|is|was|not|none|has|have|will|by|to|which|who|what|when)(?![\w-])",
    re.IGNORECASE,
)


def not_plain(said: str, language: str) -> Iterator[str]:
    """What in this text of a page is no plain word of its language."""
    text = _NAMES.sub(" ", said)
    for kind, pattern in (*_CODES, *([("an English word", _ENGLISH)] if language == "fr" else [])):
        if found := pattern.search(text):
            yield f"{kind}, {found[0]!r}, in {' '.join(said.split())[:120]!r}"
