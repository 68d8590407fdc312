"""Promises about webhooks, against receivers that behave and misbehave."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.chassis.clock import SystemClock
from services.chassis.http.client_addresses import networks
from services.chassis.http.guarded_network import GuardedNetwork
from services.chassis.http.serving import serving
from services.notifier.domain.delivery import Failed, Postponed, Sent
from services.notifier.domain.outgoing import DeliveryAttempt
from services.notifier.domain.signing import new_secret, signature
from services.notifier.sending.senders.circuit_breaker import CircuitBreaker
from services.notifier.sending.senders.webhook import Endpoint, WebhookSender, host_of, retry_after
from tests.support.notifier_outgoing import outgoing
from tests.support.waiting import PATIENCE_SECONDS

HERE = networks("127.0.0.0/8")
SECRET = new_secret()
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@dataclass
class Receiver:
    """Answers with what stands in `replies`, 204 when nothing does; `hang` never answers."""

    replies: list[Response | str] = field(default_factory=list)
    taken: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    url: str = ""

    async def take(self, request: Request) -> Response:
        self.taken.append((dict(request.headers), await request.body()))
        reply = self.replies.pop(0) if self.replies else Response(status_code=204)
        if isinstance(reply, str):
            await asyncio.sleep(30)
        return reply if isinstance(reply, Response) else Response(status_code=204)


@dataclass
class Book:
    """The partner's endpoint, as the notifier keeps it."""

    endpoint: Endpoint = field(default_factory=lambda: Endpoint((SECRET,)))
    switched_off: list[str] = field(default_factory=list)

    async def of(self, _partner: str) -> Endpoint:
        return self.endpoint

    async def switch_off(self, partner: str, _delivery: DeliveryAttempt) -> None:
        self.switched_off.append(partner)


@dataclass
class Scene:
    receiver: Receiver
    book: Book
    sender: WebhookSender

    async def send(self, path: str = "/hook") -> Sent | Failed:
        return await self.sender.send(outgoing("webhook", self.receiver.url + path))


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    app = Starlette(routes=[Route("/hook", receiver.take, methods=["POST"])])
    async with serving(app, "127.0.0.1", 0, grace_seconds=0.1) as port:
        receiver.url = f"http://127.0.0.1:{port}"
        yield receiver


def sender_of(book: Book, allowed: str = "127.0.0.0/8", seconds: float = PATIENCE_SECONDS) -> WebhookSender:
    return WebhookSender(
        book.of, book.switch_off, lambda _one: None, SystemClock(), allowed=networks(allowed), seconds=seconds
    )


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    book = Book()
    async with receiving() as receiver, sender_of(book) as sender:
        yield Scene(receiver, book, sender)


@pytest.fixture
async def impatient() -> AsyncIterator[Scene]:
    """Of a receiver that never answers."""
    book = Book()
    async with receiving() as receiver, sender_of(book, seconds=0.5) as sender:
        receiver.replies = ["hang"] * 10
        yield Scene(receiver, book, sender)


async def test_body_is_the_event_and_its_signature_can_be_checked(scene: Scene) -> None:
    assert await scene.send() == Sent()
    [(headers, body)] = scene.receiver.taken
    expected = signature([SECRET], headers["webhook-id"], int(headers["webhook-timestamp"]), body)
    assert headers["webhook-signature"] == expected
    assert b"question.assigned.v1" in body


async def test_every_attempt_has_the_same_id(scene: Scene) -> None:
    scene.receiver.replies = [Response(status_code=500)]
    assert isinstance(await scene.send(), Failed)
    assert await scene.send() == Sent()
    assert len({headers["webhook-id"] for headers, _ in scene.receiver.taken}) == 1


async def test_old_secret_signs_too_while_it_is_rotated(scene: Scene) -> None:
    scene.book.endpoint = Endpoint((new_secret(), SECRET))
    await scene.send()
    [(headers, _)] = scene.receiver.taken
    assert len(headers["webhook-signature"].split(" ")) == 2


@pytest.mark.parametrize("status", [429, 500, 502, 503])
async def test_troubled_receiver_is_tried_again_when_it_said(scene: Scene, status: int) -> None:
    scene.receiver.replies = [Response(status_code=status, headers={"Retry-After": "120"})]
    outcome = await scene.send()
    assert outcome == Failed(f"HTTP {status}", retry_after=timedelta(minutes=2), unwell=True)


