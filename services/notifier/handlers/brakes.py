"""How much mail a machine of ours sends unasked: to one mailbox in a day, to everybody in an hour.

Anybody can type in another's address. What a librarian writes is never held back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from services.chassis.messaging.transaction import Unit
from services.contracts.addresses import address_digests, mailbox
from services.notifier.domain.kinds import DeliveryKind, kinds_that
from services.notifier.domain.outgoing import DeliveryAttempt
from services.notifier.handlers.delivery_metrics import DeliveryMetrics
from services.notifier.store import brakes, deliveries, silences
from services.notifier.store.brakes import Unasked

UNASKED = kinds_that(lambda traits: traits.unasked)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
COME_BACK = timedelta(minutes=5)
"""Until the hourly brake is looked at again."""


@dataclass(frozen=True, slots=True)
class MailBrakes:
    """`per_mailbox`: of each kind in 24 hours; more is not sent, the question goes its way all the same.
    `per_hour`: of all kinds, to anybody; more waits, and an alert tells the operator."""

    keys: Sequence[bytes] = field(repr=False)
    metrics: DeliveryMetrics
    per_mailbox: int = 3
    per_hour: int = 600

    async def let_through(self, unit: Unit, due: Sequence[DeliveryAttempt]) -> list[DeliveryAttempt]:
        """Of what was claimed in this transaction, what may go now, with the mark of who is not written
        to."""
        if not due:
            return []
        due = await self.marked(unit, due)
        unasked = {one.id: self._unasked(one) for one in due if one.kind in UNASKED and one.destination}
        if not unasked:
            return list(due)
        await brakes.alone(unit.db)
        mails = list(unasked.values())
        enough = await self._enough(unit, mails)
        room = max(0, self.per_hour - await brakes.counted_in_all(unit.db, mails, unit.now - HOUR))
        going = [one for one in mails if one not in enough]
        later = going[room:]
        await self._hold(unit, enough, later)
        await brakes.note(unit.db, going[:room], unit.now, unit.now - DAY)
        held = {one.delivery for one in (*enough, *later)}
        return [one for one in due if one.id not in held]

    async def marked(self, unit: Unit, due: Sequence[DeliveryAttempt]) -> list[DeliveryAttempt]:
        """`silenced` is set where mail to the address came back for good before."""
        digests = {one.id: address_digests(self.keys, one.destination) for one in due if one.destination}
        silent = await silences.silenced(unit.db, [digest for some in digests.values() for digest in some])
        return [replace(one, silenced=not silent.isdisjoint(digests.get(one.id, ()))) for one in due]

    def _unasked(self, delivery: DeliveryAttempt) -> Unasked:
        digest = address_digests(self.keys, mailbox(delivery.destination))[0]
        return Unasked(delivery.id, digest, delivery.kind)

    async def _enough(self, unit: Unit, mails: Sequence[Unasked]) -> list[Unasked]:
        counts = await brakes.counted(unit.db, mails, unit.now - DAY)
        enough = []
        for one in mails:
            number = counts.get((one.mailbox, one.kind), 0)
            counts[one.mailbox, one.kind] = number + 1
            if number >= min(self.per_mailbox, DeliveryKind(one.kind).traits.most_a_day or self.per_mailbox):
                enough.append(one)
        return enough

    async def _hold(self, unit: Unit, enough: Sequence[Unasked], later: Sequence[Unasked]) -> None:
        if enough:
            await deliveries.cancel(unit.db, [one.delivery for one in enough], unit.now)
            self.metrics.braked.labels("mailbox").inc(len(enough))
        if later:
            moments = [unit.now + COME_BACK] * len(later)
            await deliveries.hand_back(unit.db, [one.delivery for one in later], moments)
            self.metrics.braked.labels("network").inc(len(later))
