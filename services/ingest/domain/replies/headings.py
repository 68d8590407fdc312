"""What a mail program puts directly above the mail it quotes: "… wrote:", or From, Sent, To, Subject.

Asked only where a text of ours is known to stand below. Words of languages confirm; what decides is that the
heading names us.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.contracts.links.marks import words_of
from services.ingest.domain.replies.quote_marks import (
    ADDRESS,
    BANNER,
    DATE,
    LABEL_LINE,
    LEAD,
    SEPARATOR,
    TIME,
    WROTE,
)

LONGEST_SENTENCE, LONGEST_BLOCK, LONGEST_GAP = 4, 14, 6
"""Lines of a heading that is a sentence, of one that is a block, and empty ones below it."""
LONGEST_BANNER = 5
LABEL = re.compile(r"^\W{0,4}[^\W\d_][^:：<>]{0,30}+[:：]")
UNDERLINE = re.compile(r"^[\s>*]{0,9}+(?:_{10,}+|={10,}+|-{10,}+|\*{10,}+)\s*+$")
TITLED_RULE = re.compile(r"^[\s>*]*[-_=]{2,}[ \t]*+[^\W_].{0,60}?[-_=]{2,}\W*$")
BEGUN_ABOVE = re.compile(r"^\s*(?:[<(]|[a-zà-ÿ+]\S{0,320}@|[a-zà-ÿ])")
FEW_WORDS = 6
MOST_OF_A_DATE = 12
"""Words of a line that says when a mail was sent, and no more."""


@dataclass(frozen=True, slots=True)
class Us:
    """What mail programs call us: the network's name, our reply address (`reply@…`, tagged or not)."""

    name: str
    box: str

    def named_in(self, text: str) -> bool:
        return self.addressed_in(text) or f" {_plain(self.name)} " in f" {_plain(text)} "

    def addressed_in(self, text: str) -> bool:
        local, _, domain = self.box.lower().partition("@")
        return bool(re.search(rf"\b{re.escape(local)}(?:\+\w*)?@\s*{re.escape(domain)}", text.lower()))


@dataclass(frozen=True, slots=True)
class HeaderBlock:
    """It begins at this column of this line. `foreign`: something that is neither heading nor ours stands
    below."""

    line: int
    column: int = 0
    foreign: bool = False


def heading_above(lines: Sequence[str], first: int, us: Us) -> HeaderBlock | None:
    """The heading of the quote whose first line is `first`; the lines are without their margin."""
    group = _group_above(lines, first)
    if group is None:
        return None
    if found := _heading_in(lines, *group, us):
        return found
    above = _group_above(lines, group[0])
    if above is None:
        return None
    below_it = lines[group[0] : group[1]]
    is_banner = bool(BANNER.search(" ".join(below_it)))
    if _all_labels(below_it):
        found = _sender_above(lines, *above, us)
        if found or not is_banner or any(map(LABEL_LINE.match, below_it)):
            return found
    if group[1] - group[0] <= LONGEST_BANNER and (found := _heading_in(lines, *above, us)):
        return HeaderBlock(found.line, found.column, foreign=not is_banner)
    return None


def holds_another_mail(lines: Sequence[str]) -> bool:
    """Whether somebody else's mail is forwarded or quoted here, with its heading and an address."""
    return any(
        _begins_another_mail(line, [text for text in lines[number : number + 9] if text.strip()])
        for number, line in enumerate(lines)
        if line.strip() and ("@" in line or SEPARATOR.match(line) or DATE.search(line))
    )


def _begins_another_mail(line: str, below: Sequence[str]) -> bool:
    """`below`: the written lines from this one on."""
    roles = {found.lastgroup for text in below[:6] if (found := LABEL_LINE.match(text))}
    if SEPARATOR.match(line) and len(roles) >= 2:
        return True
    starts = LABEL_LINE.match(line)
    if starts and starts.lastgroup == "from" and ADDRESS.search(line) and len(roles) >= 3:
        return True
    sentence = " ".join(text.strip() for text in below[:2])[:1000]
    return bool(
        ADDRESS.search(sentence) and WROTE.search(sentence) and DATE.search(line) and TIME.search(sentence)
    )


def _group_above(lines: Sequence[str], below: int) -> tuple[int, int] | None:
    """From, to (excluded): the lines without an empty one that end above this one."""
    end = below
    while end > 0 and below - end < LONGEST_GAP and _is_empty(lines[end - 1]):
        end -= 1
    start = end
    while start > 0 and end - start < LONGEST_BLOCK and not _is_empty(lines[start - 1]):
        start -= 1
    return (start, end) if start < end else None


def _is_empty(line: str) -> bool:
    return not any(letter.isalnum() for letter in line)


def _heading_in(lines: Sequence[str], start: int, end: int, us: Us) -> HeaderBlock | None:
    sentence = _sentence(lines, start, end, us)
    if sentence and _lead(lines, sentence.line, end) is not None:
        return _with_title(lines, sentence)
    return _block(lines, start, end, us) or (sentence and _with_title(lines, sentence))


