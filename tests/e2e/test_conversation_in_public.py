"""A question asked by a public post on Mastodon, with a stand-in made from its documentation: asked back and
answered there, libraries reading and writing by mail. Whatever is public holds nothing that is not."""

from __future__ import annotations

import html
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from services.chassis.http.serving import serving
from tests.e2e.test_conversation import QUESTION, Library, Town, first_asked, kind_of, plain, seen, town
from tests.support.servers import Database, VirtualHost

INES, EVE, US = "ines@social.example", "eve@other.example", "sesame"
LIBRARIES = ("lyon", "brest")


@dataclass
class Fediverse:
    """What our account's server shows and takes: GET notifications and context, POST statuses."""

    statuses: dict[str, dict[str, Any]] = field(default_factory=dict)
    mentions: list[dict[str, Any]] = field(default_factory=list)
    keys: dict[str, str] = field(default_factory=dict)

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/api/v1/notifications", self.notifications),
                Route("/api/v1/statuses/{id}/context", self.context),
                Route("/api/v1/statuses", self.post, methods=["POST"]),
                Route("/api/v1/accounts/verify_credentials", self.account),
            ]
        )

    def toot(self, author: str, text: str, below: str | None = None, **more: Any) -> str:
        """By a person, who names us."""
        shown = f"<p>@{US} {html.escape(text)}</p>".replace("\n", "<br>")
        id_ = self._add(author, shown, below, **more)
        mention = {"id": str(len(self.mentions) + 1), "type": "mention", "status": self.statuses[id_]}
        self.mentions.append(mention)
        return id_

    def _add(self, author: str, content: str, below: str | None, **more: Any) -> str:
        id_ = str(len(self.statuses) + 1000)
        self.statuses[id_] = {
            "id": id_,
            "content": content,
            "account": {"acct": author},
            "visibility": "public",
            "url": f"https://social.example/@{author}/{id_}",
            "language": "fr",
            "in_reply_to_id": below,
        } | more
        return id_

    @property
    def ours(self) -> list[dict[str, Any]]:
        return [one for one in self.statuses.values() if one["account"]["acct"] == US]

    async def notifications(self, request: Request) -> Response:
        after = [one for one in self.mentions if int(one["id"]) > int(request.query_params["min_id"])]
        return JSONResponse(after[: int(request.query_params["limit"])][::-1])

    async def context(self, request: Request) -> Response:
        above, at = [], self.statuses[request.path_params["id"]]["in_reply_to_id"]
        while at is not None:
            above.append(self.statuses[at])
            at = self.statuses[at]["in_reply_to_id"]
        return JSONResponse({"ancestors": above[::-1], "descendants": []})

    async def post(self, request: Request) -> Response:
        key, status = request.headers["idempotency-key"], await request.json()
        if key not in self.keys:
            below, visibility = status["in_reply_to_id"], status["visibility"]
            self.keys[key] = self._add(US, status["status"], below, visibility=visibility)
        return JSONResponse(self.statuses[self.keys[key]])

    async def account(self, _request: Request) -> Response:
        return JSONResponse({"id": "1"})


@dataclass
class Tooter:
    """Who asks in public, and goes on below whatever we wrote last."""

    fediverse: Fediverse

    async def look(self) -> str:
        return "\n".join(str(one["content"]) for one in self.fediverse.ours)

    def writes(self, words: str) -> None:
        self.fediverse.toot(INES, words, below=self.fediverse.ours[-1]["id"])


async def test_all_of_it_by_public_posts_and_nothing_private_in_them(
    tmp_path: Path, database: Database, vhost: VirtualHost
) -> None:
    fediverse = Fediverse()
    async with (
        serving(fediverse.app(), "127.0.0.1", 0, grace_seconds=1) as port,
        town(
            tmp_path,
            database,
            vhost,
            "mail",
            SESAME_MASTODON_URL=f"http://127.0.0.1:{port}",
            SESAME_MASTODON_TOKEN="t",
            SESAME_MASTODON_SECONDS="0.2",
        ) as place,
    ):
        asker = Tooter(fediverse)
        root = fediverse.toot(INES, QUESTION)
        first, second = await first_asked([Library(place, name) for name in LIBRARIES])
        for back, reply in (("De quelle rive ?", "De la gauche."), ("Quel siècle ?", "Le dix-huitième.")):
            await first.says("clarification", back)
            await seen(asker.look, back)
            asker.writes(reply)
            await seen(first.look, reply)
        await first.says("answer", "Il était près de la poterne des Peupliers.")
        await seen(asker.look, "poterne des Peupliers")
        fediverse.toot(EVE, "Mon grand-père y vivait !", below=fediverse.ours[-1]["id"])
        asker.writes("Et qui en était le meunier ?")
        await seen(first.look, "qui en était le meunier")
        await first.says("addition", "Le meunier était Jean Lefèvre.")
        await seen(asker.look, "Jean Lefèvre")
        await first.says("correction", "Erratum : le meunier était Pierre Lefort.")
        await seen(asker.look, "Pierre Lefort")
        asker.writes("AUTRE RÉPONSE\nCe n'est pas le moulin que je cherche.")
        await seen(second.look, "pas le moulin que je cherche", "poterne des Peupliers")
        await second.says("answer", "Il était rue Croulebarbe, au numéro douze.")
        await seen(asker.look, "au numéro douze")
        await nothing_private_is_public(place, fediverse, root)
        for library in (first, second):
            assert "grand-père" not in await library.look()


async def nothing_private_is_public(place: Town, fediverse: Fediverse, root: str) -> None:
    """Each word once, to whom it is for, below the question; no link, no address, no command; no mail."""
    assert len(fediverse.ours) == 6
    for status in fediverse.ours:
        assert str(status["content"]).startswith(f"@{INES} ")
        assert status["visibility"] == "public"
        assert status["in_reply_to_id"] == root
        for private in ("http", "/q/", "/r/", "reply+", ".example ", "QUESTION", "CORRECTION", EVE):
            assert private not in str(status["content"]).removeprefix(f"@{INES} "), status
    to_libraries = {"questions@lyon.example", "questions@brest.example"}
    kinds = {kind_of(one) for one in place.mails if not to_libraries.intersection(one.recipients)}
    assert not kinds.intersection({"answer", "clarification", "addition", "correction", "asked_again"})
    for one in place.mails:
        assert INES not in plain(one)
