"""What is said around a question, and what of it did not arrive."""

from __future__ import annotations

from collections.abc import Sequence, Set

from services.chassis.errors import TooEarly
from services.chassis.messaging.transaction import Unit
from services.contracts import ingest, router
from services.contracts.envelope import Event
from services.contracts.links.signed_links import is_of_address
from services.notifier.domain import plan
from services.notifier.handlers import failures
from services.notifier.handlers.facts.decisions import (
    CoordinatorAddress,
    decide,
    known_or_early,
    requester_of,
)
from services.notifier.store import questions, rows, silences
from services.notifier.store.session import directly, session_of


async def question_paused(channels: Set[str], unit: Unit, event: Event[router.QuestionPaused]) -> None:
    """A library asks the asker back."""
    fact = event.data
    state = await rows.add_message(
        await directly(unit),
        event.subject,
        fact.clarification_id,
        "clarification",
        partner=fact.partner.id,
        partner_name=fact.partner.name,
        text=fact.text,
        written_at=fact.asked_at,
        ends_at=fact.ends_at,
    )
    known = known_or_early(state, event.subject)
    requester = requester_of(fact.requester, fact.facets)
    planned = plan.to_asker(
        known,
        "clarification",
        fact.clarification_id,
        event.time,
        fact.facets.channel,
        channels,
        requester,
    )
    decide(unit, [planned])
    await unit.arrived(event.subject)


async def clarification_reminded(unit: Unit, event: Event[router.ClarificationReminded]) -> None:
    known = await session_of(unit).state(event.subject)
    decide(unit, plan.asker_reminder(known, event.data.clarification_id, event.time))


async def question_resumed(unit: Unit, event: Event[router.QuestionResumed]) -> None:
    """The clocks run again: promise and due time are later. The words themselves come as a follow-up."""
    fact = event.data
    known, redated = await questions.redate(
        await directly(unit), event.subject, fact.assignment_id, fact.due_at, fact.promise_at
    )
    if not known or (fact.assignment_id is not None and not redated):
        raise TooEarly(event.subject)


async def question_followed_up(unit: Unit, event: Event[ingest.QuestionFollowedUp]) -> None:
    fact = event.data
    state = await rows.add_follow_up(
        await directly(unit), event.subject, fact.follow_up_id, fact.text, event.time
    )
    decide(unit, plan.follow_ups(known_or_early(state, event.subject)))


async def question_rated(
    coordinator: CoordinatorAddress, unit: Unit, event: Event[ingest.QuestionRated]
) -> None:
    """Stars alone are counted elsewhere. Raises TooEarly where the library's assignment is not known yet."""
    fact = event.data
    if not fact.comment:
        return
    known = await session_of(unit).state(event.subject)
    if fact.partner and all(assignment.partner != fact.partner for assignment in known.assignments):
        raise TooEarly(event.subject)
    library = await questions.library_name(await directly(unit), event.subject, fact.partner)
    details = {"stars": fact.stars, "comment": fact.comment, "partner_name": library or fact.partner}
    decide(unit, plan.rated(known, fact.partner, event.time, coordinator.address, details))


async def reply_held(coordinator: CoordinatorAddress, unit: Unit, event: Event[ingest.ReplyHeld]) -> None:
    """Raises TooEarly where the partner's assignment has not been heard of."""
    fact = event.data
    known = await session_of(unit).state(event.subject)
    if fact.partner is None:
        decide(unit, plan.reply_not_passed_on(known, fact.held_id, event.time, fact.reason))
        return
    assignments = [assignment for assignment in known.assignments if assignment.partner == fact.partner]
    if not assignments:
        raise TooEarly(event.subject)
    last = max(assignments, key=lambda assignment: assignment.attempt)
    library = await questions.library_name(await directly(unit), event.subject, fact.partner)
    decide(
        unit, [plan.held(known, fact.held_id, event.time, last, coordinator.address, fact.reason, library)]
    )


async def mail_bounced(keys: Sequence[bytes], unit: Unit, event: Event[ingest.MailBounced]) -> None:
    """Only an address that nobody reads is not written to again. Raises TooEarly where the question has not
    been heard of."""
    fact = event.data
    if not fact.permanent:
        return
    await session_of(unit).state(event.subject)
    for address in await silences.addresses_of(await directly(unit), event.subject):
        if is_of_address(keys, fact.address_digest, address):
            await failures.silence(unit, keys, address, event.subject, fact.status)
