"""How a partner's program hands in by HTTP what it says about a question: once, and not too early.

A program may be quicker than our own queue: told of its question by the notifier, it answers before this copy
of ingest has heard that it was asked. It is kept waiting then, for a short term only (by AMQP: `early`).
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from fastapi import Request
from uuid_utils.compat import uuid7

from services.chassis.messaging.transaction import Unit
from services.contracts.partners import SubmittedFact
from services.ingest.domain.intake import NotAskedYet, RawSubmission
from services.ingest.entrypoints.http.body import said_in
from services.ingest.entrypoints.http.context import DoorContext
from services.ingest.entrypoints.http.links import must_have_been_asked
from services.ingest.handlers.submissions import AcceptedSubmission

AcceptSubmission = Callable[[Unit, RawSubmission], Awaitable[AcceptedSubmission]]

TERM_SECONDS = 10.0
"""How long a caller waits at most before it reads that it was not asked."""
FIRST_LOOK_SECONDS, LONGEST_REST_SECONDS = 0.1, 1.0
MOST_OF_ONE = 20
"""Calls of one partner that wait at the same time: what comes beyond is answered as it comes."""


@dataclass(frozen=True, slots=True)
class HandingIn:
    door: DoorContext
    waiting: Counter[str] = field(default_factory=Counter)
    """Calls that wait now, by partner."""

    async def accept(
        self,
        request: Request,
        question: UUID,
        partner: str,
        key: str | None,
        sent: SubmittedFact,
        accept: AcceptSubmission,
    ) -> AcceptedSubmission:
        """Of who was asked, or is within the term. Raises Refused, which tells why not."""
        raw = await request.body()
        await self._until_asked(question, partner)
        async with self.door.begin(question) as unit:
            return await accept(unit, submission(request, raw, partner, key, sent, unit.now))

    async def _until_asked(self, question: UUID, partner: str) -> None:
        """Or until the term is over, or the question is withdrawn: why it is refused, the caller reads then.
        Nothing is held meanwhile, and nothing stored: who hangs up hands in again, under the same key."""
        if self.waiting[partner] >= MOST_OF_ONE:
            return
        self.waiting[partner] += 1
        try:
            await self._look_until_asked(question, partner)
        finally:
            self.waiting[partner] -= 1

    async def _look_until_asked(self, question: UUID, partner: str) -> None:
        waited, rest = 0.0, FIRST_LOOK_SECONDS
        while waited < TERM_SECONDS:
            try:
                async with self.door.begin() as unit:
                    await must_have_been_asked(unit, question, partner)
                return
            except NotAskedYet:
                await asyncio.sleep(rest)
            waited, rest = waited + rest, min(2 * rest, LONGEST_REST_SECONDS)


def submission(
    request: Request, raw: bytes, caller: str | None, key: str | None, sent: SubmittedFact, now: datetime
) -> RawSubmission:
    """A key counts within its caller and its address of the API."""
    name = f"{caller or ''} {request.scope['path']} {key or uuid7()}"
    return RawSubmission("api", name, raw, now, said_in(sent))
