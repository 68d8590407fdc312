"""What a person wrote in a reply to a mail of ours, without what their mail program quoted.

The quote is what we sent: its words are known. Shape alone takes nothing away but the heading that a program
puts directly above our text (`headings`) and a signature below `-- `. What can't be told apart for sure is
said to be unsure, and then nobody is sent it.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from services.contracts.links.marks import MailFingerprint, Token, bare_links, hashed, tokens
from services.ingest.domain.replies.broken_links import broken_links
from services.ingest.domain.replies.headings import Us, heading_above, holds_another_mail
from services.ingest.domain.replies.lines import ReplyLine, without_margin
from services.ingest.domain.replies.recognition import Chain, Run, chains

SIGNATURE = re.compile(r"^-- $", re.MULTILINE)
LONGEST_SIGNATURE = 12
"""Lines below `-- `: more is no signature."""
MOST_MAILS = 12
FEW = 4
"""Words of ours with which a line may begin or end by chance."""
OFTEN_SAID = 8
"""Words in a row that nobody writes by chance as our mails do."""
MOST_OF_IT = 25


@dataclass(frozen=True, slots=True)
class Memory:
    """What we sent to whoever writes. `codes` mark our mails' head and foot; `quotable`: what anybody may
    cite, as the question itself; `us`: what mail programs call us."""

    key: bytes = field(repr=False)
    mails: tuple[MailFingerprint, ...]
    codes: frozenset[str]
    quotable: tuple[tuple[int, ...], ...]
    us: Us


@dataclass(frozen=True, slots=True)
class Written:
    """`why_unsure` is empty when `text` is exactly what the person wrote, else one of ours, another_mail,
    unsure. `quotes_us`: some of ours was found."""

    text: str
    why_unsure: str = ""
    quotes_us: bool = False


def written_in(text: str, memory: Memory) -> Written:
    """`text`: the whole reply, as it is shown."""
    lines = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).split("\n")
    page = _Page(lines, memory)
    page.recognise()
    page.take_headings()
    left = without_signature(page.left())
    return Written(left, page.why_unsure(left), page.quotes_us)


def without_signature(text: str) -> str:
    """Without what follows the last `-- ` (RFC 3676, 4.3), where that is the end of it."""
    *_, last = [None, *SIGNATURE.finditer(text)]
    if last is None or text[last.end() :].strip().count("\n") >= LONGEST_SIGNATURE:
        return text
    return text[: last.start()].rstrip()


class _Page:
    def __init__(self, lines: Sequence[str], memory: Memory) -> None:
        self._memory = memory
        self.lines = [ReplyLine(line) for line in lines]
        self.tokens: list[Token] = []
        self.line_of: list[int] = []
        self.quotes_us = False
        self._unsure = ""
        self._firsts: list[int] = []
        self._unmarked: list[Run] = []
        self._bare = [line.bare for line in self.lines]
        self._read("\n".join(lines))

    def _read(self, text: str) -> None:
        starts = [0]
        for line in self.lines:
            starts.append(starts[-1] + len(line.text) + 1)
        for token in tokens(text):
            number = bisect_right(starts, token.start) - 1
            if token.is_link:
                self.lines[number].links.append(text[token.start : token.end])
                continue
            self.lines[number].words.append(len(self.tokens))
            self.tokens.append(Token(token.start - starts[number], token.end - starts[number], token.word))
            self.line_of.append(number)

    def recognise(self) -> None:
        """Mark what is ours, line by line."""
        key = self._memory.key
        said = [hashed(key, token.word or "") for token in self.tokens]
        mails = [mail.words for mail in self._memory.mails[:MOST_MAILS]]
        for chain in chains(said, mails):
            self._take(chain, said, len(mails[chain.mail]))
        for line in self.lines:
            self._judge(line)
        self._take_signs_broken_off()
        self._take_links_broken()
        self._take_what_stands_between()

    def _take(self, chain: Chain, said: list[int], length: int) -> None:
        """Those runs of a chain that are a quote; what cites us else stays the writer's."""
        runs = chain.runs
        quoted = [self._is_quoted(run, length) for run in runs]
        for forwards in (True, False):
            order = list(pairwise(range(len(runs))))
            for one, other in order if forwards else reversed(order):
                if quoted[one] != quoted[other] and _follows(runs[one], runs[other]):
                    quoted[one] = quoted[other] = True
        for run, is_quoted in zip(runs, quoted, strict=True):
            if is_quoted:
                self.quotes_us = True
                for number in range(run.at, run.end):
                    self.lines[self.line_of[number]].ours.add(number)
            elif run.length >= OFTEN_SAID and not self._may_be_cited(said[run.at : run.end]):
                self._unmarked.append(run)
        if any(quoted):
            self._firsts.append(self.line_of[runs[quoted.index(True)].at])

    def _is_quoted(self, run: Run, length: int) -> bool:
        first = self.line_of[run.at]
        if any(self.tokens[number].word in self._memory.codes for number in range(run.at, run.end)):
            return True
        whole = self._is_whole(run)
        if whole and self.lines[first].depth and self.lines[self.line_of[run.end - 1]].depth:
            return True
        if whole and heading_above(self._bare, first, self._memory.us) is not None:
            return True
        return run.length >= MOST_OF_IT and 2 * run.length >= length

    def _is_whole(self, run: Run) -> bool:
        """Whether it fills its lines, or most of them."""
        around = self.lines[self.line_of[run.at]].words + self.lines[self.line_of[run.end - 1]].words
        outside = sum(not run.at <= number < run.end for number in set(around))
        return outside <= run.length // 4

    def _may_be_cited(self, words: list[int]) -> bool:
        return any(_holds(whole, words) for whole in self._memory.quotable)

    def _judge(self, line: ReplyLine) -> None:
        """A line of which all is ours goes; of one that begins or ends with ours the rest stays."""
        if not line.ours:
            return
        if len(line.ours) == len(line.words):
            line.cut = True
            return
        if len(line.ours) < FEW or 2 * len(line.ours) < len(line.words):
            if any(self.tokens[number].word in self._memory.codes for number in line.ours):
                self._unsure = "ours"
            line.ours.clear()
            return
        first, last = min(line.ours), max(line.ours)
        if len(line.ours) != last - first + 1 or (line.words[0] < first and last < line.words[-1]):
            self._unsure = "unsure"
        elif first == line.words[0]:
            line.text = line.text[self.tokens[last].end :].lstrip(" \t.,;:!?…»)]>\"'”’")
        else:
            line.text = line.text[: self.tokens[first].start].rstrip(" \t«([<\"'“‘")

    def _take_signs_broken_off(self) -> None:
        """A question mark or a quotation mark of ours, alone on the line below where the text was wrapped."""
        for above, line in pairwise(self.lines):
            if above.cut and not line.words and not line.links and line.depth == above.depth:
                line.cut = bool(line.bare.strip())

    def _take_links_broken(self) -> None:
        known = {link for mail in self._memory.mails for link in mail.links}
        key = self._memory.key
        for number in broken_links(self._bare, lambda link: hashed(key, link) in known):
            self.lines[number].cut = self.quotes_us

    def _take_what_stands_between(self) -> None:
        """Between two lines of ours: empty ones, rules, our links, and what is left of a line's margin."""
        known = {link for mail in self._memory.mails for link in mail.links}
        taken = [number for number, line in enumerate(self.lines) if line.cut]
        for above, below in pairwise(taken):
            between = self.lines[above + 1 : below]
            if all(line.blank or self._is_our_link(line, known) for line in between):
                for line in between:
                    line.cut = True
            else:
                self._answer_in_between(above, between, known)
        for number in taken[-1:]:
            self._take_what_ends(number, known)

    def _answer_in_between(self, above: int, between: list[ReplyLine], known: Collection[int]) -> None:
        """Written into the quote; without its margin, where it was written inside of it."""
        outside = not (between[0].text.strip() and between[-1].text.strip())
        for edge in (between, between[::-1]):
            for line in edge:
                if not (line.blank or self._is_our_link(line, known)):
                    break
                line.cut = True
        depth = self.lines[above].depth
        written = [line for line in between if not line.cut]
        if depth and not outside and all(line.depth >= depth for line in written if not line.blank):
            for line in written:
                line.text = without_margin(line.text, depth)

    def _take_what_ends(self, number: int, known: Collection[int]) -> None:
        """Directly below the last line of ours, in its margin: a gateway's footer, or an answer."""
        depth = self.lines[number].depth
        for line in self.lines[number + 1 :]:
            if self._is_our_link(line, known):
                line.cut = True
            elif not line.text.strip() or not depth or line.depth < depth:
                break
            elif line.blank:
                line.cut = True
            else:
                self._unsure = "unsure"
                break

    def _is_our_link(self, line: ReplyLine, known: Collection[int]) -> bool:
        """A line that is nothing but links of our mail, as they were or as a gateway has wrapped them."""
        if line.words or not line.links:
            return False
        key = self._memory.key
        return all(any(hashed(key, bare) in known for bare in bare_links(link)) for link in line.links)

    def take_headings(self) -> None:
        """What the program put directly above our text: "… wrote:", or From, Sent, To, Subject."""
        for first in sorted(self._firsts):
            found = heading_above(self._bare, first, self._memory.us)
            if found is None:
                continue
            for line in self.lines[found.line + 1 : first]:
                line.cut = True
            self._take_empty_margin(found.line)
            heading = self.lines[found.line]
            heading.cut = found.column == 0
            heading.text = heading.bare[: found.column].rstrip()
            if found.foreign and not heading.depth:
                self._unsure = "unsure"

    def _take_empty_margin(self, below: int) -> None:
        for line in reversed(self.lines[:below]):
            if not (line.blank and line.depth):
                break
            line.cut = True

    def left(self) -> str:
        """One empty line where a quote was taken out; elsewhere as it was."""
        pieces: list[list[str]] = [[]]
        for line in self.lines:
            if line.cut:
                pieces.append([])
            else:
                pieces[-1].append(line.text if line.text == "-- " else line.text.rstrip())
        whole = ("\n".join(piece).strip("\n") for piece in pieces)
        return "\n\n".join(piece for piece in whole if piece.strip())

    def why_unsure(self, left: str) -> str:
        if self._unsure:
            return self._unsure
        if any(not self.lines[self.line_of[run.at]].cut for run in self._unmarked):
            return "ours"
        if any(code in left.lower() for code in self._memory.codes):
            return "ours"
        if self.quotes_us and self._was_deeper():
            return "another_mail"
        if holds_another_mail(left.split("\n")):
            return "another_mail"
        return ""

    def _was_deeper(self) -> bool:
        """Ours stood in the quote of another mail, of which something is left. Our mails quote, too: the
        least margin of a quote tells."""
        cut = [line.depth for line in self.lines if line.cut and line.words]
        left = [line.depth for line in self.lines if not line.cut and line.words]
        return min(cut, default=0) > 1 and any(left)


def _follows(one: Run, other: Run) -> bool:
    """Nothing of our mail is missing between them, or next to nothing."""
    return 0 <= other.from_ - one.until <= FEW


def _holds(whole: Sequence[int], words: Sequence[int]) -> bool:
    length = len(words)
    return any(
        whole[at] == words[0] and list(whole[at : at + length]) == list(words)
        for at in range(len(whole) - length + 1)
    )
