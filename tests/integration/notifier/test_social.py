"""Promises about social channels, against stand-ins made from the public documentation of each."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from services.notifier.domain.delivery import Failed, Sent
from services.notifier.domain.outgoing import DeliveryAttempt
from services.notifier.sending.senders.social.facebook_page import FacebookPageSender
from services.notifier.sending.senders.social.mastodon import MastodonSender
from tests.support import notifier_facts as made
from tests.support.notifier_outgoing import message, outgoing

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
PAGE = "1000"


class Clock:
    def now(self) -> datetime:
        return NOW


def answer(channel: str, text: str = made.ANSWER, **more: Any) -> DeliveryAttempt:
    delivery = outgoing(channel, "", "answer", **more)
    asker = {"account": "reader@social.example", "post_id": "77", "post_url": "https://social.example/77"}
    assert delivery.answer is not None
    return replace(
        delivery,
        question=replace(delivery.question, asker=asker),
        answer=replace(delivery.answer, text=text),
    )


@dataclass
class Mastodon:
    """POST /api/v1/statuses with Idempotency-Key, tokens and rate limits (docs.joinmastodon.org)."""

    statuses: dict[str, dict[str, Any]] = field(default_factory=dict)
    refusals: list[Response] = field(default_factory=list)
    token: str = "good"

    async def post(self, request: Request) -> Response:
        if request.headers.get("authorization") != f"Bearer {self.token}":
            return JSONResponse({"error": "The access token is invalid"}, 401)
        if self.refusals:
            return self.refusals.pop(0)
        key, status = request.headers["idempotency-key"], await request.json()
        if len(status["status"]) > 500:
            return JSONResponse({"error": "Validation failed: Text character limit exceeded"}, 422)
        if key not in self.statuses:
            number = str(len(self.statuses) + 100)
            self.statuses[key] = {**status, "id": number, "url": f"https://social.example/@us/{number}"}
        return JSONResponse(self.statuses[key])

    async def account(self, request: Request) -> Response:
        good = request.headers.get("authorization") == f"Bearer {self.token}"
        return JSONResponse({"id": "1"}) if good else JSONResponse({"error": "invalid"}, 401)

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/api/v1/statuses", self.post, methods=["POST"]),
                Route("/api/v1/accounts/verify_credentials", self.account),
            ]
        )


@dataclass
class Graph:
    """Comments of an object and their errors (developers.facebook.com, Graph API)."""

    comments: list[dict[str, Any]] = field(default_factory=list)
    errors: list[tuple[int, int]] = field(default_factory=list)
    token: str = "good"

    async def handle(self, request: Request) -> Response:
        if request.query_params.get("access_token") != self.token:
            return JSONResponse({"error": {"code": 190, "type": "OAuthException"}}, 400)
        if request.method == "GET":
            return JSONResponse({"data": self.comments[::-1]})
        if self.errors:
            status, code = self.errors.pop(0)
            return JSONResponse({"error": {"code": code}}, status)
        async with request.form() as form:
            self.comments.append({"id": "77_1", "from": {"id": PAGE}, "message": form["message"]})
        return JSONResponse({"id": "77_1"})

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/v23.0/{post}/comments", self.handle, methods=["GET", "POST"]),
                Route(f"/v23.0/{PAGE}", self.handle),
            ]
        )


@asynccontextmanager
async def to_mastodon(
    server: Mastodon, token: str = "good"
) -> AsyncIterator[tuple[MastodonSender, list[bool]]]:
    says: list[bool] = []
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(server.app()),
        base_url="https://social.example",
        headers={"Authorization": f"Bearer {token}"},
    ) as client:
        yield MastodonSender(client, Clock(), says.append), says


@asynccontextmanager
async def to_page(server: Graph, token: str = "good") -> AsyncIterator[tuple[FacebookPageSender, list[bool]]]:
    says: list[bool] = []
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(server.app()),
        base_url="https://graph.example/v23.0/",
        params={"access_token": token},
    ) as client:
        yield FacebookPageSender(client, PAGE, says.append), says


async def test_an_answer_keeps_the_warning_and_who_sees_the_post() -> None:
    server = Mastodon()
    long = answer("mastodon", "Une phrase de réponse. " * 60)
    asker = {**long.question.asker, "post_visibility": "unlisted", "post_warning": "Toponymie"}
    async with to_mastodon(server) as (sender, _):
        await sender.send(replace(long, question=replace(long.question, asker=asker)))
    posted = list(server.statuses.values())
    assert len(posted) > 1
    assert {one["visibility"] for one in posted} == {"unlisted"}
    assert {one["spoiler_text"] for one in posted} == {"Toponymie"}
    assert all(len(one["status"]) + len(one["spoiler_text"]) <= 500 for one in posted)


async def test_answer_stands_under_the_post_that_asked() -> None:
    server = Mastodon()
    async with to_mastodon(server) as (sender, _):
        assert await sender.send(answer("mastodon")) == Sent("https://social.example/@us/100")
    [status] = server.statuses.values()
    assert status["in_reply_to_id"] == "77"
    assert status["status"].startswith("@reader@social.example Bonjour")


async def test_long_answer_is_a_thread() -> None:
    server = Mastodon()
    async with to_mastodon(server) as (sender, _):
        await sender.send(answer("mastodon", "Une phrase assez longue pour compter. " * 40))
    parents = [status["in_reply_to_id"] for status in server.statuses.values()]
    assert len(parents) > 2
    assert parents == ["77", *(str(100 + number) for number in range(len(parents) - 1))]


async def test_second_attempt_after_a_crash_doubles_nothing() -> None:
    server = Mastodon()
    async with to_mastodon(server) as (sender, _):
        first = await sender.send(answer("mastodon"))
        assert await sender.send(answer("mastodon", attempts=2)) == first
    assert len(server.statuses) == 1


async def test_thread_that_broke_off_is_taken_up_where_it_ended() -> None:
    server = Mastodon()
    long = answer("mastodon", "Une phrase assez longue pour compter. " * 40)
    async with to_mastodon(server) as (sender, _):
        await sender.send(long)
        whole = len(server.statuses)
        del server.statuses[list(server.statuses)[-1]]
        await sender.send(long)
    assert len(server.statuses) == whole


async def test_rate_limit_is_waited_out() -> None:
    reset = (NOW + timedelta(minutes=4)).isoformat()
    server = Mastodon(refusals=[JSONResponse({}, 429, headers={"X-RateLimit-Reset": reset})])
    async with to_mastodon(server) as (sender, _):
        outcome = await sender.send(answer("mastodon"))
    assert isinstance(outcome, Failed)
    assert outcome.retry_after == timedelta(minutes=4)


async def test_deleted_post_is_given_up() -> None:
    server = Mastodon(refusals=[JSONResponse({"error": "Record not found"}, 404)])
    async with to_mastodon(server) as (sender, _):
        outcome = await sender.send(answer("mastodon"))
    assert isinstance(outcome, Failed)
    assert outcome.final


async def test_expired_token_shows_and_waits_for_a_person() -> None:
    async with to_mastodon(Mastodon(token="new")) as (sender, says):
        outcome = await sender.send(answer("mastodon"))
    async with to_page(Graph(token="new")) as (page, page_says):
        commented = await page.send(answer("facebook_page"))
    for failed, said in ((outcome, says), (commented, page_says)):
        assert isinstance(failed, Failed)
        assert not failed.final
        assert said == [False]


async def test_expired_token_shows_before_there_is_an_answer_to_send() -> None:
    server, graph = Mastodon(), Graph()
    async with to_mastodon(server) as (sender, says), to_page(graph) as (page, page_says):
        for token in ("good", "new"):
            server.token = graph.token = token
            await sender.look()
            await page.look()
    assert (says, page_says) == ([True, False], [True, False])


async def test_nothing_private_is_posted() -> None:
    server, graph = Mastodon(), Graph()
    async with to_mastodon(server) as (sender, _), to_page(graph) as (page, _):
        await sender.send(answer("mastodon"))
        await page.send(answer("facebook_page"))
    everything = str(server.statuses) + str(graph.comments)
    assert made.NOTE not in everything
    assert "asker.example" not in everything


@pytest.mark.parametrize("kind", ["clarification", "addition", "correction"])
async def test_what_a_library_asks_or_adds_stands_under_the_post_and_nothing_private(kind: str) -> None:
    server, graph = Mastodon(), Graph()
    said = [
        replace(answer(channel), kind=kind, answer=None, message=message(kind))
        for channel in ("mastodon", "facebook_page")
    ]
    async with to_mastodon(server) as (sender, _), to_page(graph) as (page, _):
        assert isinstance(await sender.send(said[0]), Sent)
        assert isinstance(await page.send(said[1]), Sent)
    (status,), (comment,) = server.statuses.values(), graph.comments
    assert status["in_reply_to_id"] == "77"
    for text in (status["status"], comment["message"]):
        assert "De quelle ville parlez-vous ?" in text
        assert made.NOTE not in text
        assert "asker.example" not in text
        assert "/q/" not in text


async def test_page_comments_under_the_post() -> None:
    graph = Graph()
    async with to_page(graph) as (sender, says):
        assert await sender.send(answer("facebook_page")) == Sent("https://social.example/77")
    assert says == [True]
    assert graph.comments[0]["message"].endswith("— Bpi")


async def test_comment_that_stands_there_is_not_made_again() -> None:
    graph = Graph()
    async with to_page(graph) as (sender, _):
        await sender.send(answer("facebook_page"))
        await sender.send(answer("facebook_page", attempts=2))
    assert len(graph.comments) == 1


@pytest.mark.parametrize(("status", "code", "final"), [(400, 100, True), (400, 613, False), (500, 2, False)])
async def test_graph_errors_are_sorted(status: int, code: int, final: bool) -> None:
    async with to_page(Graph(errors=[(status, code)])) as (sender, _):
        outcome = await sender.send(answer("facebook_page"))
    assert isinstance(outcome, Failed)
    assert outcome.final == final
