"""Addresses at every door alike: form, API, mail. What can't be written to is refused with the reason."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from services.contracts.ingest import QuestionReceived
from tests.support.ingest_doors import Ingest, ingest, mail
from tests.support.servers import Database, VirtualHost

CASES: dict[str, Any] = json.loads((Path(__file__).parents[2] / "cases" / "addresses.json").read_text())
WITH_ACCENTS = "jérôme@médiathèque.example"
WRITTEN = mail().replace(b"ada@mail.example>", f"{WITH_ACCENTS}>".encode(), 1)
"""As SMTPUTF8 brings it: raw UTF-8 in the header (RFC 6532)."""


async def statuses(door: Ingest, address: str) -> tuple[int, int]:
    """Of the form and of the API."""
    form = await door.http.post("/questions", data={"text": "Où ?", "mail": address, "lang": "en"})
    sent = {"text": "Où ?", "asker": {"mail": address}}
    api = await door.http.post("/api/v1/questions", json=sent)
    return form.status_code, api.status_code


async def asked_from(door: Ingest) -> set[str]:
    asked = [event.data.asker for event in await door.announced(QuestionReceived)]
    return {one.mail for one in asked if one and one.mail}


async def test_every_case_is_the_same_at_form_and_api(database: Database, vhost: VirtualHost) -> None:
    refused = [*CASES["refuse"], *CASES["refuse_unless_smtputf8"]]
    async with ingest(database, vhost) as door:
        assert {await statuses(door, address) for address in refused} == {(422, 422)}
        assert await asked_from(door) == set()
        assert {await statuses(door, address) for address in CASES["accept"]} == {(303, 201)}
        for typed, meant in CASES["mended"].items():
            await statuses(door, typed)
            assert meant in await asked_from(door)
        assert all(address.isascii() for address in await asked_from(door))


async def test_accents_before_the_at_are_taken_where_our_server_can_write_there(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        assert await statuses(door, WITH_ACCENTS) == (422, 422)
        await door.deliver(WRITTEN)
        assert await asked_from(door) == set()
        assert "before the @-sign" in await door.fetchval("SELECT reason FROM quarantine")
    async with ingest(database, vhost, smtputf8=True) as door:
        assert await statuses(door, WITH_ACCENTS) == (303, 201)
        await door.deliver(WRITTEN.replace(b"<1@", b"<2@"))
        assert len(await door.announced(QuestionReceived)) == 3
        assert await asked_from(door) == {"jérôme@xn--mdiathque-53af.example"}
