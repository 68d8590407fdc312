"""Years of answers from another help desk: to the release queue, or released and masked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from services.chassis.messaging.transaction import Begin
from services.contracts.links.signed_links import LENGTH
from services.contracts.links.wall import Wall
from services.notifier.domain.archive.past_answers import PastAnswer
from services.notifier.domain.archive.titles import proposed_title
from services.notifier.domain.personal_data import marks, masked, said_names
from services.notifier.store.archive import past_answers
from services.notifier.store.archive.past_answers import Placed

BATCH = 20_000
"""Rows of one transaction: the words of so many are counted together."""
BY = "import"
UNBROKEN = re.compile(rf"[A-Za-z2-7]{{{LENGTH}}}")


@dataclass
class Outcome:
    """What became of the rows, or would become of them."""

    states: Counter[str] = field(default_factory=Counter)
    there: int = 0
    """Kept by an earlier run, and left as they are."""
    personal: list[tuple[int, str]] = field(default_factory=list)
    """Line, and what looks personal in it."""


@dataclass(frozen=True)
class MovingIn:
    """`release`: published at once, masked; else everything waits for release."""

    begin: Begin
    wall: Wall
    release: bool
    told: Callable[[int], None] = lambda _done: None

    async def keep(self, rows: Sequence[PastAnswer]) -> Outcome:
        """The oldest first, so that the newest stand in front. Each batch is kept whole or not at all: a run
        that was ended is run again."""
        outcome, done = Outcome(), 0
        for batch in _batches(sorted(rows, key=lambda row: (row.answered_at, row.number))):
            placed = [self._placed(row, outcome) for row in batch]
            async with self.begin() as unit:
                new = await past_answers.keep(unit.db, placed, BY, unit.now)
            outcome.states.update(one.state for one in placed if one.answer.id in new)
            outcome.there += len(placed) - len(new)
            done += len(batch)
            self.told(done)
        return outcome

    async def rehearse(self, rows: Sequence[PastAnswer]) -> Outcome:
        """What `keep` would do; nothing is changed."""
        outcome = Outcome()
        for batch in _batches(rows):
            placed = [self._placed(row, outcome) for row in batch]
            async with self.begin() as unit:
                there = await past_answers.there(unit.db, [one.answer.id for one in placed])
            outcome.states.update(one.state for one in placed if one.answer.id not in there)
            outcome.there += len(there)
        return outcome

    def _placed(self, row: PastAnswer, outcome: Outcome) -> Placed:
        if not row.public:
            return Placed(row, "kept_private")
        found = personal(row)
        outcome.personal += [(row.line, kind) for kind in found]
        if not self.release:
            return Placed(replace(row, title=row.title or proposed_title(row.question)), "held")
        clean = without_what_looks_personal(row) if found else row
        titled = replace(clean, title=clean.title or proposed_title(clean.question))
        texts = (titled.title, titled.question, titled.answer, *titled.sources)
        stopped = self._may_hold_ours(texts) and self.wall.why_not(texts, row.id, partners=(row.partner,))
        return Placed(titled, "held" if stopped else "published")

    def _may_hold_ours(self, texts: Iterable[str]) -> bool:
        """A link or address of ours names our host, or is as long as nobody's words are: the wall reads
        letter by letter, and years of another desk's texts hold neither."""
        host = self.wall.public_url.partition("://")[2].partition("/")[0]
        ours = (host.lower(), self.wall.box.partition("@")[2].lower())
        return any(UNBROKEN.search(text) or any(name in text.lower() for name in ours) for text in texts)


def personal(row: PastAnswer) -> list[str]:
    """The kinds of what looks personal, each once."""
    texts, known = (row.title, row.question, row.answer, *row.sources), _said(row)
    return sorted({mark.kind for text in texts for mark in marks(text, known)})


def without_what_looks_personal(row: PastAnswer) -> PastAnswer:
    known = _said(row)
    return replace(
        row,
        title=_masked(row.title, known),
        question=_masked(row.question, known),
        answer=_masked(row.answer, known),
        sources=tuple(_masked(source, known) for source in row.sources),
    )


def _said(row: PastAnswer) -> tuple[str, ...]:
    return (*said_names(row.question), *said_names(row.answer))


def _masked(text: str, known: tuple[str, ...]) -> str:
    return masked(text, marks(text, known))


def _batches(rows: Sequence[PastAnswer]) -> Iterator[list[PastAnswer]]:
    left = iter(rows)
    while batch := list(islice(left, BATCH)):
        yield batch
