"""What a respondent says in reply to the mail that asked them: an answer, "REFUS", "EN COURS".

The mail itself names these words (`services/notifier/sending/mail/templates`). Each counts only at the
beginning and on a line of its own: an answer may well speak of refusals.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

GREETING = re.compile(r"^(?:bonjour|bonsoir|salut|hello|hi|dear|madame|monsieur|ch[eè]re?s?)\b.{0,40}$", re.I)
DECLINE = re.compile(
    r"^\W{0,3}(?:refus[ée]?|refuser|décliner|passer la main|(?:je|nous) (?:refus(?:e|ons)|déclin(?:e|ons)"
    r"|pass(?:e|ons) la main)|declined?|(?:i|we) (?:decline|pass)|refuse)\s*"
    r"(?:[.!]?$|[:–—-]\s*(?P<reason>.*)$)",
    re.IGNORECASE,
)
TAKE = re.compile(
    r"^\W{0,3}(?:en cours|je prends|nous prenons|je m[’']en occupe|nous nous en occupons|on it|taken"
    r"|(?:i am|i[’']m|we are|we[’']re) on it)\s*[.!]?$",
    re.IGNORECASE,
)
REFER = re.compile(r"^\W{0,3}(?:vers|refer to|to)\s*:\s*(?P<partner>\S.{0,200})$", re.IGNORECASE)
SOURCES = re.compile(
    r"^\W{0,3}(?:sources?|références?|references?)\s*(?::\s*(?P<first>.*)|[*_]*)$", re.IGNORECASE
)
EFFORT = re.compile(
    r"^\W{0,3}(?:effort|(?:échelle )?read(?: scale)?)\s*:?\s*(?P<level>[1-6])\W*$", re.IGNORECASE
)
ITEM = re.compile(r"^\s*(?:[-*•–]|\d{1,2}[.)])\s+")
BLANK_LINES = re.compile(r"\n\s*\n\s*\n")
SHORT, LONGEST_SOURCE = 200, 500
"""Characters: a text that only says who is on it; a source."""


class ReplyKind(StrEnum):
    ANSWER = "answer"
    DECLINE = "decline"
    TAKE = "take"


@dataclass(frozen=True, slots=True)
class Reply:
    """`text` is the answer, or the reason of a refusal. `refer_to` is a library, as it was written."""

    deed: ReplyKind
    text: str
    sources: tuple[str, ...] = ()
    effort: int | None = None
    refer_to: str | None = None


def read_reply(text: str) -> Reply:
    """`text` without the quote (`quoting.reply_above_quote`)."""
    lines = text.strip().split("\n")
    begin = _after_greeting(lines)
    first = lines[begin].strip()
    if declined := DECLINE.match(first):
        return _decline([declined["reason"] or "", *lines[begin + 1 :]])
    if TAKE.match(first) and len(text) <= SHORT:
        return Reply(ReplyKind.TAKE, "")
    return _answer(lines)


def _after_greeting(lines: list[str]) -> int:
    """The line where the matter begins."""
    written = [number for number, line in enumerate(lines) if line.strip()] or [0]
    if len(written) > 1 and GREETING.match(lines[written[0]].strip()):
        return written[1]
    return written[0]


def _decline(lines: list[str]) -> Reply:
    referred = next((found for line in lines if (found := REFER.match(line))), None)
    reason = "\n".join(lines).strip()
    return Reply(ReplyKind.DECLINE, reason, refer_to=referred["partner"].strip() if referred else None)


def _answer(lines: list[str]) -> Reply:
    level = next((found["level"] for line in lines if (found := EFFORT.match(line))), None)
    words = [line for line in lines if not EFFORT.match(line)]
    sources, span = _sources(words)
    text = BLANK_LINES.sub("\n\n", "\n".join(words[: span.start] + words[span.stop :])).strip()
    effort = int(level) if level else None
    if not text or not sources:
        return Reply(ReplyKind.ANSWER, "\n".join(words).strip(), effort=effort)
    return Reply(ReplyKind.ANSWER, text, sources, effort)


def _sources(lines: list[str]) -> tuple[tuple[str, ...], slice]:
    """The last list of sources, and the lines it takes; empty where a line is too long to be one."""
    starts = [number for number, line in enumerate(lines) if SOURCES.match(line)]
    if not starts:
        return (), slice(0, 0)
    start = starts[-1]
    heading = SOURCES.match(lines[start])
    first = (heading["first"] or "").strip() if heading else ""
    begin = start + 1 if first else _next_written(lines, start + 1)
    end = next((number for number in range(begin, len(lines)) if not lines[number].strip()), len(lines))
    found = _items([*([first] if first else []), *lines[begin:end]])
    too_long = any(len(source) > LONGEST_SOURCE for source in found)
    return ((), slice(0, 0)) if too_long else (found, slice(start, end))


def _next_written(lines: list[str], start: int) -> int:
    return next((number for number in range(start, len(lines)) if lines[number].strip()), len(lines))


def _items(lines: list[str]) -> tuple[str, ...]:
    """One per mark; in a list without marks one per line. What a mail program wrapped is joined again."""
    marked = any(ITEM.match(line) for line in lines)
    found: list[str] = []
    for line in lines:
        if found and marked and not ITEM.match(line):
            found[-1] += f" {line.strip()}"
        else:
            found.append(ITEM.sub("", line).strip())
    return tuple(found)


def partner_named(wish: str, partners: Mapping[str, str]) -> str | None:
    """The one partner (id → name) whose id or name this is, without regard to case and accents."""
    wanted = _folded(wish)
    found = [partner for partner, name in partners.items() if wanted in (partner, _folded(name))]
    return found[0] if len(found) == 1 else None


def _folded(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text).casefold()
    return " ".join("".join(filter(str.isascii, letters)).split()).strip(" .,;")
