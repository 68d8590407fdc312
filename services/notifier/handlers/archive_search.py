"""What a reader asked for, read from the address; what they get, from the archive."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from asyncpg import Pool, Record

from services.notifier.domain.search_terms import closest, near, plain, words
from services.notifier.store.archive import published
from services.notifier.store.archive.published import EntryLine, Found, SearchFilter

PER_PAGE = 20
MOST_PAGES = 500
LONGEST_SEARCH = 200
OR = re.compile(r"(?<![^\s])or(?![^\s])")


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """One request for a list. `page` counts from 1."""

    wish: SearchFilter
    page: int = 1

    def address(self, **changes: str | int | None) -> str:
        """The query part of this list with some of it changed; empty parts are left out."""
        values: dict[str, str | int | None] = {
            "q": self.wish.text,
            "subject": self.wish.subject,
            "library": self.wish.partner,
            "year": self.wish.year,
            "page": self.page if self.page > 1 else None,
        }
        return urlencode({name: value for name, value in {**values, **changes}.items() if value})


@dataclass(frozen=True, slots=True)
class SearchPage:
    """A page of a list. `total` is None where nobody counted. `corrected` are the words searched instead;
    `loose` says that one of the words was enough."""

    lines: tuple[EntryLine, ...]
    more: bool
    total: int | None = None
    corrected: str | None = None
    loose: bool = False
    filtered: bool = False
    """Everything under a filter, in the order of time, without a search."""

    @property
    def at_least(self) -> bool:
        """There may be more than `total`."""
        most = published.MOST_COUNTED if self.filtered else published.MOST_RANKED
        return self.total is not None and self.total >= most


def asked_for(query: Mapping[str, str]) -> SearchRequest:
    """Whatever can't be read is taken as not said: a reader with a broken address still sees the archive."""
    year, page = query.get("year", ""), query.get("page", "")
    wish = SearchFilter(
        text=" ".join(query.get("q", "").replace("\x00", " ").split())[:LONGEST_SEARCH],
        subject=_word(query.get("subject")),
        partner=_word(query.get("library")),
        year=int(year) if _is_number(year) else None,
    )
    return SearchRequest(wish, min(int(page), MOST_PAGES) if _is_number(page) and int(page) > 0 else 1)


async def show(pool: Pool[Record], asked: SearchRequest, most: int = PER_PAGE) -> SearchPage:
    offset = (asked.page - 1) * most
    if not asked.wish.text:
        lines = await published.newest(pool, asked.wish, most + 1, offset)
        total = await published.count(pool, asked.wish) if asked.wish.narrows else None
        return SearchPage(lines[:most], more=len(lines) > most, total=total, filtered=total is not None)
    text = _searched(asked.wish.text)
    found = await published.search(pool, text, asked.wish, most, offset)
    if found.lines or offset:
        return _page(found, offset)
    return await _forgiving(pool, asked, text, most)


async def _forgiving(pool: Pool[Record], asked: SearchRequest, text: str, most: int) -> SearchPage:
    """Nothing holds all the words as written: with slips corrected, else with any one of the words."""
    corrected = await _correct(pool, text)
    if corrected is not None:
        found = await published.search(pool, corrected, asked.wish, most, 0)
        if found.lines:
            return replace(_page(found, 0), corrected=corrected)
    loose = " or ".join(words(corrected or text))
    found = await published.search(pool, loose, asked.wish, most, 0) if loose else Found((), 0)
    return replace(_page(found, 0), loose=bool(found.lines))


async def _correct(pool: Pool[Record], text: str) -> str | None:
    """The text with unknown words replaced by the closest known ones; None when none can be."""
    wanted = words(text)
    known = await published.known(pool, wanted)
    better: dict[str, str] = {}
    for word in wanted:
        if word not in known:
            candidate = closest(word, await published.near(pool, near(word), len(word)))
            if candidate is not None:
                better[word] = candidate
    if not better:
        return None
    return " ".join(better.get(word, word) for word in wanted)


def _searched(text: str) -> str:
    """As it is compared. `or` is gold in French: that it means either of two words, nobody expects here."""
    folded = plain(text)
    return folded if '"' in folded else OR.sub('"or"', folded)


def _page(found: Found, offset: int) -> SearchPage:
    return SearchPage(found.lines, more=offset + len(found.lines) < found.total, total=found.total)


def _word(value: str | None) -> str | None:
    return value[:64].replace("\x00", "") if value else None


def _is_number(value: str) -> bool:
    return value.isascii() and value.isdigit() and len(value) <= 6
