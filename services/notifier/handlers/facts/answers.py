"""What a library answered, and what became of it."""

from __future__ import annotations

from collections.abc import Set

import orjson

from services.chassis.errors import TooEarly
from services.chassis.language.commonmark import marked, plain_words
from services.chassis.messaging.transaction import Unit
from services.contracts import ingest, router
from services.contracts.envelope import Event
from services.notifier.domain import plan
from services.notifier.domain.delivery import delivery_id
from services.notifier.handlers import archiving
from services.notifier.handlers.archiving import ReleaseRules
from services.notifier.handlers.facts.decisions import (
    decide,
    json_list,
    json_of,
    known_or_early,
    release,
    requester_of,
    where_of,
    write_down,
)
from services.notifier.handlers.outcomes import Outcomes
from services.notifier.store import rows
from services.notifier.store.rows import AnswerRow
from services.notifier.store.session import directly, session_of


async def question_answered(
    rules: ReleaseRules, channels: Set[str], unit: Unit, event: Event[router.QuestionAnswered]
) -> None:
    fact = event.data
    row = AnswerRow(
        id=fact.answer_id,
        question=event.subject,
        partner=fact.partner.id,
        partner_name=fact.partner.name,
        text=plain_words(fact.text, fact.format),
        sources=orjson.dumps(fact.sources).decode(),
        attachments=json_list(fact.attachments),
        publish_consent=fact.publish_consent,
        answered_at=fact.answered_at,
        promise_at=fact.promise_at,
        facets=json_of(fact.facets),
        waited_seconds=fact.waited_seconds,
        waited_working_seconds=fact.waited_working_seconds,
        marked=marked(fact.text, fact.format),
    )
    known = await session_of(unit).add_answer(row)
    to_asker = plan.answer(
        known,
        fact.answer_id,
        fact.answered_at,
        fact.facets.channel,
        channels,
        requester_of(fact.requester, fact.facets),
    )
    decide(unit, [to_asker, *plan.ended(known)])
    await unit.arrived(event.subject)
    if fact.publish_consent:
        archiving.hold(unit, rules, fact.answer_id)


async def answer_refused(unit: Unit, event: Event[router.AnswerRefused]) -> None:
    fact = event.data
    known = await session_of(unit).state(event.subject)
    details = {
        "reason": fact.reason,
        "what": fact.what,
        "text": fact.text,
        "format": fact.format,
        "partner": fact.partner.id,
        "partner_name": fact.partner.name,
        "answer": str(fact.answer_id),
        "accepted_answer": str(fact.accepted_answer_id) if fact.accepted_answer_id else None,
        "accepted_by": fact.accepted_partner.model_dump() if fact.accepted_partner else None,
    }
    where = where_of(fact.partner.id, fact.reach)
    decide(unit, [plan.refused(known, fact.answer_id, event.time, fact.reach.way, where, details)])


async def answer_added(
    rules: ReleaseRules,
    channels: Set[str],
    unit: Unit,
    event: Event[router.AnswerAdded] | Event[router.AnswerCorrected],
) -> None:
    """A further message; after a correction the archive waits for a person again."""
    fact = event.data
    kind = "correction" if isinstance(fact, router.AnswerCorrected) else "addition"
    if not await rows.is_answered(await directly(unit), event.subject, fact.answer_id):
        raise TooEarly(event.subject)
    await release(unit, event.subject, fact.released)
    state = await rows.add_message(
        await directly(unit),
        event.subject,
        fact.addition_id,
        kind,
        partner=fact.partner.id,
        partner_name=fact.partner.name,
        text=plain_words(fact.text, fact.format),
        written_at=fact.added_at,
        sources=orjson.dumps(fact.sources).decode(),
        attachments=json_list(fact.attachments),
        marked=marked(fact.text, fact.format),
    )
    known = known_or_early(state, event.subject).with_addition(fact.added_at)
    channel, requester = fact.facets.channel, requester_of(fact.requester, fact.facets)
    planned = plan.to_asker(known, kind, fact.addition_id, event.time, channel, channels, requester)
    decide(unit, [planned, *plan.ended(known)])
    if kind == "correction":
        correction = archiving.Correction(fact.text, fact.format, fact.sources)
        await archiving.hold_again(unit, rules, fact.answer_id, correction)


async def answer_posted(outcomes: Outcomes, unit: Unit, event: Event[ingest.AnswerPosted]) -> None:
    """Where no person has to post, or another one did before, it changes nothing."""
    answer = event.data.answer_id
    if not await rows.is_answered(await directly(unit), event.subject, answer):
        raise TooEarly(event.subject)
    await unit.write_now(write_down)
    await outcomes.posted(unit, delivery_id(event.subject, "answer", answer))
