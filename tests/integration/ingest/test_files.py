"""Photos and documents: beside the event, checked by their bytes, given back as downloads only."""

import asyncio
import hashlib
import re
import socket
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from email.message import EmailMessage

import httpx
import pytest

from services.contracts.ingest import AnswerReceived, QuestionReceived
from services.contracts.links.file_links import NETWORK, file_keys, file_url
from services.contracts.links.signed_links import ASKER, asker_token, partner_token
from services.contracts.vocabulary import Attachment
from services.ingest.entrypoints.http.files import DOWNLOADS_EACH, UPLOADS_EACH
from services.ingest.store import files as files_store
from tests.support.ingest_doors import KEYS, Ingest, hears, ingest, routed_to
from tests.support.servers import Database, VirtualHost
from tests.support.waiting import PATIENCE_SECONDS

FORM = {"text": "Qui est sur cette photo ?", "mail": "ada@example.org"}
PHOTO = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 3000
PAGE = b"<html><script>alert(1)</script></html>"


def address(attachment: Attachment, party: str = ASKER) -> str:
    return file_url(attachment.url, file_keys(KEYS), party).removeprefix("http://sesame.example")


async def downloaded(door: Ingest, attachment: Attachment) -> bytes:
    answer = await door.http.get(address(attachment))
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
    assert address(attachment, "grigny") in page.text


