"""Facebook's webhook and a hand-written Mastodon server, up to what ingest announces."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from dataclasses import dataclass, field
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from services.chassis.http.serving import serving
from services.contracts.ingest import QuestionFollowedUp, QuestionReceived
from tests.support.ingest_doors import Ingest, ingest
from tests.support.servers import Database, VirtualHost
from tests.support.waiting import PATIENCE_SECONDS
from tests.unit.ingest.test_social import PAGE, feed, notification

FACEBOOK = {"facebook_page_id": PAGE, "facebook_app_secret": "s", "facebook_verify_token": "v"}


async def sent(door: Ingest, raw: bytes, secret: bytes = b"s") -> httpx.Response:
    signature = "sha256=" + hmac.new(secret, raw, hashlib.sha256).hexdigest()
    return await door.http.post("/social/facebook", content=raw, headers={"x-hub-signature-256": signature})


async def test_facebook_shakes_hands_with_who_knows_the_token(database: Database, vhost: VirtualHost) -> None:
    ask = {"hub.mode": "subscribe", "hub.challenge": "42", "hub.verify_token": "v"}
    async with ingest(database, vhost, **FACEBOOK) as door:
        known = await door.http.get("/social/facebook", params=ask)
        stranger = await door.http.get("/social/facebook", params=ask | {"hub.verify_token": "x"})
    assert (known.text, stranger.status_code) == ("42", 403)


async def test_a_comment_is_one_question_and_an_answer_to_it_goes_on(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost, **FACEBOOK) as door:
        forged = await sent(door, feed(), b"other")
        answers = [await sent(door, feed()) for _ in range(2)]
        await sent(door, feed(comment_id="1000_2", parent_id="1000_1", message="Et quand ?"))
        broken = await sent(door, b"{")
        (question,) = await door.announced(QuestionReceived)
        (more,) = await door.announced(QuestionFollowedUp)
    assert [answer.status_code for answer in (forged, *answers, broken)] == [403, 200, 200, 400]
    assert question.data.facets.channel == "facebook_page"
    assert question.data.asker is not None
    assert (question.data.asker.account, question.data.asker.post_id) == ("7", "1000_1")
    assert (more.subject, more.data.text) == (question.subject, "Et quand ?")


async def test_what_others_say_below_a_question_is_no_word_of_the_asker(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost, **FACEBOOK) as door:
        await sent(door, feed())
        stranger = {"id": "666", "name": "Eve"}
        remark = feed(comment_id="1000_2", parent_id="1000_1", message="Oubliez.", **{"from": stranger})
        for _ in range(2):
            await sent(door, remark)
        await sent(door, feed(comment_id="1000_3", parent_id="1000_2", message="Et quand ?"))
        (question,) = await door.announced(QuestionReceived)
        (more,) = await door.announced(QuestionFollowedUp)
        assert await door.fetchval("SELECT count(*) FROM quarantine") == 0
        assert await door.fetchval("SELECT raw FROM submission WHERE outcome = 'remark'") == b""
    assert (more.subject, more.data.text) == (question.subject, "Et quand ?")


@dataclass
class MastodonServer:
    """What a Mastodon server does with GET /api/v1/notifications, as far as the reader sees it."""

    notifications: list[dict[str, Any]] = field(default_factory=list)
    token: str = "t"

    async def answer(self, request: Request) -> Response:
        if request.headers.get("authorization") != f"Bearer {self.token}":
            return JSONResponse({"error": "The access token was revoked"}, 401)
        after = [one for one in self.notifications if int(one["id"]) > int(request.query_params["min_id"])]
        return JSONResponse(after[: int(request.query_params["limit"])][::-1])


def mention(number: int, **status: Any) -> dict[str, Any]:
    return notification(id=f"s{number}", **status) | {"id": str(number)}


async def until_read(door: Ingest, cursor: str) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            if await door.fetchval("SELECT cursor FROM social_cursor") == cursor:
                return
            await asyncio.sleep(0.02)


def up(door: Ingest) -> float | None:
    return door.running.chassis.registry.get_sample_value("sesame_ingest_channel_up", {"channel": "mastodon"})


async def test_mentions_are_read_once_and_an_expired_token_shows(
    database: Database, vhost: VirtualHost
) -> None:
    server = MastodonServer([mention(number) for number in range(1, 51)])
    app = Starlette(routes=[Route("/api/v1/notifications", server.answer)])
    async with serving(app, "127.0.0.1", 0, grace_seconds=1) as port:
        settings = {
            "mastodon_url": f"http://127.0.0.1:{port}",
            "mastodon_token": "t",
            "mastodon_seconds": 0.1,
        }
        async with ingest(database, vhost, **settings) as door:
            await until_read(door, "50")
            assert up(door) == 1
            server.notifications += [
                mention(51, in_reply_to_id="s7", content="<p>Et quand ?</p>"),
                mention(52, visibility="direct"),
            ]
            await until_read(door, "52")
            server.token = "another"
            async with asyncio.timeout(PATIENCE_SECONDS):
                while True:
                    if up(door) == 0:
                        break
                    await asyncio.sleep(0.02)
            questions = await door.announced(QuestionReceived)
            (more,) = await door.announced(QuestionFollowedUp)
            assert await door.fetchval("SELECT count(*) FROM quarantine") == 1
    asked = {event.data.asker.post_id: event.subject for event in questions if event.data.asker}
    assert len(asked) == 50
    assert (more.subject, more.data.text) == (asked["s7"], "Et quand ?")
