"""Questions that come at the same moment are committed together: one wait for the disk instead of many."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from services.chassis.errors import is_transient
from services.chassis.messaging.transaction import Begin
from services.ingest.domain.intake import NewQuestion, RawSubmission
from services.ingest.handlers.caps import Caps
from services.ingest.handlers.questions import Handed, Intake, accept_questions
from services.ingest.handlers.submissions import AcceptedSubmission

MOST = 200
"""Questions in one transaction."""

Waiting = tuple[Handed, "asyncio.Future[AcceptedSubmission]"]


class IntakeBatches:
    """While one transaction runs, what comes waits for the next. Alone, a question waits for nobody."""

    def __init__(self, begin: Begin, intake: Intake) -> None:
        self._begin = begin
        self._intake = intake
        self._waiting: list[Waiting] = []
        self._work: asyncio.Task[None] | None = None

    async def accept(
        self, submission: RawSubmission, new: NewQuestion, *, caps: Caps | None = None, vouched: bool = False
    ) -> AcceptedSubmission:
        """Returns once committed; raises Refused, or whatever kept the transaction from its commit."""
        future = asyncio.get_running_loop().create_future()
        self._waiting.append((Handed(submission, new, caps=caps, vouched=vouched), future))
        if self._work is None or self._work.done():
            self._work = asyncio.create_task(self._commit_all())
        accepted: AcceptedSubmission = await future
        return accepted

    async def _commit_all(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            await self._commit(batch)

    async def _commit(self, batch: Sequence[Waiting]) -> None:
        try:
            async with self._begin() as unit:
                results = await accept_questions(unit, self._intake, [handed for handed, _ in batch])
        except Exception as error:
            await self._failed(batch, error)
            return
        for (_, future), result in zip(batch, results, strict=True):
            settle(future, result)

    async def _failed(self, batch: Sequence[Waiting], error: Exception) -> None:
        """A fault may be one question's own: each is tried alone, so that no neighbour suffers."""
        if len(batch) == 1 or is_transient(error):
            for _, future in batch:
                settle(future, error)
            return
        for one in batch:
            await self._commit([one])


def settle(future: asyncio.Future[AcceptedSubmission], result: AcceptedSubmission | Exception) -> None:
    """Tell who waits; who has hung up is told nothing."""
    if future.done():
        return
    if isinstance(result, Exception):
        future.set_exception(result)
    else:
        future.set_result(result)
