"""Entries about the same thing: found by the rarest words, kept if they are near enough."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from itertools import accumulate

from asyncpg import Pool, Record

from services.notifier.domain.archive.relatedness import RELATED, likeness, telling
from services.notifier.store.archive import published
from services.notifier.store.archive.published import RelatedEntry

TELLING = 6
"""How many of a text's rarest words to look for."""
MOST_SCORED = 20
"""Entries whose texts are read."""
MOST_COMPARED = 150
"""Entries that are compared at most: words that more of them hold together say little."""


async def related(pool: Pool[Record], text: str, *, but: int = 0, most: int = 5) -> tuple[RelatedEntry, ...]:
    """The most alike first; none where nothing is alike. Words that one entry alone holds can't find another;
    those that thousands hold say nothing."""
    wanted = telling(text)
    known = await published.known(pool, list(wanted))
    sought = rarest({word: uses for word, uses in known.items() if uses > (1 if but else 0)})
    if not sought:
        return ()
    found = await published.like(pool, " or ".join(sought), but=but, compared=MOST_COMPARED, most=MOST_SCORED)
    return (await _related_only(pool, wanted, known, found))[:most]


async def _related_only(
    pool: Pool[Record], wanted: Set[str], known: Mapping[str, int], found: Sequence[RelatedEntry]
) -> tuple[RelatedEntry, ...]:
    theirs = {one.number: telling(f"{one.title} {one.question}") for one in found}
    others = set().union(*theirs.values()) - wanted
    uses = {**known, **await published.known(pool, list(others))}
    size = await published.size(pool)
    scored = [(likeness(wanted, theirs[one.number], uses, size), one) for one in found]
    near = sorted(
        (pair for pair in scored if pair[0] >= RELATED), key=lambda pair: (-pair[0], -pair[1].number)
    )
    return tuple(one for _, one in near)


def rarest(uses: Mapping[str, int]) -> list[str]:
    """The rarest word, and the next ones as long as few enough entries hold them together."""
    ranked = sorted(uses, key=lambda word: (uses[word], word))[:TELLING]
    together = accumulate(uses[word] for word in ranked)
    return [word for word, total in zip(ranked, together, strict=True) if total <= MOST_COMPARED] or ranked[
        :1
    ]
