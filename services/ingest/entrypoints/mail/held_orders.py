"""Held things at the workspace: told as they come and go, shown as text, released or dropped when asked.

Reading a stranger's mail may take minutes and break its reader, so a request is put down when it comes, and
done beside the queue, one at a time in each copy.
"""

from __future__ import annotations

import json
import logging
import re
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from services.chassis.errors import is_transient
from services.chassis.messaging.incoming import IncomingMessage
from services.chassis.messaging.readers import Work, must_come_under
from services.chassis.messaging.requests import tell_page
from services.chassis.messaging.transaction import Begin, Unit
from services.contracts import topology
from services.contracts.catalogue import DOES
from services.contracts.coordinator import (
    HeldDropRequested,
    HeldListRequested,
    HeldReleaseRequested,
    HeldShowRequested,
    IngestFactsRequested,
    RequestDone,
    RequestRefused,
)
from services.contracts.envelope import Event, decode, event_readers
from services.contracts.ingest import HeldEnded, HeldNoted, HeldShown
from services.contracts.vocabulary import Fact
from services.ingest.domain.intake import Refused
from services.ingest.domain.mail.parsed_mail import MailEnvelope, ParsedMail
from services.ingest.entrypoints.mail.reader import MailReader, Unreadable
from services.ingest.entrypoints.mail.release import BY_HAND, ROOM_BY_HAND, release_held
from services.ingest.entrypoints.scanner import Scanner
from services.ingest.handlers.held import act_on, send_after_all
from services.ingest.handlers.mail.answered_drop import NotAnswerable, answer_to
from services.ingest.handlers.mail.incoming import MailDoor
from services.ingest.handlers.mail.mail_replies import NotYet
from services.ingest.handlers.partner_key_change import KEY_REQUESTS, KeyHandler
from services.ingest.store.mail import held_orders, held_replies, quarantine
from services.ingest.store.mail.held_orders import HeldOrder
from services.ingest.store.mail.quarantine import Held

log = logging.getLogger(__name__)

READERS = event_readers(DOES["ingest"])
NOBODY = UUID(int=0)
PAGE = 100
LONGEST = 50_000
LONGEST_LINE = 500


@dataclass(frozen=True)
class HeldOrderReader:
    """What the coordinator asks about what is held."""

    def read(self, message: IncomingMessage) -> Work:
        event = decode(message.body, READERS)
        if not isinstance(event, Event):
            raise TypeError(f"{event.type}: read as {type(event).__name__}, not as a request")
        must_come_under(message, topology.coordinator_key(type(event.data)))
        do = AT_ONCE.get(type(event.data))
        if do is not None:
            at_once = partial(_handle, do, event)
            return Work(message, event.source, event.id, event.type, None, event.traceparent, at_once)
        wanted = event.data.answer if isinstance(event.data, HeldDropRequested) else None
        order = HeldOrder(event.id, event.type, event.data.number, wanted)

        async def put_down(unit: Unit) -> None:
            await held_orders.add(unit.db, order, unit.now)

        return Work(message, event.source, event.id, event.type, None, event.traceparent, put_down)


async def _tell_anew(unit: Unit, event: Event[Any]) -> None:
    """All that is held now, for a reader that begins from nothing."""
    await held_orders.tell_anew(unit.db)
    receipt = RequestDone(request_id=event.id, request_type=event.type)
    unit.tell_coordinator(receipt, question=NOBODY)


async def _tell_page(unit: Unit, event: Event[Any]) -> None:
    await tell_page(unit, event.subject, event.data)
    receipt = RequestDone(request_id=event.id, request_type=event.type)
    unit.tell_coordinator(receipt, question=event.subject)


AT_ONCE: dict[type[Fact], KeyHandler] = {
    **KEY_REQUESTS,
    HeldListRequested: _tell_anew,
    IngestFactsRequested: _tell_page,
}
"""What takes no time and is done with the request; the rest is put down."""


async def _handle(do: KeyHandler, event: Event[Any], unit: Unit) -> None:
    await do(unit, event)