def _with_title(lines: Sequence[str], heading: HeaderBlock) -> HeaderBlock:
    """From "------ Original message ------" directly above."""
    if heading.column or heading.line == 0:
        return heading
    above = lines[heading.line - 1]
    titled = SEPARATOR.match(above) or TITLED_RULE.match(above)
    return replace(heading, line=heading.line - 1) if titled else heading


def _block(lines: Sequence[str], start: int, end: int, us: Us) -> HeaderBlock | None:
    """Lines of `From: …`, one of which names us, up to the rule above them."""
    labelled = [number for number in range(start, end) if LABEL.match(lines[number])]
    if len(labelled) < 2 or end - 1 - labelled[-1] > 2:
        return None
    naming = [number for number in labelled if us.named_in(lines[number])]
    roles = {found.lastgroup for number in labelled if (found := LABEL_LINE.match(lines[number]))}
    if not naming:
        dated = any(DATE.search(lines[number]) and TIME.search(lines[number]) for number in labelled)
        if not (dated and len(roles) >= 3 and "from" in roles):
            return None
        naming = [number for number in labelled if LABEL_LINE.match(lines[number])]
    top = naming[0]
    while top > start and _belongs_above(lines[top - 1]):
        top -= 1
    return HeaderBlock(_with_rule(lines, top))


def _belongs_above(line: str) -> bool:
    """Where the sender is not named first."""
    found = LABEL_LINE.match(line)
    if found and found.lastgroup != "date":
        return True
    return bool(DATE.search(line) and TIME.search(line)) and len(line.split()) <= MOST_OF_A_DATE


def _with_rule(lines: Sequence[str], top: int) -> int:
    """From the rule directly above, be it drawn or "-----Original Message-----"."""
    above = top
    while above > 0 and top - above < 2 and not lines[above - 1].strip():
        above -= 1
    if above > 0 and _is_rule(lines[above - 1]):
        return above - 1
    return top


def _is_rule(line: str) -> bool:
    return bool(SEPARATOR.match(line) or UNDERLINE.match(line) or TITLED_RULE.match(line))


def _all_labels(lines: Sequence[str]) -> bool:
    return all(LABEL.match(line) for line in lines)


def _sender_above(lines: Sequence[str], start: int, end: int, us: Us) -> HeaderBlock | None:
    """Sender and date by themselves, above the other labels (Notes)."""
    near = [number for number in range(max(start, end - 3), end) if us.named_in(lines[number])]
    return HeaderBlock(_with_rule(lines, near[0])) if near else None


def _sentence(lines: Sequence[str], start: int, end: int, us: Us) -> HeaderBlock | None:
    for length in range(1, min(LONGEST_SENTENCE, end - start) + 1):
        if _is_sentence(" ".join(line.strip() for line in lines[end - length : end]), us):
            top = _begun(lines, start, end - length, end)
            return _column(lines, top, end, us)
    return None


def _is_sentence(text: str, us: Us) -> bool:
    closed = text.rstrip(" *_\u200b\u00a0")
    written = WROTE.search(text)
    closes = closed.endswith((":", "：", ">>>", "--")) or bool(
        written and len(text[written.end() :].split()) <= 1
    )
    if us.addressed_in(text) and (closes or DATE.search(text) or TIME.search(text)):
        return True
    if not closes:
        return False
    if us.named_in(text):
        return bool(written or DATE.search(text) or TIME.search(text) or closed.endswith(">>>"))
    return bool(written and DATE.search(text) and TIME.search(text))


def _begun(lines: Sequence[str], start: int, top: int, end: int) -> int:
    """The line where the sentence begins that ends at `end`: a program may have wrapped it."""
    while top > start and end - top < LONGEST_SENTENCE and _lead(lines, top, end) is None:
        above, here = lines[top - 1].strip(), lines[top]
        dated = any(DATE.search(line) for line in lines[top:end])
        goes_on = (
            not dated and DATE.search(above) and len(above) <= 90 and not above.endswith((".", "!", "?", ":"))
        )
        if not (BEGUN_ABOVE.match(here) or goes_on):
            break
        top -= 1
    return top


def _column(lines: Sequence[str], top: int, end: int, us: Us) -> HeaderBlock:
    """Where a reply and the heading share a line, the heading begins with a word such as "On"."""
    line = lines[top]
    if (at := _lead(lines, top, end)) is not None:
        return HeaderBlock(top, 0 if _is_empty(line[:at]) else at)
    date = DATE.search(line)
    before = line[: date.start()] if date else ""
    begins_with_us = us.addressed_in(before) and len(before.partition("@")[0].split()) <= FEW_WORDS
    if date and len(before.split()) > FEW_WORDS and not begins_with_us:
        return HeaderBlock(top, date.start())
    return HeaderBlock(top)


def _lead(lines: Sequence[str], top: int, end: int) -> int | None:
    """Where in the line the last "On", "Le", "Am" stands that begins the heading."""
    line, rest = lines[top], " ".join(lines[top + 1 : end])
    dated = bool(DATE.search(f"{line} {rest}"))
    for found in reversed(list(LEAD.finditer(line))):
        said = f"{line[found.start() :]} {rest}"
        if bool(DATE.search(said)) == dated and (dated or WROTE.search(said)):
            return found.start()
    return None


def _plain(text: str) -> str:
    return " ".join(words_of(text))
