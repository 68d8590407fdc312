"""Entries about the same thing: they share the rarest words."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import accumulate

from asyncpg import Pool, Record

from services.notifier.domain.search_terms import words
from services.notifier.store import published
from services.notifier.store.published import RelatedEntry

TELLING = 6
"""How many of a text's rarest words to look for."""
MOST_COMPARED = 150
"""Entries that are compared at most: words that more of them hold together say little."""


async def related(pool: Pool[Record], text: str, *, but: int = 0, most: int = 5) -> tuple[RelatedEntry, ...]:
    """The most alike first. Words that one entry alone holds can't find another; those that thousands hold
    say nothing."""
    known = await published.known(pool, words(text))
    telling = rarest({word: uses for word, uses in known.items() if uses > (1 if but else 0)})
    if not telling:
        return ()
    return await published.like(pool, " or ".join(telling), but=but, compared=MOST_COMPARED, most=most)


def rarest(uses: Mapping[str, int]) -> list[str]:
    """The rarest word, and the next ones as long as few enough entries hold them together."""
    ranked = sorted(uses, key=lambda word: (uses[word], word))[:TELLING]
    together = accumulate(uses[word] for word in ranked)
    return [word for word, total in zip(ranked, together, strict=True) if total <= MOST_COMPARED] or ranked[
        :1
    ]
