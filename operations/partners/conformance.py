"""`./sesame partners try ID`: connect as the partner, send good and bad events, show what comes back.

A partner's programmer and an operator run it together. It asks one question, marked as a trial, and ends it.
Receipts are read from a queue of the operator's own beside the partner's, from which nothing is taken: its
program finds the same receipts there, of events `try-…`.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractQueue
from aiormq.exceptions import AMQPError, ChannelAccessRefused

from services.contracts import topology
from services.contracts.envelope import CONTENT_TYPE
from services.contracts.partners import AnswerSubmitted, QuestionSubmitted, SubmissionAccepted
from services.contracts.vocabulary import Fact

RECEIPT_SECONDS = 60.0


@dataclass(frozen=True)
class Outcome:
    """`question`: what was asked, and must be ended."""

    what: str
    passed: bool
    said: str
    question: UUID | None = None


@dataclass(frozen=True)
class Trial:
    """`fact` names the key to publish under; `receipt` is the type that must come back."""

    what: str
    fact: type[Fact]
    data: Mapping[str, Any]
    receipt: str


TRIALS = (
    Trial(
        "a good question is accepted",
        QuestionSubmitted,
        {"text": "[essai] Où se trouve la bibliothèque ?", "language": "fr"},
        "submission.accepted.v1",
    ),
    Trial("a question without text is refused", QuestionSubmitted, {}, "submission.refused.v1"),
    Trial(
        "an answer to no question is refused",
        AnswerSubmitted,
        {"text": "Réponse sans question."},
        "submission.refused.v1",
    ),
)


async def try_out(url: str, operator_url: str, partner: str) -> list[Outcome]:
    """`url` bears the partner's own user and password."""
    try:
        async with await aio_pika.connect(url) as connection, _receipts(operator_url, partner) as receipts:
            outcomes = [Outcome("the broker lets it in", True, "connected")]
            for trial in TRIALS:
                outcomes.append(await _try(await _channel(connection), receipts, partner, trial))
            outcomes.append(await _forge(await _channel(connection), f"{partner}-2"))
            return outcomes
    except (AMQPError, OSError) as error:
        return [Outcome("the broker lets it in", False, f"{type(error).__name__}: {error}")]


@asynccontextmanager
async def _receipts(operator_url: str, partner: str) -> AsyncIterator[AbstractQueue]:
    """A copy of all that the partner is told meanwhile."""
    async with await aio_pika.connect(operator_url) as connection:
        channel = await connection.channel()
        queue = await channel.declare_queue(exclusive=True)
        await queue.bind(topology.PARTNERS, f"{topology.partner_queue(partner)}.#")
        yield queue


async def _channel(connection: aio_pika.abc.AbstractConnection) -> AbstractChannel:
    return await connection.channel(publisher_confirms=True, on_return_raises=True)


async def _try(channel: AbstractChannel, receipts: AbstractQueue, partner: str, trial: Trial) -> Outcome:
    id_ = f"try-{secrets.token_hex(8)}"
    try:
        await _publish(channel, partner, trial.fact, id_, trial.data)
        receipt = await _receipt(receipts, id_)
    except TimeoutError:
        return Outcome(trial.what, False, f"no receipt within {RECEIPT_SECONDS:.0f} s; does ingest run?")
    except AMQPError as error:
        return Outcome(trial.what, False, f"{type(error).__name__}: {error}")
    said = f"{receipt['type']} {receipt['data'].get('reason', '')}".strip()
    accepted = receipt["type"] == SubmissionAccepted.wire
    question = UUID(receipt["subject"]) if accepted and receipt.get("subject") else None
    return Outcome(trial.what, receipt["type"] == trial.receipt, said, question)


async def _forge(channel: AbstractChannel, other: str) -> Outcome:
    what = "the broker stops it from speaking for another"
    try:
        await _publish(channel, other, QuestionSubmitted, f"try-{secrets.token_hex(8)}", {"text": "Essai"})
    except ChannelAccessRefused as refusal:
        return Outcome(what, True, str(refusal))
    return Outcome(what, False, f"an event of {other} was taken from it")


async def _publish(
    channel: AbstractChannel, partner: str, fact: type[Fact], id_: str, data: Mapping[str, Any]
) -> None:
    event = {
        "specversion": "1.0",
        "id": id_,
        "source": f"/partners/{partner}",
        "type": fact.wire,
        "datacontenttype": "application/json",
        "data": data,
    }
    inbox = await channel.get_exchange(topology.INBOX, ensure=False)
    message = aio_pika.Message(
        json.dumps(event).encode(),
        content_type=CONTENT_TYPE,
        message_id=id_,
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
    )
    await inbox.publish(message, topology.partner_key(partner, fact), mandatory=True)


async def _receipt(receipts: AbstractQueue, id_: str) -> dict[str, Any]:
    async with asyncio.timeout(RECEIPT_SECONDS):
        while True:
            letter = await receipts.get(fail=False, no_ack=True)
            if letter is None:
                await asyncio.sleep(0.2)
                continue
            event: dict[str, Any] = json.loads(letter.body)
            if event.get("data", {}).get("original_id") == id_:
                return event
