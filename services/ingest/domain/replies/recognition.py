"""Which words of a reply stand in a mail that we sent, in the order in which they stand there.

Words are compared, never lines: mail programs wrap, join and mark lines as they like. The work grows with the
texts' lengths, not with their product: runs of three words that stand once in our mail are looked up, put in
order, and grown as far as the words agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

GRAM = 3
"""Words in a row by which a place in our mail is found."""
MOST_RUNS = 300
"""The longest runs are kept where there are more, as in a text that cites us over and over."""
WIDEST_GAP = 120
"""Words between two runs that are compared one by one, on either side."""
NOBODY = -1
"""Stands for a word that was recognised already."""


@dataclass(frozen=True, slots=True)
class Run:
    """`length` words from `at` in the reply are those from `from_` in our mail."""

    at: int
    from_: int
    length: int

    @property
    def end(self) -> int:
        return self.at + self.length

    @property
    def until(self) -> int:
        return self.from_ + self.length


@dataclass(frozen=True, slots=True)
class Chain:
    """Runs of one mail (by its number), in order in the reply and in the mail."""

    mail: int
    runs: tuple[Run, ...]

    @property
    def words(self) -> int:
        return sum(run.length for run in self.runs)

    @property
    def longest(self) -> int:
        return max(run.length for run in self.runs)


def chains(reply: Sequence[int], mails: Sequence[Sequence[int]]) -> list[Chain]:
    """The most of our words first. A mail may stand in a reply more than once."""
    left, found = list(reply), []
    indexes = [_places(mail) for mail in mails]
    for _ in range(2 * len(mails)):
        best = max(
            (_chain(number, left, mail, indexes[number]) for number, mail in enumerate(mails)),
            key=lambda chain: chain.words if chain else 0,
            default=None,
        )
        if best is None:
            break
        found.append(best)
        for run in best.runs:
            left[run.at : run.end] = [NOBODY] * run.length
    return found


def _places(mail: Sequence[int]) -> dict[tuple[int, ...], int]:
    """Where each run of three words stands that stands once."""
    places: dict[tuple[int, ...], int] = {}
    for at in range(len(mail) - GRAM + 1):
        gram = tuple(mail[at : at + GRAM])
        places[gram] = NOBODY if gram in places else at
    return {gram: at for gram, at in places.items() if at != NOBODY}


def _chain(
    number: int, reply: list[int], mail: Sequence[int], places: dict[tuple[int, ...], int]
) -> Chain | None:
    seeds = _seeds(reply, places)
    if not seeds:
        return None
    grown = _grown(reply, mail, _in_order(seeds))
    return Chain(number, tuple(_joined(_bridged(reply, mail, grown))))


def _seeds(reply: list[int], places: dict[tuple[int, ...], int]) -> list[Run]:
    runs: list[Run] = []
    for at in range(len(reply) - GRAM + 1):
        from_ = places.get(tuple(reply[at : at + GRAM]), NOBODY)
        if from_ == NOBODY:
            continue
        last = runs[-1] if runs else None
        if last and last.end == at + GRAM - 1 and last.until == from_ + GRAM - 1:
            runs[-1] = Run(last.at, last.from_, last.length + 1)
        else:
            runs.append(Run(at, from_, GRAM))
    kept = sorted(runs, key=lambda run: -run.length)[:MOST_RUNS]
    return sorted(kept, key=lambda run: run.at)


def _in_order(runs: list[Run]) -> list[Run]:
    """Those that keep the order of our mail and hold the most words together."""
    best: list[tuple[int, int]] = []
    for number, run in enumerate(runs):
        before = [
            (best[other][0], other)
            for other in range(number)
            if runs[other].at < run.at and runs[other].from_ < run.from_ and runs[other].until <= run.until
        ]
        words, other = max(before, default=(0, NOBODY))
        best.append((words + run.length, other))
    place = max(range(len(runs)), key=lambda number: best[number][0])
    chosen: list[Run] = []
    while place != NOBODY:
        chosen.append(runs[place])
        place = best[place][1]
    return _apart(chosen[::-1])


def _apart(runs: list[Run]) -> list[Run]:
    """None takes words of the one before it."""
    apart: list[Run] = []
    for run in runs:
        shared = max(0, apart[-1].end - run.at, apart[-1].until - run.from_) if apart else 0
        if shared < run.length:
            apart.append(Run(run.at + shared, run.from_ + shared, run.length - shared))
    return apart


def _grown(reply: list[int], mail: Sequence[int], runs: list[Run]) -> list[Run]:
    """As far as the words agree, forwards first: what is written comes before what it interrupts."""
    grown: list[Run] = []
    for number, run in enumerate(runs):
        low_at, low_from = (grown[-1].end, grown[-1].until) if grown else (0, 0)
        at, from_ = run.at, run.from_
        while at > low_at and from_ > low_from and reply[at - 1] == mail[from_ - 1]:
            at, from_ = at - 1, from_ - 1
        following = runs[number + 1] if number + 1 < len(runs) else Run(len(reply), len(mail), 0)
        end, until = run.end, run.until
        while end < following.at and until < following.from_ and reply[end] == mail[until]:
            end, until = end + 1, until + 1
        grown.append(Run(at, from_, end - at))
    return grown


def _bridged(reply: list[int], mail: Sequence[int], runs: list[Run]) -> list[Run]:
    """Short pieces of our mail between two runs, as between two answers in between."""
    bridged = runs[:1]
    for run in runs[1:]:
        last = bridged[-1]
        here, there = reply[last.end : run.at], mail[last.until : run.from_]
        if 0 < len(here) <= WIDEST_GAP and 0 < len(there) <= WIDEST_GAP:
            pieces = SequenceMatcher(None, here, there, autojunk=False).get_matching_blocks()
            bridged += [Run(last.end + one.a, last.until + one.b, one.size) for one in pieces if one.size]
        bridged.append(run)
    return bridged


def _joined(runs: list[Run]) -> list[Run]:
    joined: list[Run] = []
    for run in runs:
        if joined and joined[-1].end == run.at and joined[-1].until == run.from_:
            joined[-1] = Run(joined[-1].at, joined[-1].from_, joined[-1].length + run.length)
        else:
            joined.append(run)
    return joined
