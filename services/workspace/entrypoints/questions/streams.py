"""Open pages are told what changed (Server-Sent Events, WHATWG HTML 9.2), from whatever copy it was done.

An event says only that something of a library or a question changed; the page then asks for what it may see.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from uuid import UUID

import asyncpg
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute

from services.chassis.backoff import backoff_seconds
from services.chassis.messaging.transaction import Begin
from services.workspace.entrypoints.questions.question_page import respondent_of
from services.workspace.entrypoints.sign_in.guard import Guard, Visitor
from services.workspace.store import work
from services.workspace.store.work import Respondent

log = logging.getLogger(__name__)

CHANNEL = "workspace_changed"
BEAT_SECONDS = 15.0
"""Between two words on a quiet stream: the person is looked for again, and proxies see that it lives."""

MOST_EACH = 30
"""Open pages of one person that are told at once: a program in a browser's stead takes no place of others."""

HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}
EVERYTHING = "*"


@dataclass(eq=False)
class Stream:
    """One open page: whose libraries it shows, which question, and what changed since it was last told."""

    person: UUID
    partners: frozenset[str]
    question: str | None
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    changed: bool = False

    def hear(self, partner: str, question: str) -> None:
        everything = partner == EVERYTHING
        ours = everything or partner in self.partners or not self.partners
        if ours and (everything or self.question in (None, question)):
            self.changed = True
            self.woken.set()
        elif ours and question == EVERYTHING:  # the library's own record: perhaps it left the network
            self.woken.set()


class Streams:
    """All open pages of this copy."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._open: set[Stream] = set()
        self._closing = False

    def routes(self, guard: Guard) -> list[BaseRoute]:
        door = StreamDoor(guard, self)
        return [guard.get("/changes", "see lists", door.follow)]

    def open(self, stream: Stream) -> bool:
        """Whether there is room, for all and for this person."""
        own = sum(one.person == stream.person for one in self._open)
        if self._closing or len(self._open) >= self._most or own >= MOST_EACH:
            return False
        self._open.add(stream)
        return True

    def close(self, stream: Stream) -> None:
        self._open.discard(stream)

    @property
    def number(self) -> int:
        return len(self._open)

    @property
    def closing(self) -> bool:
        return self._closing

    def tell(self, partner: str, question: str) -> None:
        for stream in self._open:
            stream.hear(partner, question)

    async def __aenter__(self) -> Streams:
        return self

    async def __aexit__(self, *_: object) -> None:
        """Before the server stops: it would wait for pages that are never done."""
        self._closing = True
        self.tell(EVERYTHING, EVERYTHING)

    async def listen(self, url: str) -> None:
        """Until cancelled, on a connection of its own; after each loss every page is told to look again."""
        delays = backoff_seconds(most=5.0)
        while True:
            try:
                await self._listen_once(url)
            except Exception as error:
                log.warning("no word of changes: %s: %s; trying again", type(error).__name__, error)
            await asyncio.sleep(next(delays))

    def _heard(self, _connection: object, _pid: int, _channel: str, word: object) -> None:
        self.tell(*str(word).split(" "))

    async def _listen_once(self, url: str) -> None:
        lost = asyncio.Event()
        connection = await asyncpg.connect(url)
        try:
            connection.add_termination_listener(lambda _connection: lost.set())
            await connection.add_listener(CHANNEL, self._heard)
            self.tell(EVERYTHING, EVERYTHING)
            await lost.wait()
        finally:
            connection.terminate()


@dataclass(frozen=True)
class StreamDoor:
    guard: Guard
    streams: Streams

    async def follow(self, request: Request, visitor: Visitor, _form: FormData) -> Response:
        question = _uuid(request.query_params.get("question"))
        who = None
        if question is not None:
            async with self.guard.begin() as unit:
                who = await respondent_of(unit, visitor, question)
        everywhere = frozenset() if visitor.may("see the network") else frozenset(visitor.libraries)
        stream = Stream(visitor.person, everywhere, str(question) if question else None)
        if not self.streams.open(stream):
            raise HTTPException(503, headers={"retry-after": "10"})
        following = Following(self.guard, request, self.streams, stream, who)
        return StreamingResponse(following.events(), media_type="text/event-stream", headers=HEADERS)


@dataclass(frozen=True)
class Following:
    guard: Guard
    request: Request
    streams: Streams
    stream: Stream
    who: Respondent | None

    async def events(self) -> AsyncIterator[str]:
        """Ends with the service, with the session, and with the page."""
        try:
            await self._look()
            yield "retry: 2000\n\n"
            while not self.streams.closing and await self._is_still_here():
                yield "event: changed\ndata: 1\n\n" if self._take() else ": still here\n\n"
                if not await _until(self.stream.woken, BEAT_SECONDS):
                    await self._look()
            yield "event: over\ndata: 1\n\n"
        finally:
            self.streams.close(self.stream)
            await self._leave()

    def _take(self) -> bool:
        changed, self.stream.changed = self.stream.changed, False
        self.stream.woken.clear()
        return changed

    async def _is_still_here(self) -> bool:
        visitor = await self.guard.visitor(self.request)
        return visitor is not None and not visitor.over and follows(visitor, self.stream)

    async def _look(self) -> None:
        if self.who is not None:
            await _look(self.guard.begin, self.who)

    async def _leave(self) -> None:
        if self.who is not None and not self.streams.closing:
            async with self.guard.begin() as unit:
                await work.gone(unit.db, self.who)


def follows(visitor: Visitor, stream: Stream) -> bool:
    """Whether all that the page shows is theirs still: a library may have left the network meanwhile."""
    return visitor.may("see lists") and stream.partners.issubset(visitor.libraries)


async def _look(begin: Begin, who: Respondent) -> None:
    async with begin() as unit:
        await work.keep_presence(unit.db, who, unit.now, writing=False)


async def _until(event: asyncio.Event, seconds: float) -> bool:
    """Whether it was set within that time."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
