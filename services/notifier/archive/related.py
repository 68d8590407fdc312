"""Entries about the same thing: they share the rarest words."""

from __future__ import annotations

from asyncpg import Pool, Record

from services.notifier.domain.vocabulary import words
from services.notifier.store import shelves
from services.notifier.store.shelves import Like

TELLING = 6
"""How many of a text's rarest words to look for."""


async def related(pool: Pool[Record], text: str, *, but: int = 0, most: int = 5) -> tuple[Like, ...]:
    """The most alike first. Words that one entry alone holds can't find another; those that thousands hold
    say nothing."""
    known = await shelves.known(pool, words(text))
    telling = sorted((uses, word) for word, uses in known.items() if uses > (1 if but else 0))[:TELLING]
    if not telling:
        return ()
    return await shelves.like(pool, " or ".join(word for _, word in telling), but=but, most=most)
