"""Whatever is thrown at the HTTP doors, no answer is a fault of ours. SESAME_TEST_FUZZ sets how often."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import os
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx
from hypothesis import strategies as st

from services.contracts.links.signed_links import asker_token, partner_token
from services.ingest.domain.forms import desk_seal
from services.ingest.store.access import partner_keys
from tests.support.drawn import drawn
from tests.support.ingest_doors import KEYS, Ingest, hears, ingest, routed_to
from tests.support.servers import Database, VirtualHost

EXAMPLES = int(os.environ.get("SESAME_TEST_FUZZ", "15"))
NAMES = (
    *("text", "private_note", "place", "postcode", "country", "asker", "mail", "asked_at", "effort"),
    *("entry", "changes", "value", "field", "from", "item", "verb", "message", "comment_id"),
)
VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30)
NESTS = st.dictionaries(st.sampled_from(NAMES), VALUES | st.dictionaries(st.sampled_from(NAMES), VALUES))
BODIES = NESTS | st.lists(NESTS, max_size=2) | VALUES
FIELDS = (
    *("text", "mail", "stars", "effort", "sources", "refer_to", "number", "lang", "channel", "origin"),
    *("post_url", "question", "postcode", "comment", "reason"),
)
FORMS = st.dictionaries(st.sampled_from(FIELDS), st.text(max_size=30))
ANYBODY = {"content-type": "application/json"}
KEY = "sesame-key"
A_PARTNER = ANYBODY | {"authorization": f"Bearer {KEY}"}


@dataclass(frozen=True)
class Paths:
    """Every address of the public application, by what it takes."""

    json: list[str]
    forms: list[str]
    files: list[str]
    signed: str
    read: list[str]


async def every_door(door: Ingest) -> Paths:
    asked = await door.http.post("/api/v1/questions", json={"text": "Où ?"})
    question = UUID(asked.json()["id"])
    await hears(door, question, routed_to("grigny"))
    async with door.running.chassis.begin() as unit:
        await partner_keys.add(unit.db, KEY, "grigny", "test", unit.now)
    asker, partner = asker_token(KEYS, question), partner_token(KEYS, question, "grigny")
    desk = f"/desk/grigny/{desk_seal(KEYS[0], 'grigny')}"
    api = f"/api/v1/questions/{question}"
    return Paths(
        json=["/api/v1/questions", *(f"{api}/{action}" for action in ("answers", "declines", "takes"))],
        forms=[
            *(f"/q/{asker}/{action}" for action in ("follow-up", "rate", "nothing")),
            *(f"/r/{partner}/{action}" for action in ("answer", "decline", "take")),
            *("/questions", desk, f"{desk}/posted", "/social/facebook"),
        ],
        files=["/questions", f"/r/{partner}/answer"],
        signed="/social/facebook",
        read=[f"/q/{asker}", f"/r/{partner}", desk, "/", "/embed/grigny", "/api/v1/assignments"],
    )


@dataclass(frozen=True)
class Thrown:
    body: Any
    form: dict[str, str]
    raw: bytes
    word: str

    def posts(self, door: Ingest, paths: Paths) -> Iterator[Coroutine[Any, Any, httpx.Response]]:
        text = json.dumps(self.body).encode()
        for path in paths.json:
            for content, header in ((text, ANYBODY), (text, A_PARTNER), (self.raw, A_PARTNER)):
                yield door.http.post(path, content=content, headers=header)
        for path in paths.forms:
            yield door.http.post(path, data=self.form)
        for path in paths.files:
            yield door.http.post(path, data=self.form, files={"files": (self.word or "f", self.raw)})
        seal = "sha256=" + hmac.new(b"s", text, hashlib.sha256).hexdigest()
        yield door.http.post(paths.signed, content=text, headers={"x-hub-signature-256": seal})
        for path in paths.read:
            given = {"lang": self.word, "done": self.word, "after": self.word, "limit": self.word}
            yield door.http.get(path, params=given, headers=A_PARTNER)
        yield door.http.get(f"/{quote(self.word)}")
        yield door.http.get(f"/files/{quote(self.word)}")


THROWN = st.builds(Thrown, BODIES, FORMS, st.binary(max_size=60), st.text(max_size=12))


async def test_nothing_thrown_at_a_door_is_a_fault_of_ours(database: Database, vhost: VirtualHost) -> None:
    thrown = drawn(THROWN, EXAMPLES)
    channel = {"facebook_page_id": "1", "facebook_app_secret": "s", "facebook_verify_token": "v"}
    async with ingest(database, vhost, **channel, open_questions=10**6, key_burst=10**6) as door:
        paths = await every_door(door)
        for one in thrown:
            answers = await asyncio.gather(*one.posts(door, paths))
            faults = [answer.url for answer in answers if answer.status_code >= 500]
            assert (one, faults) == (one, [])
