"""Answers that a person posts in a group: heard of in any order, and said to stand there."""

from __future__ import annotations

from uuid import UUID

from services.chassis.messaging.transaction import Unit
from services.contracts.coordinator import PostedRequested
from services.contracts.envelope import Event
from services.contracts.notifier import PostNoted
from services.workspace.handlers.steering import LONGEST_LINE, Coordinator, ask
from services.workspace.store import facts
from services.workspace.store.coordinator import group_posts


async def keep_post(unit: Unit, event: Event[PostNoted]) -> None:
    fact = event.data
    erased = await facts.is_erased(unit.db, event.subject)
    await group_posts.note(
        unit.db,
        fact.delivery_id,
        event.subject,
        fact.version,
        fact.since or event.time,
        text=None if erased else fact.text,
        library=fact.library.name if fact.library else None,
        url=None if erased else fact.url,
    )


async def ask_posted(
    unit: Unit, who: Coordinator, form: str, delivery: UUID, question: UUID, url: str | None
) -> None:
    """Raises ValidationError where the contract does not take it."""
    fact = PostedRequested(by=who.name[:LONGEST_LINE], delivery_id=delivery, url=url)
    await ask(unit, who, form, fact, question, None)
