"""Photos and documents: beside the event, checked by their bytes, given back as downloads only."""

import hashlib
from email.message import EmailMessage

import pytest

from services.contracts.ingest import AnswerReceived, QuestionReceived
from services.contracts.links import asker_token, partner_token
from services.contracts.vocabulary import Attachment
from tests.support.ingest_doors import KEYS, Ingest, hears, ingest, routed_to
from tests.support.servers import Database, VirtualHost

FORM = {"text": "Qui est sur cette photo ?", "mail": "ada@example.org"}
PHOTO = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 3000
PAGE = b"<html><script>alert(1)</script></html>"


async def downloaded(door: Ingest, attachment: Attachment) -> bytes:
    answer = await door.http.get(attachment.url.removeprefix("http://sesame.example"))
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert answer.headers["x-content-type-options"] == "nosniff"
    return answer.content


async def test_a_photo_travels_beside_the_event(database: Database, vhost: VirtualHost) -> None:
    async with ingest(database, vhost) as door:
        files = {"files": ("été 1924.png", PHOTO, "text/html")}
        await door.http.post("/questions", data=FORM, files=files)
        (event,) = await door.announced(QuestionReceived)
        (attachment,) = event.data.attachments
        content = await downloaded(door, attachment)
        await hears(door, event.subject, routed_to("grigny"))
        page = await door.http.get(f"/r/{partner_token(KEYS, event.subject, 'grigny')}")
    assert (attachment.name, attachment.media_type, attachment.size) == (
        "été 1924.png",
        "image/png",
        len(PHOTO),
    )
    assert attachment.sha256 == hashlib.sha256(PHOTO).hexdigest()
    assert content == PHOTO
    assert attachment.url in page.text


async def test_what_is_no_photo_or_document_is_refused_by_its_bytes(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        wrong = [
            await door.http.post("/questions", data=FORM, files={"files": ("a.png", content, "image/png")})
            for content in (PAGE, b"MZ\x90\x00", b"<svg xmlns='x'/>", b"")
        ]
        many = [("files", (f"{n}.png", PHOTO[:100], "image/png")) for n in range(4)]
        wrong.append(await door.http.post("/questions", data=FORM, files=many))
        assert await door.announced(QuestionReceived) == []
        assert await door.fetchval("SELECT count(*) FROM file_chunk") == 0
    assert [answer.status_code for answer in wrong] == [422] * 5
    assert FORM["text"] in wrong[0].text


async def test_a_mails_photo_is_kept_and_its_page_is_not(database: Database, vhost: VirtualHost) -> None:
    message = EmailMessage()
    message["From"], message["Subject"], message["Message-ID"] = "ada@mail.example", "Photo", "<1@m>"
    message.set_content("Qui est-ce ?")
    message.add_attachment(PHOTO, maintype="image", subtype="png", filename="photo.png")
    message.add_attachment(PAGE, maintype="text", subtype="html", filename="page.html")
    async with ingest(database, vhost) as door:
        for _ in range(2):
            await door.deliver(bytes(message))
        (event,) = await door.announced(QuestionReceived)
        assert await door.fetchval("SELECT count(*) FROM file") == 1
        assert await door.fetchval("SELECT count(DISTINCT file) FROM file_chunk") == 1
    assert [one.name for one in event.data.attachments] == ["photo.png"]


@pytest.mark.parametrize("archived", [True, False])
async def test_a_librarys_document_comes_with_its_answer_and_stays_as_long_as_the_archive_shows_it(
    database: Database, vhost: VirtualHost, archived: bool
) -> None:
    async with ingest(database, vhost) as door:
        await door.http.post("/questions", data=FORM, files={"files": ("a.png", PHOTO, "image/png")})
        question = (await door.announced(QuestionReceived))[0].subject
        await hears(door, question, routed_to("grigny"))
        path = f"/r/{partner_token(KEYS, question, 'grigny')}/answer"
        plan = {"files": ("plan.pdf", b"%PDF-1.7 plan", "application/pdf")}
        await door.http.post(path, data={"text": "Voici le plan."}, files=plan)
        if archived:
            await door.fetchval(
                "INSERT INTO archived (question, url) VALUES ($1, 'https://a.example')", question
            )
        await door.http.post(f"/q/{asker_token(KEYS, question)}/erase")
        (answer,) = await door.announced(AnswerReceived)
        left = await door.fetchval("SELECT count(*) FROM file")
    assert [one.media_type for one in answer.data.attachments] == ["application/pdf"]
    assert left == (1 if archived else 0)
