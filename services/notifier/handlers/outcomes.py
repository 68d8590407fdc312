"""What became of deliveries, written down: sent ones are announced, lost ones told to people."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias
from uuid import UUID

from services.chassis.messaging.transaction import Unit
from services.chassis.telemetry import trace
from services.contracts.notifier import (
    DeliveryFailed,
    MailsSent,
    QuestionPublished,
    SentMail,
    SimilarAnswer,
    SimilarFound,
)
from services.contracts.vocabulary import Facets, PartnerName
from services.notifier.domain.delivery import (
    PATIENCE,
    Failed,
    Postponed,
    Sent,
    Similar,
    delivery_id,
    next_attempt,
)
from services.notifier.domain.kinds import DeliveryKind
from services.notifier.domain.outgoing import DeliveryAttempt
from services.notifier.domain.plan import Planned
from services.notifier.domain.posts import ASSISTED
from services.notifier.handlers.delivery_metrics import DeliveryMetrics
from services.notifier.store import claims, deliveries

log = logging.getLogger(__name__)

Roll = Callable[[], float]
NO_LEASE = timedelta(0)
MAILS_IN_A_FACT = 25
"""Each at most some 25 kB: `topology.LARGEST_BODY`."""


Outcome: TypeAlias = Sent | Failed | Postponed | None


@dataclass(frozen=True, slots=True)
class AttemptOutcome:
    """One attempt and its outcome; None is a delivery that was no longer worth sending."""

    delivery: DeliveryAttempt
    outcome: Outcome

    def given_up(self, now: datetime) -> AttemptOutcome:
        """A receiver that rests for days fails in the end, tried or not."""
        if isinstance(self.outcome, Postponed) and now - self.delivery.decided_at >= PATIENCE:
            return AttemptOutcome(self.delivery, Failed("the receiver was unwell all the time", final=True))
        return self


class Outcomes:
    """`coordinator` is the mail address that hears of what was given up. So long after an answer went out by
    mail its asker is invited to say how good it was; never, when None."""

    def __init__(
        self, coordinator: str, instruments: DeliveryMetrics, rating_after: timedelta | None = None
    ) -> None:
        self._coordinator = coordinator
        self._rating_after = rating_after
        self._instruments = instruments

    async def record(self, unit: Unit, way: str, batch: Sequence[AttemptOutcome], roll: Roll) -> None:
        """In one transaction with what is announced about it."""
        await self._sent(
            unit, way, [(one.delivery, one.outcome) for one in batch if isinstance(one.outcome, Sent)]
        )
        batch = [one.given_up(unit.now) for one in batch]
        failed = [(one.delivery, one.outcome) for one in batch if isinstance(one.outcome, Failed)]
        await self._failed(unit, way, failed, roll)
        await self._postponed(unit, batch)
        obsolete = [one.delivery for one in batch if one.outcome is None]
        if obsolete:
            await deliveries.cancel(unit.db, [one.id for one in obsolete], unit.now)
            self._count(obsolete, "cancelled")

    async def posted(self, unit: Unit, delivery: UUID, url: str | None = None) -> bool:
        """A person says that it stands there now. False when it was said before, or is not waiting."""
        due = await claims.claim(unit.db, ASSISTED, unit.now, 1, NO_LEASE, only=delivery)
        done = [AttemptOutcome(one, Sent(url or one.question.asker.get("post_url"))) for one in due]
        await self.record(unit, ASSISTED, done, lambda: 0.0)
        return bool(due)

    async def _sent(self, unit: Unit, way: str, sent: Sequence[tuple[DeliveryAttempt, Sent]]) -> None:
        if not sent:
            return
        urls = [outcome.url for _, outcome in sent]
        waited = self._instruments.waited.labels(way)
        fresh = await deliveries.sent(unit.db, [delivery.id for delivery, _ in sent], urls, unit.now)
        for delivery, outcome in sent:
            if delivery.id in fresh:
                self._announce_published(unit, delivery, outcome.url)
                _announce_similar(unit, delivery, outcome.similar)
                waited.observe((unit.now - delivery.decided_at).total_seconds())
        _announce_said(unit, sent)
        await self._invite_to_rate(unit, [delivery for delivery, _ in sent if delivery.id in fresh])
        self._instruments.doubled.labels(way).inc(len(sent) - len(fresh))
        self._count((delivery for delivery, _ in sent), "sent")

    async def _invite_to_rate(self, unit: Unit, sent: Sequence[DeliveryAttempt]) -> None:
        if self._rating_after is None:
            return
        invitations = [
            Planned(
                delivery_id(one.question.id, DeliveryKind.RATING),
                one.question.id,
                DeliveryKind.RATING,
                "mail",
                answer=one.answer.id,
                happened_at=unit.now,
            )
            for one in sent
            if one.kind == DeliveryKind.ANSWER and one.way == "mail" and one.answer is not None
        ]
        traceparents = [trace.current()] * len(invitations)
        await deliveries.decide(unit.db, invitations, traceparents, unit.now + self._rating_after)

    def _announce_published(self, unit: Unit, delivery: DeliveryAttempt, url: str | None) -> None:
        answer = delivery.answer
        if delivery.kind != DeliveryKind.ANSWER or answer is None:
            return
        with trace.span(delivery.traceparent):
            unit.announce(
                QuestionPublished(
                    place="asker",
                    way=delivery.way,
                    answer_id=answer.id,
                    partner=PartnerName(id=answer.partner, name=answer.partner_name),
                    url=url,
                    answered_at=answer.answered_at,
                    published_at=unit.now,
                    promise_at=answer.promise_at,
                    waited_seconds=answer.waited_seconds,
                    waited_working_seconds=answer.waited_working_seconds,
                    facets=Facets.model_validate(answer.facets),
                ),
                question=delivery.question.id,
            )

    async def _postponed(self, unit: Unit, batch: Sequence[AttemptOutcome]) -> None:
        """Untried counts for nothing."""
        waits = {one.delivery.id: one.outcome.wait for one in batch if isinstance(one.outcome, Postponed)}
        if waits:
            moments = [unit.now + wait for wait in waits.values()]
            await deliveries.hand_back(unit.db, list(waits), moments)

    async def _failed(
        self, unit: Unit, way: str, failed: Sequence[tuple[DeliveryAttempt, Failed]], roll: Roll
    ) -> None:
        again: list[tuple[DeliveryAttempt, Failed, datetime]] = []
        lost: list[tuple[DeliveryAttempt, Failed]] = []
        for delivery, failure in failed:
            moment = next_attempt(delivery.attempts, delivery.decided_at, unit.now, failure, roll())
            if moment is None:
                lost.append((delivery, failure))
            else:
                again.append((delivery, failure, moment))
        await self._try_again(unit, way, again)
        await self._give_up(unit, lost)

    async def _try_again(
        self, unit: Unit, way: str, again: Sequence[tuple[DeliveryAttempt, Failed, datetime]]
    ) -> None:
        if not again:
            return
        log.warning("%s: %d not sent, will be tried again: %s", way, len(again), again[0][1].error)
        await deliveries.again(
            unit.db,
            [delivery.id for delivery, _, _ in again],
            [moment for _, _, moment in again],
            [failure.error for _, failure, _ in again],
        )
        self._count((delivery for delivery, _, _ in again), "again")

    async def _give_up(self, unit: Unit, lost: Sequence[tuple[DeliveryAttempt, Failed]]) -> None:
        if not lost:
            return
        errors = [failure.error for _, failure in lost]
        fresh = await deliveries.given_up(unit.db, [delivery.id for delivery, _ in lost], errors, unit.now)
        given_up = [(delivery, failure) for delivery, failure in lost if delivery.id in fresh]
        for delivery, failure in given_up:
            _announce_failed(unit, delivery, failure)
        notes = [self._note(*one, unit.now) for one in given_up if one[0].destination != self._coordinator]
        await deliveries.decide(unit.db, notes, [trace.current()] * len(notes), unit.now)
        self._count((delivery for delivery, _ in given_up), "given_up")

    def _note(self, delivery: DeliveryAttempt, failure: Failed, now: datetime) -> Planned:
        """A mail to the coordinator; never about a mail to the coordinator, which would go on for ever."""
        details = {
            "kind": delivery.kind,
            "way": delivery.way,
            "attempts": delivery.attempts,
            "error": failure.error,
            "partner_name": delivery.assignment.partner_name if delivery.assignment else None,
        }
        return Planned(
            delivery_id(delivery.question.id, DeliveryKind.FAILURE, delivery.id),
            delivery.question.id,
            DeliveryKind.FAILURE,
            "mail",
            destination=self._coordinator,
            details=details,
            happened_at=now,
        )

    def _count(self, some: Iterable[DeliveryAttempt], outcome: str) -> None:
        for (way, kind), number in Counter((one.way, one.kind) for one in some).items():
            self._instruments.attempts.labels(way, kind, outcome).inc(number)


def _announce_said(unit: Unit, sent: Sequence[tuple[DeliveryAttempt, Sent]]) -> None:
    """All mails of a batch in one fact, so that to remember them costs next to nothing."""
    mails = [
        SentMail(
            question=delivery.question.id,
            delivery_id=delivery.id,
            role=outcome.said.role,
            digest=outcome.said.digest,
            kind=delivery.kind,
            sent_at=unit.now,
            fingerprint=outcome.said.fingerprint,
        )
        for delivery, outcome in sent
        if outcome.said is not None
    ]
    for start in range(0, len(mails), MAILS_IN_A_FACT):
        batch = mails[start : start + MAILS_IN_A_FACT]
        unit.announce(MailsSent(mails=tuple(batch)), question=batch[0].question)


def _announce_similar(unit: Unit, delivery: DeliveryAttempt, similar: Sequence[Similar]) -> None:
    """For the respondent's page; mail and event have it already."""
    assignment = delivery.assignment
    if assignment is None or not similar:
        return
    with trace.span(delivery.traceparent):
        unit.announce(
            SimilarFound(
                assignment_id=assignment.id,
                partner=PartnerName(id=assignment.partner, name=assignment.partner_name),
                similar=tuple(SimilarAnswer(title=one.title, url=one.url) for one in similar),
                facets=Facets.model_validate(delivery.question.facets),
            ),
            question=delivery.question.id,
        )


def _announce_failed(unit: Unit, delivery: DeliveryAttempt, failure: Failed) -> None:
    log.error(
        "delivery %s given up: %s by %s after %d attempts: %s",
        delivery.id,
        delivery.kind,
        delivery.way,
        delivery.attempts,
        failure.error,
    )
    with trace.span(delivery.traceparent):
        unit.announce(
            DeliveryFailed(
                delivery_id=delivery.id,
                kind=delivery.kind,
                way=delivery.way,
                partner=delivery.assignment.partner if delivery.assignment else None,
                attempts=delivery.attempts,
                error=failure.error or "unknown",
            ),
            question=delivery.question.id,
        )
