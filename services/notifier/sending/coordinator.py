"""One mail to the coordinator in a quarter of an hour, with all that happened since the last.

A bad hour of the network, or one person with a program, would else be a mail for each question.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import Protocol

from services.chassis.messaging.transaction import Unit
from services.notifier.domain.delivery import Failed, Sent, without_addresses
from services.notifier.domain.outgoing import DeliveryAttempt
from services.notifier.handlers.brakes import MailBrakes
from services.notifier.handlers.outcomes import AttemptOutcome, Outcomes
from services.notifier.store import claims

log = logging.getLogger(__name__)

QUARTER = timedelta(minutes=15)
LOOK_SECONDS = 2.0
MOST = 200
"""Matters in one mail; further ones are in the next."""


class SendsTogether(Protocol):
    async def send_together(self, notes: Sequence[DeliveryAttempt]) -> Sent | Failed:
        """One attempt at one mail; all notes go to the same address."""
        ...


class CoordinatorMail:
    def __init__(
        self,
        begin: Callable[[], AbstractAsyncContextManager[Unit]],
        sender: SendsTogether,
        outcomes: Outcomes,
        brakes: MailBrakes,
        *,
        attempt_seconds: float,
        lease: timedelta,
        rest: timedelta = QUARTER,
    ) -> None:
        self._begin = begin
        self._sender = sender
        self._outcomes = outcomes
        self._brakes = brakes
        self._attempt_seconds = attempt_seconds
        self._lease = lease
        self._rest = rest

    async def send(self) -> None:
        """What is due, if the last mail is long enough ago; else nothing."""
        async with self._begin() as unit:
            since = unit.now - self._rest
            due = await claims.claim_notes(unit.db, unit.now, MOST, self._lease, since)
            due = await self._brakes.marked(unit, due)
        for address in dict.fromkeys(one.destination for one in due):
            notes = [one for one in due if one.destination == address]
            outcome = await self._try(notes)
            async with self._begin() as unit:
                attempted = [AttemptOutcome(one, outcome) for one in notes]
                await self._outcomes.record(unit, "mail", attempted, random.random)

    async def _try(self, notes: Sequence[DeliveryAttempt]) -> Sent | Failed:
        try:
            async with asyncio.timeout(self._attempt_seconds):
                return await self._sender.send_together(notes)
        except Exception as error:
            return Failed(without_addresses(f"{type(error).__name__}: {error}"))