@pytest.mark.parametrize("status", [400, 401, 404, 422])
async def test_refusal_is_for_good(scene: Scene, status: int) -> None:
    scene.receiver.replies = [Response(status_code=status)]
    assert await scene.send() == Failed(f"HTTP {status}", final=True)


async def test_410_switches_the_endpoint_off(scene: Scene) -> None:
    scene.receiver.replies = [Response(status_code=410)]
    assert await scene.send() == Failed("HTTP 410", final=True)
    assert scene.book.switched_off == ["bpi"]


async def test_switched_off_endpoint_is_not_called(scene: Scene) -> None:
    scene.book.endpoint = Endpoint((SECRET,), off=True)
    assert isinstance(await scene.send(), Failed)
    assert scene.receiver.taken == []


async def test_redirect_is_not_followed(scene: Scene) -> None:
    scene.receiver.replies = [Response(status_code=307, headers={"Location": "/hook"})]
    assert await scene.send() == Failed("HTTP 307", final=True)
    assert len(scene.receiver.taken) == 1


async def test_hanging_receiver_is_given_its_time_and_no_more(impatient: Scene) -> None:
    outcome = await impatient.send()
    assert isinstance(outcome, Failed)
    assert outcome.unwell
    assert not outcome.final


async def test_nobody_listening_is_tried_again(scene: Scene) -> None:
    outcome = await scene.sender.send(outgoing("webhook", "http://127.0.0.1:9/hook"))
    assert isinstance(outcome, Failed)
    assert not outcome.final


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "169.254.169.254", "10.0.0.1", "0.0.0.0"]
)
async def test_private_places_are_out_of_reach(host: str) -> None:
    async with sender_of(Book(), allowed="192.0.2.0/24") as sender:
        outcome = await sender.send(outgoing("webhook", f"https://{host}/hook"))
    assert isinstance(outcome, Failed)
    assert outcome.final
    assert "private network" in outcome.error


@pytest.mark.parametrize(
    "address",
    [
        *("::ffff:127.0.0.1", "fe80::1%lo", "224.0.0.1", "fd00::1", "100.64.0.1", "fec0::1", "::127.0.0.1"),
        *("64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::", "::ffff:0:127.0.0.1"),
    ],
)
def test_disguised_private_addresses_are_seen_through(address: str) -> None:
    assert not GuardedNetwork().allows(address)


def test_public_addresses_are_allowed() -> None:
    assert GuardedNetwork().allows("9.9.9.9")
    assert GuardedNetwork().allows("2620:fe::fe")


@pytest.mark.parametrize("url", ["ftp://host/x", "/hook", "https://user:secret@host/x", "http://host/x"])
async def test_only_https_addresses_are_webhooks(url: str) -> None:
    async with sender_of(Book(), allowed="") as sender:
        outcome = await sender.send(outgoing("webhook", url))
    assert isinstance(outcome, Failed)
    assert outcome.final


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("30", timedelta(seconds=30)),
        ("Fri, 20 Nov 2026 09:05:00 GMT", timedelta(minutes=5)),
        ("Fri, 20 Nov 2026 08:00:00 GMT", None),
        ("soon", None),
        (None, None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str | None, wait: timedelta | None) -> None:
    assert retry_after(value, NOW) == wait


async def test_dead_host_rests_and_others_are_served(scene: Scene) -> None:
    clock = [1000.0]
    sparing = CircuitBreaker(scene.sender, host_of, most_at_once=4, clock=lambda: clock[0])
    dead = outgoing("webhook", "http://127.0.0.1:9/hook")
    for _ in range(5):
        assert isinstance(await sparing.send(dead), Failed)
    assert isinstance(await sparing.send(dead), Postponed)
    assert await sparing.send(outgoing("webhook", scene.receiver.url + "/hook")) == Sent()
    clock[0] += 60
    assert isinstance(await sparing.send(dead), Failed)


async def test_one_slow_host_holds_few_places(impatient: Scene) -> None:
    sparing = CircuitBreaker(impatient.sender, host_of, most_at_once=2)
    slow = outgoing("webhook", impatient.receiver.url + "/hook")
    outcomes = await asyncio.gather(*(sparing.send(slow) for _ in range(6)))
    assert sum(isinstance(outcome, Postponed) for outcome in outcomes) == 4
