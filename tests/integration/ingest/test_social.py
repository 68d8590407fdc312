"""Facebook's webhook and a hand-written Mastodon server, up to what ingest announces."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from services.chassis.http.serving import serving
from services.contracts.ingest import QuestionFollowedUp, QuestionReceived, QuestionWithdrawn
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

    above: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """Status id → the statuses above it, the oldest first."""

    async def context(self, request: Request) -> Response:
        ancestors = self.above.get(request.path_params["id"])
        if ancestors is None:
            return JSONResponse({"error": "Record not found"}, 404)
        return JSONResponse({"ancestors": ancestors, "descendants": []})

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/api/v1/notifications", self.answer),
                Route("/api/v1/statuses/{id}/context", self.context),
            ]
        )

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


def reading_mastodon(port: int) -> dict[str, Any]:
    return {
        "mastodon_url": f"http://127.0.0.1:{port}",
        "mastodon_token": "t",
        "mastodon_seconds": 0.1,
    }


def up(door: Ingest) -> float | None:
    return door.running.chassis.registry.get_sample_value("sesame_ingest_channel_up", {"channel": "mastodon"})


async def test_mentions_are_read_once_and_an_expired_token_shows(
    database: Database, vhost: VirtualHost
) -> None:
    server = MastodonServer([mention(number) for number in range(1, 51)])
    async with (
        serving(server.app(), "127.0.0.1", 0, grace_seconds=1) as port,
        ingest(database, vhost, **reading_mastodon(port)) as door,
    ):
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


CASES: dict[str, list[dict[str, Any]]] = json.loads(
    (Path(__file__).parents[2] / "cases" / "social.json").read_text("utf-8")
)
READ_ON_MASTODON: dict[str, tuple[str, ...]] = {
    "warning_is_the_subject": ("Toponymie", "D'où vient le nom de Brumal ?"),
    "question_in_the_warning": ("Qui a écrit la chanson du lavoir ?",),
    "unlisted": ("Où sont les plans ?",),
    "below_another": (
        "une piste ?",
        "> J'ai trouvé ce poinçon sur une cuillère.",
        "https://m.example/@eve/7",
    ),
    "picture": ("Quelle est cette fleur ?", "Fleur jaune à cinq pétales", "https://media.example/1.png"),
}
PARENT = {
    "id": "7",
    "account": {"acct": "eve@m.example"},
    "url": "https://m.example/@eve/7",
    "visibility": "public",
}


async def test_every_case_of_mastodon_is_read_as_people_see_it(
    database: Database, vhost: VirtualHost
) -> None:
    server = MastodonServer()
    for number, case in enumerate(CASES["mastodon"], 1):
        server.notifications.append(mention(number, **{k: v for k, v in case.items() if k not in FOR_US}))
        if "parent" in case:
            server.above[f"s{number}"] = [PARENT | {"content": case["parent"]}]
    async with (
        serving(server.app(), "127.0.0.1", 0, grace_seconds=1) as port,
        ingest(database, vhost, **reading_mastodon(port)) as door,
    ):
        await until_read(door, str(len(server.notifications)))
        asked = [event.data for event in await door.announced(QuestionReceived)]
        held = await door.fetchval("SELECT string_agg(reason, ' ') FROM quarantine")
    by_id = {one.asker.post_id: one for one in asked if one.asker}
    read = {case["id"]: by_id.get(f"s{number}") for number, case in enumerate(CASES["mastodon"], 1)}
    assert [name for name, question in read.items() if question is None] == ["poll"]
    assert "a poll" in held
    for name, parts in READ_ON_MASTODON.items():
        question = read[name]
        assert question is not None
        assert [part for part in parts if part not in question.text] == []
    carried = {
        name: (question.asker.post_visibility, question.asker.post_warning)
        for name, question in read.items()
        if question and question.asker
    }
    assert carried["unlisted"] == ("unlisted", None)
    assert carried["warning_is_the_subject"] == ("public", "Toponymie")


FOR_US = ("id", "wanted", "parent")


async def test_what_the_asker_writes_below_our_answer_goes_on_with_their_question(
    database: Database, vhost: VirtualHost
) -> None:
    """The id of our answer is not known at this door: its place in the thread is."""
    server = MastodonServer([mention(1), mention(2, in_reply_to_id="ours", content="<p>Et quand ?</p>")])
    asked = mention(1)["status"]
    answer = PARENT | {"id": "ours", "content": "<p>Ici.</p>", "account": {"acct": "sesame", "bot": True}}
    server.above["s2"] = [asked, answer]
    async with (
        serving(server.app(), "127.0.0.1", 0, grace_seconds=1) as port,
        ingest(database, vhost, **reading_mastodon(port)) as door,
    ):
        await until_read(door, "2")
        (question,) = await door.announced(QuestionReceived)
        (more,) = await door.announced(QuestionFollowedUp)
    assert (more.subject, more.data.text) == (question.subject, "Et quand ?")


FACEBOOK_CASES = {case["id"]: case for case in CASES["facebook_page"]}


def case_of(name: str, **value: Any) -> bytes:
    """Under a post of the Page's own."""
    shown = {key: one for key, one in FACEBOOK_CASES[name].items() if key not in FOR_US}
    return feed(**({"post_id": f"{PAGE}_1", "parent_id": f"{PAGE}_1"} | shown | value))


