"""What waits in partners' queues on our broker about a question whose asker is to be forgotten."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

import aio_pika
from aio_pika.abc import AbstractIncomingMessage

from operations.addresses import Addresses
from operations.broker.management import managing
from services.chassis.messaging.malformed_properties import read_malformed_properties
from services.contracts import topology
from services.contracts.addresses import names
from services.contracts.envelope import NotAnEvent, parse

MOST = 100_000
"""Messages of one queue looked at in one go."""


async def count(where: Addresses, who: str | None, questions: Sequence[UUID]) -> dict[str, int]:
    return await _each(where, who, questions, drop=False)


async def drop(where: Addresses, who: str | None, questions: Sequence[UUID]) -> dict[str, int]:
    """Queue -> messages taken from it, that are about these questions or name this asker (a refusal of what
    the partner itself sent says the value); the others stay, in their order. What a program holds in its hand
    at that moment is with the partner already."""
    return await _each(where, who, questions, drop=True)


async def _each(
    where: Addresses, who: str | None, questions: Sequence[UUID], *, drop: bool
) -> dict[str, int]:
    async with managing(where.management_url, where.vhost) as management:
        queues = [str(queue["name"]) for queue in await management.queues()]
    about = {str(question) for question in questions}
    found: dict[str, int] = {}
    for name in queues:
        if not name.startswith(topology.partner_queue("")) or not (about or who):
            continue
        async with _looking(where.broker_url, name) as messages:
            those = [
                message
                for message in messages
                if _question(message) in about or (who and names(message.body, who))
            ]
            for message in those if drop else ():
                await message.ack()
        if those:
            found[name] = len(those)
    return found


@asynccontextmanager
async def _looking(url: str, queue_name: str) -> AsyncIterator[list[AbstractIncomingMessage]]:
    """What is not acknowledged goes back where it was when the connection ends."""
    read_malformed_properties()
    async with await aio_pika.connect(url) as connection, connection.channel() as channel:
        queue = await channel.get_queue(queue_name)
        messages: list[AbstractIncomingMessage] = []
        while len(messages) < MOST and (message := await queue.get(fail=False)) is not None:
            messages.append(message)
        yield messages


def _question(message: AbstractIncomingMessage) -> str:
    try:
        return str(parse(message.body).get("subject", ""))
    except NotAnEvent:
        return ""
