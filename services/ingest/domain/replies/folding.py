"""The part of a question by mail that looks quoted, to be shown folded up: nothing is ever cut by it.

Works on plain text; HTML becomes such text first (`html_text`). No rule knows a particular mail: a quote is
seen by its shape (margin marks, a dated line that ends in a colon, a block of From, Sent, Subject), which
holds in languages nobody listed. What is a reply to us is told from its quote by what we sent (`quoting`).
"""

import re
from dataclasses import dataclass, field

from services.ingest.domain.replies.quote_marks import (
    ADDRESS,
    DATE,
    LABEL_LINE,
    SENT_FROM,
    SEPARATOR,
    TIME,
    WROTE,
)

WORTH_FOLDING = 200  # characters
LONGEST_ATTRIBUTION = 4  # lines a mail program may break one attribution into
WRAPPED_FROM = 60  # a quoted line this long may have spilled onto a line without its mark
SIGNATURE = re.compile(r"^--\s*$")
UNDERSCORES = re.compile(r"^__+\s*$")
FOOTER = 6  # lines at most below a row of underscores that a mailing list or a mail program added
BROKEN_OFF = tuple(
    "(<_/=&?%"
)  # what the rest of a link begins with, that a mail program wrapped out of its quote
RULE = re.compile(r"^[\s>*]*[-_=]{3,}\s*$")
LINK = re.compile(r"https?://\S+")
URL = re.compile(r"<[^<>]*>|\[[^\[\]]*\]|https?://\S+")


def folded(text: str) -> tuple[str, str]:
    """What is shown at once, and what below it looks quoted: together the whole text."""
    above = reply_above_quote(text)
    if not above or not text.startswith(above) or len(text) - len(above) < WORTH_FOLDING:
        return text, ""
    return above, text[len(above) :].strip("\n")


def reply_above_quote(text: str) -> str:
    """The sender's own words, those between quoted lines included; empty when all is quote."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u00a0", " ").split("\n")
    kept = _Kept()
    position = 0
    while position < len(lines) and not _ends_here(lines, position, kept):
        position = _step(lines, position, kept)
    return kept.text()


@dataclass
class _Kept:
    lines: list[str] = field(default_factory=list)
    empty: bool = True

    def keep(self, line: str) -> None:
        self.lines.append(line)
        self.empty = self.empty and not line.strip()

    def text(self) -> str:
        """What is left, without a rule that only announced the quote."""
        while self.lines and (not self.lines[-1].strip() or RULE.match(self.lines[-1])):
            self.lines.pop()
        return "\n".join(line.rstrip() for line in self.lines).strip()


def _ends_here(lines: list[str], position: int, kept: _Kept) -> bool:
    line = lines[position]
    if SEPARATOR.match(line) or header_at(lines, position):
        return True
    if SIGNATURE.match(line) or (RULE.match(line) and _rule_above_header(lines, position)):
        return True
    if UNDERSCORES.match(line) and _is_footer(lines[position + 1 :]):
        return True
    return is_device_line(line) and not kept.empty


def _step(lines: list[str], position: int, kept: _Kept) -> int:
    """Keep or drop what starts at this line; the position to go on at."""
    if span := attribution_at(lines, position):
        following = position + span
        return _after_quote(lines, following) if _is_quoted_soon(lines, following) else len(lines)
    if _is_quoted(lines[position]):
        return _after_quote(lines, position)
    if not is_device_line(lines[position]):
        kept.keep(lines[position])
    return position + 1


def attribution_at(lines: list[str], start: int) -> int:
    """How many lines the attribution ("On …, … wrote:") takes that starts here; 0 when none does."""
    if not lines[start].strip() or not DATE.search(lines[start]):
        return 0
    for span in range(1, LONGEST_ATTRIBUTION + 1):
        block = lines[start : start + span]
        if len(block) < span or not block[-1].strip():
            return 0
        quoted_next = _is_quoted_soon(lines, start + span)
        if _is_attribution(block, quoted_next=quoted_next):
            return 0 if _starts_later(block, quoted_next=quoted_next) else span
    return 0


def _starts_later(block: list[str], *, quoted_next: bool) -> bool:
    """Whether the attribution stands without its first line, which is then a dated sentence of the sender."""
    shorter = (block[skipped:] for skipped in range(1, len(block)))
    return any(_is_attribution(rest, quoted_next=quoted_next) for rest in shorter if DATE.search(rest[0]))


def _is_attribution(block: list[str], *, quoted_next: bool) -> bool:
    text = LINK.sub("", " ".join(part.strip() for part in block)).strip(" \t>*-_\u200b")
    if len(text) > 400 or not DATE.search(text):
        return False
    closes = text.endswith(":")
    written = WROTE.search(text)
    if quoted_next and block[-1].rstrip().endswith(">") and ADDRESS.search(text):
        return True
    if closes and ADDRESS.search(text):
        return True
    if closes and written:
        return bool(TIME.search(text)) or len(block) == 1 or quoted_next
    ends_with_verb = written is not None and not text[written.end() :].strip(" .")
    return ends_with_verb and (bool(ADDRESS.search(text)) or block[0].startswith("--"))


def header_at(lines: list[str], start: int) -> bool:
    """Whether a quoted header (From, Sent, To, Subject in any listed language) starts at this line."""
    first = LABEL_LINE.match(lines[start])
    if first is None:
        return False
    window = [line for line in lines[start : start + 8] if line.strip()][:6]
    roles = {match.lastgroup for line in window if (match := LABEL_LINE.match(line))}
    if len(roles) < 2 or not ("from" in roles or {"date", "to"} <= roles):
        return False
    return ("from" in roles and "subject" in roles) or any(ADDRESS.search(line) for line in window)


def is_device_line(line: str) -> bool:
    """Whether a mail program advertises itself here ("Sent from my …"); a sentence may begin like it."""
    words = URL.sub(" ", line).strip(" \t*_.-")
    return bool(SENT_FROM.match(line)) and len(words.split()) <= 9 and "," not in words


def _is_footer(lines: list[str]) -> bool:
    """Short, with a link or an address, or nothing; the next part of an answer is neither."""
    below = [line for line in lines if line.strip()]
    return len(below) <= FOOTER and (
        not below or any(LINK.search(line) or ADDRESS.search(line) for line in below)
    )


def _rule_above_header(lines: list[str], start: int) -> bool:
    following = next((i for i in range(start + 1, len(lines)) if lines[i].strip()), None)
    if following is None:
        return False
    return header_at(lines, following) or bool(attribution_at(lines, following))


def _is_quoted(line: str) -> bool:
    return line.lstrip().startswith((">", "|>"))


def _is_quoted_soon(lines: list[str], start: int) -> bool:
    following = [line for line in lines[start : start + 4] if line.strip()]
    return bool(following) and _is_quoted(following[0])


def _after_quote(lines: list[str], start: int) -> int:
    """The first line after the quoted block, its blank lines and what it spilled when it was wrapped."""
    position = start
    while position < len(lines) and (not lines[position].strip() or _belongs(lines, position)):
        position += 1
    return position


def _belongs(lines: list[str], position: int) -> bool:
    if _is_quoted(lines[position]):
        return True
    above = lines[position - 1] if position else ""
    below = lines[position + 1] if position + 1 < len(lines) else ""
    rest = lines[position].lstrip()
    spilled = _is_quoted(above) and (rest[:1].islower() or rest.startswith(BROKEN_OFF))
    return spilled and (len(above) >= WRAPPED_FROM or _is_quoted(below))
