"""What happens to each event that the network sends."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from aio_pika.abc import AbstractIncomingMessage
from aio_pika.exceptions import AMQPConnectionError, ChannelClosed, ChannelInvalidStateError

from . import events
from .answering import Answering
from .events import Event, NotReadable
from .network import Network
from .pending import Pending

log = logging.getLogger("partner")

AGAIN_SECONDS = 30.0
LOST = (ConnectionError, AMQPConnectionError, ChannelClosed, ChannelInvalidStateError)


class EventHandler:
    """Answers first, acknowledges afterwards: a crash in between makes the question come again, and the
    answer's id tells the network that it has it already."""

    def __init__(
        self, network: Network, answering: Answering, pending: Pending, name: str = "", reader: str = ""
    ) -> None:
        """`name`: who of you is on what is not answered yet; none: nobody says so. `reader`: what your own
        readers say to whatever they are asked back; empty: it is logged, for you to ask them."""
        self._name = name
        self._reader = reader
        self._taken: set[str] = set()
        self._network = network
        self._answering = answering
        self._pending = pending
        self.last_active = time.monotonic()

    async def take(self, message: AbstractIncomingMessage) -> None:
        self.last_active = time.monotonic()
        try:
            done = await self._deal_with(events.read(message.body))
        except NotReadable as error:
            log.error("set aside: %s", error)
            await message.reject(requeue=False)
        except LOST:
            log.warning("connection lost, the broker hands it out again")
        except Exception:
            log.exception("will try again")
            await _later(message)
        else:
            await (_done(message) if done else _later(message))
        self.last_active = time.monotonic()

    async def _deal_with(self, event: Event) -> bool:
        """False: not now."""
        match event.type:
            case events.QUESTION_ASSIGNED | events.ASKER_REPLIED:
                return await self._reply(event)
            case events.ANSWER_DELIVERED:
                text, kind = event.data.get("text"), event.data.get("kind")
                log.info("for our reader of question %s: %s: %s", event.subject, kind, text)
            case events.CLARIFICATION_DELIVERED:
                await self._ask_reader(event)
            case events.ASSIGNMENT_ENDED:
                log.info("question %s is no longer ours: %s", event.subject, event.data.get("reason"))
            case events.ACCEPTED:
                log.info("accepted: %s %s", event.data.get("original_type"), event.data.get("original_id"))
                self._pending.done(event.data.get("original_id", ""))
            case events.REFUSED:
                self._refused(event)
            case other:
                log.info("event of a later version ignored: %s", other)
        return True

    def _refused(self, event: Event) -> None:
        """What was too much for now goes out again in its time; anything else is for a person to mend."""
        id_, wait = event.data.get("original_id", ""), event.data.get("retry_after_seconds")
        if wait is not None and self._pending.again_in(id_, wait):
            log.info("again in %s s: %s: %s", wait, id_, event.data.get("reason"))
            return
        self._pending.done(id_)
        log.warning("refused: %s: %s", id_, event.data.get("reason"))

    async def _reply(self, event: Event) -> bool:
        question = events.question_of(event)
        reply = await self._answering(question)
        if reply is None and question.said is not None:
            log.info("question %s: its asker wrote: %s", question.id, question.said)
            return True
        if reply is None:
            await self._say_who_is_on_it(question)
            log.info("question %s stays, due %s", question.id, question.due_at)
            return datetime.now(UTC) > question.due_at
        await self._send(events.reply_to(question, self._network.partner, reply))
        log.info("%s sent for question %s", type(reply).__name__.lower(), question.id)
        return True

    async def _say_who_is_on_it(self, question: events.Question) -> None:
        if self._name and question.assignment_id not in self._taken:
            await self._send(events.take(question, self._network.partner, self._name))
            self._taken.add(question.assignment_id)

    async def _ask_reader(self, event: Event) -> None:
        log.info("ask our reader of question %s: %s", event.subject, event.data.get("text"))
        if self._reader:
            await self._send(events.reader_replies(event, self._network.partner, self._reader))

    async def _send(self, event: Mapping[str, Any]) -> None:
        self._pending.note(event)
        await self._network.publish(event)


async def _done(message: AbstractIncomingMessage) -> None:
    with contextlib.suppress(*LOST):
        await message.ack()


async def _later(message: AbstractIncomingMessage) -> None:
    await asyncio.sleep(AGAIN_SECONDS)
    with contextlib.suppress(*LOST):
        await message.nack(requeue=True)