async def test_a_librarys_address_of_a_file_ends_with_what_else_it_may_open(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        await door.http.post("/questions", data=FORM, files={"files": ("a.png", PHOTO, "image/png")})
        (event,) = await door.announced(QuestionReceived)
        (attachment,) = event.data.attachments
        for library in ("grigny", "lyon"):
            await hears(door, event.subject, routed_to(library))

        async def opened() -> list[int]:
            parties = ("grigny", "lyon", "never-asked", ASKER, NETWORK)
            answers = [await door.http.get(address(attachment, party)) for party in parties]
            return [answer.status_code for answer in answers]

        assert await opened() == [200, 200, 404, 200, 200]
        await door.fetchval(
            "INSERT INTO partner_access (partner, suspended_at) VALUES ('grigny', now()) RETURNING true"
        )
        assert await opened() == [404, 200, 404, 200, 200]
        await door.fetchval(
            "INSERT INTO revoked (question, partner, revoked_at) VALUES ($1, 'lyon', now()) RETURNING true",
            event.subject,
        )
        assert await opened() == [404, 404, 404, 200, 200]
        assert (await door.http.get(attachment.url.removeprefix("http://sesame.example"))).status_code == 404
        for wrong in ("", "x" * 24, address(attachment).rpartition("/")[2][:-1] + "é"):
            assert (await door.http.get(f"/files/{attachment.url[-36:]}/{wrong}")).status_code == 404


async def test_what_is_no_photo_or_document_is_refused_by_its_bytes(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        wrong = [
            await door.http.post("/questions", data=FORM, files={"files": ("a.png", content, "image/png")})
            for content in (PAGE, b"MZ\x90\x00", b"<svg xmlns='x'/>", b"")
        ]
        assert await door.fetchval("SELECT count(*) FROM file_chunk") == 0
        many = [("files", (f"{n}.png", PHOTO[:100], "image/png")) for n in range(4)]
        wrong.append(await door.http.post("/questions", data=FORM, files=many))
        assert await door.announced(QuestionReceived) == []
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


KEPT = re.compile(r'name="kept" value="([0-9a-f-]+)"')


async def test_files_survive_a_fault_in_another_field(database: Database, vhost: VirtualHost) -> None:
    async with ingest(database, vhost) as door:
        photo = {"files": ("rue.png", PHOTO, "image/png")}
        faulty = await door.http.post("/questions", data=FORM | {"mail": "nobody"}, files=photo)
        assert (faulty.status_code, "rue.png" in faulty.text) == (422, True)
        [kept] = KEPT.findall(faulty.text)
        sent = await door.http.post("/questions", data=FORM | {"kept": kept})
        again = await door.http.post("/questions", data=FORM | {"kept": kept, "text": "Une autre ?"})
        assert (sent.status_code, again.status_code) == (303, 303)
        first, second = await door.announced(QuestionReceived)
        assert [file.name for file in first.data.attachments] == ["rue.png"]
        assert second.data.attachments == ()


async def test_all_faults_are_told_at_once_and_files_by_name(database: Database, vhost: VirtualHost) -> None:
    async with ingest(database, vhost) as door:
        values = {"text": "", "mail": "nobody", "postcode": "99999", "country": "FR"}
        files = {"files": ("virus.exe", b"MZ\x90\x00", "image/png")}
        page = (await door.http.post("/questions", data=FORM | values, files=files)).text
        for name in ("text", "mail", "postcode", "files"):
            assert f'id="{name}-fault"' in page
        assert "virus.exe" in page
        nothing = {"files": ("vide.pdf", b"", "application/pdf")}
        left_out = FORM | {"mail": " ", "lang": "en", "postcode": "75647 Paris Cedex 13"}
        page = (await door.http.post("/questions", data=left_out, files=nothing)).text
        assert "Empty, so that nothing can be read in it: vide.pdf." in page
        assert "Write your e-mail address: the answer arrives there." in page
        assert "Neither picture" not in page
        assert 'id="postcode-fault"' not in page


async def test_files_of_a_form_never_sent_again_go_after_a_day(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        await door.http.post(
            "/questions", data=FORM | {"mail": "x"}, files={"files": ("a.png", PHOTO, "image/png")}
        )
        async with door.running.chassis.begin() as unit:
            await files_store.drop_waiting(unit.db, unit.now - timedelta(hours=1))
            assert await door.fetchval("SELECT count(*) FROM file_chunk") > 0
        async with door.running.chassis.begin() as unit:
            await files_store.drop_waiting(unit.db, unit.now + timedelta(hours=1))
        assert await door.fetchval("SELECT count(*) FROM file_chunk") == 0


async def test_too_large_an_upload_gets_a_page_to_a_person(database: Database, vhost: VirtualHost) -> None:
    async with ingest(database, vhost) as door:
        huge = {"files": ("rue.png", PHOTO + b"x" * 33_000_000, "image/png")}
        answer = await door.http.post("/questions?lang=fr", data=FORM, files=huge)
        assert (answer.status_code, answer.headers["content-type"]) == (413, "text/html; charset=utf-8")
        assert "trop volumineux" in answer.text


async def test_a_good_file_beside_a_bad_one_is_kept_whole(database: Database, vhost: VirtualHost) -> None:
    async with ingest(database, vhost) as door:
        pair = [("files", ("rue.png", PHOTO, "image/png")), ("files", ("x.exe", b"MZ\x90", "image/png"))]
        faulty = await door.http.post("/questions", data=FORM, files=pair)
        [kept] = KEPT.findall(faulty.text)
        await door.http.post("/questions", data=FORM | {"kept": kept})
        (event,) = await door.announced(QuestionReceived)
        assert await downloaded(door, event.data.attachments[0]) == PHOTO


async def test_slow_downloads_and_uploads_take_no_more_than_their_places(
    database: Database, vhost: VirtualHost
) -> None:
    limits = {"unlimited_networks": "", "address_burst": 1_000_000, "address_megabytes_burst": 1_000_000}
    async with ingest(database, vhost, **limits) as door, AsyncExitStack() as slow:
        big = b"\x89PNG\r\n\x1a\n" + bytes(9_000_000)
        await door.http.post("/questions", data=FORM, files={"files": ("a.png", big, "image/png")})
        (event,) = await door.announced(QuestionReceived)
        path = address(event.data.attachments[0])
        asks = b"GET %s HTTP/1.1\r\nHost: x\r\n\r\n" % path.encode()
        sends = (
            b"POST /questions HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n"
            b"Content-Type: multipart/form-data; boundary=x\r\n\r\n--x\r\n"
        )
        small = {"files": ("a.png", PHOTO[:100], "image/png")}
        for _ in range(DOWNLOADS_EACH):
            assert await begun(said_to(slow, door, asks)) == b"HTTP/1.1 200"
        assert (await door.http.get(path)).status_code == 503
        uploads = [asyncio.create_task(begun(said_to(slow, door, sends))) for _ in range(UPLOADS_EACH + 1)]
        done, _ = await asyncio.wait(uploads, timeout=PATIENCE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        assert [task.result() for task in done] == [b"HTTP/1.1 503"]
        assert (await door.http.post("/questions", data=FORM, files=small)).status_code == 503
        assert (await door.http.get("/")).status_code == 200
        assert (await door.http.post("/questions", data=FORM)).status_code == 303
        for task in uploads:
            task.cancel()
        await asyncio.wait(uploads)
        await slow.aclose()
        await until_status(lambda: door.http.get(path), 200)


def said_to(slow: AsyncExitStack, door: Ingest, said: bytes) -> socket.socket:
    """A client that says this, and has little room for the answer."""
    one = slow.enter_context(socket.socket())
    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    one.connect(("127.0.0.1", door.running.http_port))
    one.sendall(said)
    one.setblocking(False)
    return one


async def begun(one: socket.socket) -> bytes:
    async with asyncio.timeout(PATIENCE_SECONDS):
        return await asyncio.get_running_loop().sock_recv(one, len(b"HTTP/1.1 200"))


async def until_status(ask: Callable[[], Awaitable[httpx.Response]], status: int) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (await ask()).status_code != status:
            pass