async def test_every_case_of_new_comments_on_facebook_becomes_what_people_expect(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost, **FACEBOOK) as door:
        await sent(door, case_of("comment_without_from", comment_id="c1", **{"from": None}))
        for number, name in enumerate(("thanks", "emoji", "photo_only"), 2):
            await sent(door, case_of(name, comment_id=f"c{number}"))
        (question,) = await door.announced(QuestionReceived)
        held = await door.fetchval("SELECT reason || convert_from(raw, 'UTF8') FROM quarantine")
        unnamed = door.running.chassis.registry.get_sample_value(
            "sesame_ingest_posts_total", {"channel": "facebook_page", "outcome": "unnamed"}
        )
    assert question.data.text == "[image] https://media.example/2.jpg"
    assert "pages_read_user_content" in held
    assert "Qui a sculpté le lion ?" in held
    assert unnamed == 1


async def test_an_edited_comment_is_read_anew_and_a_removed_one_is_withdrawn(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost, **FACEBOOK) as door:
        await sent(door, feed())
        for _ in range(2):
            await sent(door, case_of("edited", message="Où, en 1911 ?"))
        await sent(door, case_of("edited", message="Où ?"))
        await sent(door, case_of("edited", message="Faux.", **{"from": {"id": "666"}}))
        (more,) = await door.announced(QuestionFollowedUp)
        assert await door.announced(QuestionWithdrawn) == []
        await sent(door, case_of("removed", message=None, **{"from": {"id": "666"}}))
        assert await door.announced(QuestionWithdrawn) == []
        for _ in range(2):
            await sent(door, case_of("removed", message=None))
        (question,) = await door.announced(QuestionReceived)
        (withdrawn,) = await door.announced(QuestionWithdrawn)
    assert more.data.text == "Le message a été modifié :\n\nOù, en 1911 ?"
    assert more.subject == withdrawn.subject == question.subject


async def test_thanks_that_become_a_question_are_one(database: Database, vhost: VirtualHost) -> None:
    async with ingest(database, vhost, **FACEBOOK) as door:
        await sent(door, case_of("thanks", verb="add"))
        assert await door.announced(QuestionReceived) == []
        await sent(door, case_of("thanks", verb="edited", message="Merci. Qui a bâti le lavoir ?"))
        (question,) = await door.announced(QuestionReceived)
    assert question.data.text == "Merci. Qui a bâti le lavoir ?"
