"""Release into the archive: heard of in any order, looked at, decided by asking the notifier."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from services.chassis.messaging.transaction import Unit
from services.contracts.coordinator import (
    EntryKeepRequested,
    EntryReleaseRequested,
    EntryShowRequested,
    EntryWithdrawRequested,
)
from services.contracts.envelope import Event
from services.contracts.notifier import EntryNoted, EntryShown
from services.contracts.vocabulary import TextFormat
from services.workspace.handlers.steering import LONGEST_LINE, Coordinator, ask, ask_unnamed
from services.workspace.store import audit
from services.workspace.store.coordinator import entries


@dataclass(frozen=True, slots=True)
class ReleasedWords:
    """What everyone will read."""

    title: str
    question: str
    answer: str
    sources: tuple[str, ...]
    subject: str | None
    format: TextFormat = "plain"


async def noted(unit: Unit, event: Event[EntryNoted]) -> None:
    fact = event.data
    await entries.note(
        unit.db, fact.number, event.subject, fact.state, fact.version, fact.since or event.time
    )


async def shown(unit: Unit, event: Event[EntryShown]) -> None:
    fact = event.data
    texts = [one.model_dump(mode="json") for one in fact.texts]
    await entries.show(unit.db, fact.number, unit.now, fact.library, texts, fact.state)


async def ask_for_texts(unit: Unit, who: Coordinator, number: int, question: UUID) -> None:
    """Once, and who looked is written down."""
    if await entries.want(unit.db, number, question, unit.now):
        ask_unnamed(unit, EntryShowRequested(by=who.name[:LONGEST_LINE], number=number), question)
        await audit.note(unit.db, unit.now, who.person, "entry_show.requested", question=question)


async def release(
    unit: Unit, who: Coordinator, form: str, number: int, question: UUID, words: ReleasedWords
) -> None:
    """Raises ValidationError where the contract does not take it."""
    fact = EntryReleaseRequested(
        by=who.name[:LONGEST_LINE],
        number=number,
        title=words.title,
        question=words.question,
        answer=words.answer,
        format=words.format,
        sources=words.sources,
        subject=words.subject,
    )
    await ask(unit, who, form, fact, question, str(number))


async def decide(
    unit: Unit, who: Coordinator, form: str, number: int, question: UUID, *, withdraw: bool
) -> None:
    """Keep it private, or take it off the archive."""
    kind = EntryWithdrawRequested if withdraw else EntryKeepRequested
    await ask(unit, who, form, kind(by=who.name[:LONGEST_LINE], number=number), question, str(number))
