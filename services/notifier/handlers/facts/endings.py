"""A question is over, for now or for good."""

from __future__ import annotations

from services.chassis.errors import TooEarly
from services.chassis.messaging import announced
from services.chassis.messaging.transaction import Unit
from services.contracts import ingest, router
from services.contracts.envelope import Event
from services.notifier.domain import plan
from services.notifier.handlers import archiving
from services.notifier.handlers.facts.decisions import (
    SENT_AFTER_ERASURE,
    STILL_SENT,
    decide,
    known_or_early,
    release,
)
from services.notifier.store import questions
from services.notifier.store.session import directly, session_of


async def question_closed(unit: Unit, event: Event[router.QuestionClosed]) -> None:
    fact = event.data
    await release(unit, event.subject, fact.released)
    state = await questions.close(await directly(unit), event.subject, event.time, unit.now, STILL_SENT)
    known = known_or_early(state, event.subject).with_closing(event.time)
    details = {"reason": fact.reason, "explanation": fact.explanation}
    told = [] if fact.reason == "spam" else plan.closed(known, event.id, details)
    decide(unit, told + plan.ended(known))


async def question_reopened(unit: Unit, event: Event[router.QuestionReopened]) -> None:
    """What is sent since is decided by what happens since; this says that the question is not over, to the
    asker whose wish it was, too."""
    fact = event.data
    if not await questions.reopen(
        await directly(unit), event.subject, event.time, fact.text, fact.promise_at
    ):
        raise TooEarly(event.subject)
    if fact.by == "asker":
        known = await session_of(unit).state(event.subject)
        decide(unit, plan.asked_again(known, event.id, event.time))


async def question_handled(unit: Unit, event: Event[router.QuestionHandled]) -> None:
    """A resolved follow-up alone is told by no other fact."""
    if event.data.released is None:
        return
    await release(unit, event.subject, event.data.released)
    decide(unit, plan.ended(await session_of(unit).state(event.subject)))


async def question_withdrawn(unit: Unit, event: Event[ingest.QuestionWithdrawn]) -> None:
    state = await questions.withdraw(await directly(unit), event.subject, unit.now, STILL_SENT)
    decide(unit, plan.ended(known_or_early(state, event.subject).ended_now()))
    await archiving.take_off(unit, event.subject, ("held", "published"))


async def asker_erased(unit: Unit, event: Event[ingest.AskerErased]) -> None:
    """What was released holds nothing personal and stays; what waits for release was not yet looked at."""
    state = await questions.erase(await directly(unit), event.subject, unit.now, SENT_AFTER_ERASURE)
    decide(unit, plan.ended(known_or_early(state, event.subject).ended_now()))
    await archiving.take_off(unit, event.subject, ("held",))
    await announced.forget(unit.db, event.subject, unit.now)
