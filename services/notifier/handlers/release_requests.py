"""The archive at the workspace: told what waits, shown when somebody looks, released when that is asked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Literal
from uuid import UUID

from services.chassis.language.commonmark import marked, plain_words
from services.chassis.messaging.requests import RefusedRequest
from services.chassis.messaging.transaction import Begin, Unit
from services.contracts.coordinator import (
    EntryKeepRequested,
    EntryReleaseRequested,
    EntryShowRequested,
    EntryWithdrawRequested,
)
from services.contracts.notifier import EntryNoted, EntryShown, PersonalMark, ShownText
from services.contracts.vocabulary import WORD_PATTERN
from services.notifier.domain.personal_data import marks
from services.notifier.handlers import archiving
from services.notifier.handlers.archiving import NotForThePublic, ReleaseRules
from services.notifier.store.archive import entries, entry_news
from services.notifier.store.archive.entries import Entry

PAGE = 100
NEEDED = ("title", "question", "answer")


async def tell(begin: Begin) -> None:
    """Every change of an entry, in its order."""
    while True:
        async with begin() as unit:
            news = await entry_news.news(unit.db, PAGE)
            if not news:
                return
            for one in news:
                fact = EntryNoted(
                    number=one["number"], state=one["state"], version=one["id"], since=one["since"]
                )
                unit.announce(fact, question=one["question"])
            await entry_news.told(unit.db, [one["id"] for one in news])
        if len(news) < PAGE:
            return


async def show(unit: Unit, _question: UUID, wish: EntryShowRequested) -> None:
    entry = await _entry(unit, wish.number, ("held", "published"))
    clean = archiving.without_personal_data(entry)
    shown = partial(_shown, entry)
    texts = (
        shown("title", entry.title, clean.title),
        shown("question", entry.question, clean.question),
        _shown_answer(entry, clean),
        *map(partial(shown, "source"), entry.sources, clean.sources),
        *([shown("subject", entry.subject, clean.subject or "")] if entry.subject else ()),
    )
    fact = EntryShown(
        number=entry.number, state=_shown_state(entry), library=entry.partner_name, texts=tuple(texts)
    )
    unit.announce(fact, question=entry.question_id)


def _shown_state(entry: Entry) -> Literal["held", "published"]:
    return "published" if entry.state == "published" else "held"


def _shown_answer(entry: Entry, clean: Entry) -> ShownText:
    """With its marks, which a coordinator changes like any other letter, as long as the proposed text has
    them."""
    if entry.marked is None or clean.marked is None:
        return _shown(entry, "answer", entry.answer, clean.answer)
    shown = _shown(entry, "answer", entry.marked, clean.marked)
    return shown.model_copy(update={"format": "commonmark"})


def _shown(entry: Entry, field: str, text: str, proposed: str) -> ShownText:
    return ShownText(field=field, text=text, proposed=proposed, marks=tuple(_marks(text, entry)))


def _marks(text: str, entry: Entry) -> Iterator[PersonalMark]:
    for mark in marks(text, archiving.names(entry)):
        yield PersonalMark(start=mark.start, end=mark.end, kind=mark.kind)


async def release(rules: ReleaseRules, unit: Unit, _question: UUID, wish: EntryReleaseRequested) -> None:
    """In the coordinator's words alone. Nobody can tell whether a field was emptied because all of it is
    private, so what stood there is never put in its place."""
    for field in NEEDED:
        if not getattr(wish, field).strip():
            raise RefusedRequest(f"{field} is empty: nothing is released", "emptied_field", field=field)
    if wish.subject and not re.match(WORD_PATTERN, wish.subject):
        raise RefusedRequest("no subject of the network", "faulty_field", field="subject", value=wish.subject)
    entry = await _entry(unit, wish.number, ("held",))
    edited = replace(
        entry,
        title=wish.title.strip(),
        question=wish.question.strip(),
        answer=plain_words(wish.answer.strip(), wish.format),
        marked=marked(wish.answer.strip(), wish.format),
        sources=wish.sources,
        subject=wish.subject,
    )
    try:
        await archiving.release(unit, rules, edited, wish.by)
    except NotForThePublic as stopped:
        raise RefusedRequest(str(stopped), "walled") from stopped


async def keep(unit: Unit, _question: UUID, wish: EntryKeepRequested) -> None:
    entry = await _entry(unit, wish.number, ("held",))
    await entries.take_off(unit.db, entry, "kept_private", unit.now)


async def withdraw(unit: Unit, _question: UUID, wish: EntryWithdrawRequested) -> None:
    entry = await _entry(unit, wish.number, ("published",))
    await entries.take_off(unit.db, entry, "withdrawn", unit.now)


async def _entry(unit: Unit, number: int, states: tuple[str, ...]) -> Entry:
    entry = await entries.take(unit.db, number, states)
    if entry is None:
        raise RefusedRequest(f"entry {number} is not {' or '.join(states)}", "not_so_any_more")
    return entry
