"""The questions that a trial of a partner asks are ended again, as the coordinator would."""

from __future__ import annotations

import asyncio
from uuid import UUID

from operations.addresses import Addresses
from operations.database import transactions_as
from services.router.handlers import coordinator
from services.router.handlers.context import RoutingContext
from services.router.handlers.coordinator import Actor, Refusal
from services.router.settings import RouterSettings

ROUTED_SECONDS = 60.0
EXPLANATION = "A trial of a library's software: nobody asked this."


async def close_trial(where: Addresses, question: UUID) -> str | None:
    """None when it is closed; else why not. Waits a moment for the router to hear of the question."""
    context = RoutingContext.of(RouterSettings(amqp_url=where.amqp_url, database_url=where.database_url))
    by, refused = Actor("partners try"), "the router has not heard of it"
    async with transactions_as(where.database_url, "router") as transactions:
        try:
            async with asyncio.timeout(ROUTED_SECONDS):
                while True:
                    try:
                        async with transactions.begin(question) as unit:
                            await coordinator.close(context, unit, question, by, EXPLANATION)
                        return None
                    except Refusal as refusal:
                        refused = str(refusal)
                    await asyncio.sleep(0.2)
        except TimeoutError:
            return refused
