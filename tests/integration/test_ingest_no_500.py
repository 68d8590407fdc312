"""Whatever is thrown at the HTTP doors, no answer is a fault of ours. SESAME_TEST_FUZZ sets how often."""

from __future__ import annotations

import asyncio
import json
import os
from typing import Any
from uuid import UUID

import httpx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.contracts.links import asker_token, partner_token
from services.ingest.domain.forms import desk_seal
from tests.integration.ingest_doors import KEYS, Ingest, hears, ingest, routed_to
from tests.servers import Database, VirtualHost

EXAMPLES = int(os.environ.get("SESAME_TEST_FUZZ", "40"))
NAMES = ("text", "private_note", "place", "postcode", "country", "asker", "mail", "asked_at", "effort")
VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30)
NESTS = st.dictionaries(st.sampled_from(NAMES), VALUES | st.dictionaries(st.sampled_from(NAMES), VALUES))
BODIES = NESTS | st.lists(NESTS, max_size=2) | VALUES
FIELDS = ("text", "mail", "stars", "effort", "sources", "refer_to", "number", "lang", "channel", "origin")
FORMS = st.dictionaries(st.sampled_from(FIELDS), st.text(max_size=30))
ANYBODY = {"content-type": "application/json"}
A_STRANGER = ANYBODY | {"authorization": "Bearer nobody's"}


async def doors(door: Ingest) -> tuple[list[str], list[str]]:
    """(paths that take JSON, paths that take forms)"""
    asked = await door.http.post("/api/v1/questions", json={"text": "Où ?"})
    question = UUID(asked.json()["id"])
    await hears(door, question, routed_to("grigny"))
    asker, partner = asker_token(KEYS, question), partner_token(KEYS, question, "grigny")
    forms = [f"/q/{asker}/{deed}" for deed in ("follow-up", "rate")]
    forms += [f"/r/{partner}/{deed}" for deed in ("answer", "decline", "take")]
    forms += ["/questions", f"/desk/grigny/{desk_seal(KEYS[0], 'grigny')}", "/social/facebook"]
    return ["/api/v1/questions", f"/api/v1/questions/{question}/answers"], forms


def given_many(door: Ingest, loop: asyncio.AbstractEventLoop, paths: tuple[list[str], list[str]]) -> None:
    to_json, to_forms = paths

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    @given(body=BODIES, form=FORMS, raw=st.binary(max_size=60))
    def throw(body: Any, form: dict[str, str], raw: bytes) -> None:
        async def all_of_it() -> list[httpx.Response]:
            text = json.dumps(body).encode()
            posts = [
                door.http.post(path, content=content, headers=header)
                for path in to_json
                for content in (text, raw)
                for header in (ANYBODY, A_STRANGER)
            ]
            posts += [door.http.post(path, data=form) for path in to_forms]
            return await asyncio.gather(*posts)

        answers = asyncio.run_coroutine_threadsafe(all_of_it(), loop).result(30)
        assert [answer.url for answer in answers if answer.status_code >= 500] == []

    throw()


async def test_nothing_thrown_at_a_door_is_a_fault_of_ours(database: Database, vhost: VirtualHost) -> None:
    channel = {"facebook_page_id": "1", "facebook_app_secret": "s", "facebook_verify_token": "v"}
    async with ingest(database, vhost, **channel, open_questions=10**6) as door:
        paths = await doors(door)
        await asyncio.to_thread(given_many, door, asyncio.get_running_loop(), paths)