@dataclass(frozen=True)
class HeldOrderWorker:
    begin: Begin
    door: MailDoor
    reader: MailReader
    scanner: Scanner | None = None

    async def work(self) -> None:
        """All that is to be told and done now."""
        while await self._tell():
            continue
        while await self._next():
            continue

    async def _tell(self) -> bool:
        async with self.begin() as unit:
            news = await held_orders.news(unit.db, PAGE)
            if not news:
                return False
            for one in news:
                unit.announce(_news(one), question=NOBODY)
            await held_orders.told(unit.db, [one["id"] for one in news])
        return True

    async def _next(self) -> bool:
        async with self.begin() as unit:
            order = await held_orders.next_one(unit.db)
            if order is not None:
                unit.tell_coordinator(await self._done(unit, order), question=NOBODY)
        return order is not None

    async def _done(self, unit: Unit, order: HeldOrder) -> RequestDone | RequestRefused:
        actions = {
            HeldShowRequested.wire: self._show,
            HeldReleaseRequested.wire: self._release,
            HeldDropRequested.wire: self._drop,
        }
        mark = unit.mark()
        try:
            async with unit.db.transaction():
                refused = await actions[order.type](unit, order)
        except Exception as fault:  # or one that can't be done would keep all others from it
            if is_transient(fault):
                raise
            log.exception("held thing %d: %s failed", order.number, order.type)
            unit.back_to(mark)
            refused = "stays_held", f"{type(fault).__name__}: see the log"
        if refused is None:
            return RequestDone(request_id=order.request, request_type=order.type)
        code, reason = refused
        return RequestRefused(
            request_id=order.request, request_type=order.type, code=code, reason=reason[:LONGEST_LINE]
        )

    async def _show(self, unit: Unit, order: HeldOrder) -> tuple[str, str] | None:
        number = order.number
        held = await quarantine.get(unit.db, number)
        if held is not None:
            unit.announce(await self._shown(held), question=NOBODY)
            return None
        reply = await held_replies.numbered(unit.db, number)
        if reply is None:
            return _gone(number)
        unit.announce(HeldShown(number=number, text=_text(reply.text) or None), question=NOBODY)
        return None

    async def _shown(self, held: Held) -> HeldShown:
        """Its words alone: who wrote it stays here."""
        if held.door != "mail":
            text = _said_in(held.raw)
            return HeldShown(number=held.id, text=text or None, readable=bool(text))
        try:
            mail = await self._read(held)
        except Unreadable:
            return HeldShown(number=held.id, readable=False)
        names = (_line(one.name) for one in mail.attachments)
        return HeldShown(
            number=held.id,
            heading=_line(mail.subject) or None,
            text=_text(mail.text or mail.html_text) or None,
            attachments=tuple(name for name in names if name),
        )

    async def _read(self, held: Held) -> ParsedMail:
        envelope = MailEnvelope(held.envelope_from, held.envelope_to)
        return await self.reader.read(held.raw, envelope, self.door.boxes.own, held.received_at)

    async def _release(self, unit: Unit, order: HeldOrder) -> tuple[str, str] | None:
        try:
            async with unit.db.transaction():
                return await self._let_in(unit, order.number)
        except (Refused, NotYet, Unreadable) as refusal:
            return "stays_held", str(refusal)

    async def _let_in(self, unit: Unit, number: int) -> tuple[str, str] | None:
        held = await quarantine.take(unit.db, number)
        if held is not None:
            await release_held(unit, by_hand(self.door), held, self.scanner)
            return None
        reply = await held_replies.numbered(unit.db, number)
        if reply is None:
            return _gone(number)
        intake = self.door.intake
        await send_after_all(unit, intake.wall, intake.public_url, reply)
        return None

    async def _drop(self, unit: Unit, order: HeldOrder) -> tuple[str, str] | None:
        """With an answer that nobody can be given, it stays: whoever drops it is to know that."""
        if order.answer is not None:
            try:
                async with unit.db.transaction():
                    return await self._drop_answered(unit, order.number, order.answer)
            except (NotAnswerable, Unreadable) as refusal:
                return "not_answerable", str(refusal)
        number = order.number
        if await quarantine.take(unit.db, number):
            return None
        reply = await held_replies.numbered(unit.db, number)
        if reply is None:
            return _gone(number)
        await act_on(unit, "", reply.question, reply.partner, reply.id, "nothing")
        return None

    async def _drop_answered(self, unit: Unit, number: int, answer: str) -> tuple[str, str] | None:
        held = await quarantine.take(unit.db, number)
        if held is None:
            return _gone(number)
        if held.door != "mail":
            raise NotAnswerable(f"it came by {held.door}, not by mail", field="answer")
        fact = await answer_to(unit, self.door, held, await self._read(held), answer)
        unit.announce(fact, question=NOBODY)
        return None


def by_hand(door: MailDoor) -> MailDoor:
    """A person has decided: no cap counts, no haste is a machine's, and whose word it is is known."""
    intake = replace(door.intake, room=ROOM_BY_HAND)
    replies = replace(door.replies, intake=intake, quickest=timedelta(0), by_hand=True)
    return replace(door, intake=intake, caps=BY_HAND, replies=replies)


def _gone(number: int) -> tuple[str, str]:
    return "nothing_held", f"nothing is held under {number}: it was released, dropped or forgotten"


def _news(one: Any) -> HeldNoted | HeldEnded:
    if one["ended"]:
        return HeldEnded(number=one["number"])
    code = re.sub(r"[^a-z]+", "_", one["reason"].lower()).strip("_")[:60]
    return HeldNoted(
        number=one["number"],
        door=one["door"],
        reason=code or "unknown",
        size=one["size"],
        received_at=one["received_at"],
        question_id=one["question"],
        partner=one["partner"],
    )


def _said_in(raw: bytes) -> str:
    """Of a form or a post: its text, and nothing else that its sender gave."""
    with suppress(ValueError):
        sent = json.loads(raw)
        if isinstance(sent, dict):
            return _text(str(sent.get("whole") or sent.get("text") or sent.get("content") or ""))
    return ""


def _text(text: str) -> str:
    return text.replace("\0", "").strip()[:LONGEST]


def _line(text: str) -> str:
    return " ".join(text.replace("\0", "").split())[:LONGEST_LINE]
