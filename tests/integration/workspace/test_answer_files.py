"""Files that go with an answer from the workspace: by ingest's own door, limits and scanner."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import aio_pika
import httpx
import pytest

from services.contracts import topology
from services.contracts.ingest import AnswerReceived, QuestionReceived
from services.contracts.links.file_links import file_keys, upload_token
from services.contracts.partners import SubmissionAccepted
from services.workspace.domain.roles import Member
from services.workspace.entrypoints.questions.answer_files import AnswerFiles
from tests.integration.workspace import facts as made
from tests.integration.workspace.stage import Someone, Stage, stage
from tests.support.ingest_doors import KEYS, Ingest, hears, ingest, publish, routed_to
from tests.support.servers import Database, VirtualHost

PHOTO = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 300
PAGE = b"<html><script>alert(1)</script></html>"
OF_LYON = Member("respondent", "bm-lyon")


@asynccontextmanager
async def beside_ingest(
    database: Database, vhost: VirtualHost
) -> AsyncIterator[tuple[Ingest, Stage, Someone, str]]:
    """Amel at the workspace, with a question that ingest knows as well; and its page."""
    async with ingest(database, vhost) as door:
        await door.http.post(
            "/questions", data={"text": "Qui est sur cette photo ?", "mail": "ada@example.org"}
        )
        (event,) = await door.announced(QuestionReceived)
        await hears(door, event.subject, routed_to("bm-lyon"))
        files = AnswerFiles(str(door.http.base_url), file_keys(KEYS))
        async with stage(database, files=files) as on:
            await on.tell(made.life(made.received(), made.routed(), question=event.subject))
            amel = await on.someone("Amel Benali", OF_LYON)
            await amel.see("/account")
            yield door, on, amel, f"/questions/{event.subject}"


async def attach(
    person: Someone, page: str, *files: tuple[str, bytes], action: str = "draft", **fields: str
) -> Any:
    chosen = [("files", (name, content, "image/png")) for name, content in files]
    return await person.http.post(f"{page}/{action}", data={"seal": person.seal} | fields, files=chosen)


def letter(event: dict[str, Any]) -> aio_pika.Message:
    return aio_pika.Message(json.dumps(event).encode(), content_type="application/cloudevents+json")


async def handed_in(door: Ingest, on: Stage) -> None:
    """What the workspace asked comes to ingest as the broker brings it."""
    for asked in await on.requests():
        key = asked.pop("key")
        await publish(door.amqp_url, topology.INBOX, key, letter(asked))
    await door.settled()


async def test_a_photo_goes_with_the_answer_and_comes_once(database: Database, vhost: VirtualHost) -> None:
    async with beside_ingest(database, vhost) as (door, on, amel, page):
        assert (await attach(amel, page, ("été.png", PHOTO), text="Ébauche")).status_code == 303
        assert "été.png" in (await amel.see(page)).text
        await amel.post(f"{page}/answer", form="n1", text="La voici.")
        assert "été.png" not in (await amel.see(page)).text
        for _ in range(2):
            await handed_in(door, on)
        (event,) = await door.announced(AnswerReceived)
        (attachment,) = event.data.attachments
        assert (attachment.name, attachment.size) == ("été.png", len(PHOTO))
        key = topology.workspace_key(SubmissionAccepted)
        told = await door.running.chassis.pool.fetch("SELECT body FROM outbox WHERE routing_key = $1", key)
        assert [json.loads(row["body"])["data"]["taken_for"] for row in told] == ["answer", "answer"]


async def test_what_is_no_photo_is_named_and_the_answer_waits(database: Database, vhost: VirtualHost) -> None:
    async with beside_ingest(database, vhost) as (_, on, amel, page):
        answer = await attach(amel, page, ("page.png", PAGE), action="answer", form="n1", text="La voici.")
        assert answer.status_code == 422
        assert "page.png" in answer.text
        assert "La voici." in answer.text
        assert await on.requests() == []


async def test_an_answer_has_three_files_at_most_and_one_is_taken_away(
    database: Database, vhost: VirtualHost
) -> None:
    async with beside_ingest(database, vhost) as (_, on, amel, page):
        for name in ("a.png", "b.png"):
            await attach(amel, page, (name, PHOTO))
        too_many = await attach(amel, page, ("c.png", PHOTO), ("d.png", PHOTO))
        assert too_many.status_code == 422
        first = await on.on.pool.fetchval("SELECT id FROM draft_file WHERE name = 'a.png'")
        await amel.post(f"{page}/files/{first}/remove")
        await attach(amel, page, ("c.png", PHOTO), ("d.png", PHOTO))
        kept = await on.on.pool.fetch("SELECT name FROM draft_file ORDER BY name")
        assert [row["name"] for row in kept] == ["b.png", "c.png", "d.png"]


async def test_another_librarys_files_and_unknown_ones_go_with_no_answer(
    database: Database, vhost: VirtualHost
) -> None:
    async with beside_ingest(database, vhost) as (door, on, amel, page):
        await attach(amel, page, ("a.png", PHOTO))
        mine = str(await on.on.pool.fetchval("SELECT id FROM draft_file"))
        question = page.rpartition("/")[2]
        await hears(door, (await door.announced(QuestionReceived))[0].subject, routed_to("bm-brest"))
        for library, file in (("bm-brest", mine), ("bm-lyon", str(uuid4()))):
            event = {
                "specversion": "1.0",
                "id": library,
                "source": "/desk",
                "type": "answer.submitted.v1",
                "subject": question,
                "data": {"text": "Voici.", "files": [file]},
            }
            message = aio_pika.Message(
                json.dumps(event).encode(), content_type="application/cloudevents+json"
            )
            await publish(door.amqp_url, topology.INBOX, f"partner.{library}.answer.submitted.v1", message)
        await door.settled()
        assert await door.announced(AnswerReceived) == []
        for library in ("bm-brest", "bm-lyon"):
            (told,) = await door.told(library)
            assert told["data"]["field"] == "data.files"


@pytest.mark.parametrize("library", ["bm-brest", "bm-lyon"])
async def test_ingests_door_opens_by_the_seal_of_that_library_alone(
    database: Database, vhost: VirtualHost, library: str
) -> None:
    async with beside_ingest(database, vhost) as (door, _, _, page):
        (event,) = await door.announced(QuestionReceived)
        token = upload_token(file_keys(KEYS), event.subject, "bm-lyon")
        address = f"/files/answers{page.removeprefix('/questions')}/{library}/{token}"
        answer = await door.http.post(address, files={"files": ("a.png", PHOTO, "image/png")})
        assert answer.status_code == (200 if library == "bm-lyon" else 404)


async def test_without_ingest_what_was_written_is_kept_and_the_file_named(database: Database) -> None:
    files = AnswerFiles("http://127.0.0.1:9", (b"k" * 32,))
    async with stage(database, files=files) as on:
        await on.tell(made.life(made.received(), made.routed()))
        amel = await on.someone("Amel Benali", OF_LYON)
        await amel.see("/account")
        answer = await attach(
            amel, f"/questions/{made.QUESTION}", ("a.png", PHOTO), action="answer", text="Non."
        )
        assert answer.status_code == 422
        assert "a.png" in answer.text
        assert await on.requests() == []


async def test_what_is_kept_while_its_asker_is_forgotten_leaves_no_name(database: Database) -> None:
    async def erased_meanwhile(request: httpx.Request) -> httpx.Response:
        await on.tell([made.hourly(9, made.erased(), made.QUESTION)])
        file = {"id": str(uuid4()), "name": "Ada Vaumont.png", "media_type": "image/png", "size": 9}
        return httpx.Response(200, json={"files": [file], "refused": []})

    files = AnswerFiles("http://ingest", (b"k" * 32,), httpx.MockTransport(erased_meanwhile))
    async with stage(database, files=files) as on:
        await on.tell(made.life(made.received(), made.routed()))
        amel = await on.someone("Amel Benali", OF_LYON)
        await amel.see("/account")
        answer = await attach(amel, f"/questions/{made.QUESTION}", ("a.png", PHOTO), text="Oui.")
        assert answer.status_code == 410
        assert await on.on.pool.fetchval("SELECT count(*) FROM draft_file") == 0


async def test_a_form_that_is_too_long_is_refused_before_it_is_read(database: Database) -> None:
    async with stage(database) as on:
        await on.tell(made.life(made.received(), made.routed()))
        amel = await on.someone("Amel Benali", OF_LYON)
        await amel.see("/account")
        long = await amel.http.post(
            f"/questions/{made.QUESTION}/note", data={"seal": amel.seal, "text": "x" * 1_100_000}
        )
        assert long.status_code == 413
