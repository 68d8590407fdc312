"""Each limit at its door, with the limit named and when to come back."""

import asyncio
import email
from email.message import EmailMessage
from email.policy import SMTP
from urllib.parse import urlsplit

from services.contracts.ingest import QuestionFollowedUp, QuestionReceived
from services.contracts.links.signed_links import asker_token
from services.ingest.handlers.submissions import MOST_ABOUT_ONE
from tests.support.ingest_doors import KEYS, Ingest, ingest, mail
from tests.support.servers import Database, VirtualHost
from tests.support.waiting import PATIENCE_SECONDS

FORM = {"text": "Où était le moulin ?", "mail": "ada@example.org"}


async def test_an_address_is_told_when_to_come_back(database: Database, vhost: VirtualHost) -> None:
    limits = {"unlimited_networks": "", "address_burst": 2, "address_per_hour": 60}
    async with ingest(database, vhost, **limits, trusted_proxies="127.0.0.1") as door:
        ask = {"text": "Où ?"}
        answers = [await door.http.post("/api/v1/questions", json=ask) for _ in range(3)]
        page = await door.http.post("/questions", data=FORM)
        elsewhere = await door.http.post(
            "/api/v1/questions", json=ask, headers={"x-forwarded-for": "203.0.113.9"}
        )
        assert len(await door.announced(QuestionReceived)) == 3
    assert [answer.status_code for answer in (*answers, page, elsewhere)] == [201, 201, 429, 429, 201]
    assert 0 < int(answers[2].headers["retry-after"]) <= 60
    assert "2 at once and 60 an hour per address" in answers[2].json()["detail"]
    assert "retry-after" in page.headers
    assert "2 envois d’affilée et 60 par heure" in page.text


async def test_a_line_that_a_sender_wrote_lifts_no_limit(database: Database, vhost: VirtualHost) -> None:
    limits = {"unlimited_networks": "", "address_burst": 1, "trusted_proxies": "127.0.0.1"}
    async with ingest(database, vhost, **limits) as door:
        answers = [
            await door.http.post(
                "/api/v1/questions",
                json={"text": "Où ?"},
                headers=[("x-forwarded-for", f"198.51.100.{made_up}"), ("x-forwarded-for", "203.0.113.9")],
            )
            for made_up in (1, 2)
        ]
    assert [answer.status_code for answer in answers] == [201, 429]


async def test_who_may_not_is_told_before_the_body_is_read(database: Database, vhost: VirtualHost) -> None:
    limits = {"unlimited_networks": "", "address_burst": 1}
    async with ingest(database, vhost, **limits) as door:
        await door.http.post("/api/v1/questions", json={"text": "Où ?"})
        assert (await begin_to_send(door, "/api/v1/questions")).startswith("HTTP/1.1 429 ")
        unknown = "Authorization: Bearer of-nobody"
        assert (await begin_to_send(door, "/api/v1/questions", unknown)).startswith("HTTP/1.1 401 ")


async def test_files_are_taken_only_where_there_is_a_place_for_them(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        form = "Content-Type: multipart/form-data; boundary=x"
        for path in ("/api/v1/questions", "/desk/lyon/x", "/social/facebook", "/q/x/rate"):
            assert (await begin_to_send(door, path, form)).startswith("HTTP/1.1 413 ")


async def begin_to_send(door: Ingest, path: str, header: str = "X: y") -> str:
    """The status line that comes after the first bytes of a body of 20 MB and a while of silence."""
    reader, writer = await asyncio.open_connection("127.0.0.1", door.running.http_port)
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\n{header}\r\n"
    body = b"{" + b" " * 5_000_000 if "multipart" in header else b"{"
    length = 20_000_000 if "multipart" in header else 400_000
    writer.write(f"{head}Content-Length: {length}\r\n\r\n".encode() + body)
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return (await reader.readline()).decode()
    finally:
        writer.close()


async def test_an_asker_is_no_target_for_strangers_with_programs(
    database: Database, vhost: VirtualHost
) -> None:
    ask = {"text": "Où ?", "asker": {"mail": "ada@mail.example", "name": "Prize! http://spam.example"}}
    linked = {"text": "http://a.example http://b.example http://c.example"}
    async with ingest(database, vhost, mails_per_sender=2) as door:
        key = {"idempotency-key": "first"}
        answers = [await door.http.post("/api/v1/questions", json=ask, headers=key)]
        answers += [await door.http.post("/api/v1/questions", json=ask) for _ in range(2)]
        answers += [await door.http.post("/api/v1/questions", json=ask, headers=key)]
        answers += [await door.http.post("/api/v1/questions", json=linked)]
        received = await door.announced(QuestionReceived)
    assert [answer.status_code for answer in answers] == [201, 201, 429, 201, 422]
    assert [event.data.asker.name for event in received if event.data.asker] == [None, None]


async def test_more_mails_than_a_person_writes_are_held(database: Database, vhost: VirtualHost) -> None:
    async with ingest(database, vhost, mails_per_sender=2) as door:
        for number in (0, 1, 2, 0):
            await door.deliver(mail(Message_ID=f"<{number}@mail.example>"))
        assert len(await door.announced(QuestionReceived)) == 2
        assert "within an hour" in await door.fetchval("SELECT reason FROM quarantine")


async def test_tags_and_case_make_no_other_sender(database: Database, vhost: VirtualHost) -> None:
    async with ingest(database, vhost, mails_per_sender=2) as door:
        for number, sender in enumerate(("Ada@mail.example", "ada+x@MAIL.example", "ada+y@mail.example")):
            await door.deliver(mail(Message_ID=f"<{number}@mail.example>", From=sender))
        form = FORM | {"mail": "aDa+z@mail.example"}
        assert (await door.http.post("/questions", data=form)).status_code == 429
        assert len(await door.announced(QuestionReceived)) == 2


async def test_of_many_at_once_no_more_pass_than_one_after_another(
    database: Database, vhost: VirtualHost
) -> None:
    png = {"files": ("a.png", b"\x89PNG\r\n\x1a\n", "image/png")}
    async with ingest(database, vhost, mails_per_sender=3) as door:
        asking = [door.http.post("/questions", data=FORM, files=png if n % 2 else None) for n in range(12)]
        answers = await asyncio.gather(*asking)
    assert sorted(answer.status_code for answer in answers) == [303] * 3 + [429] * 9


async def test_about_one_question_no_more_is_passed_on_than_people_write(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        page = urlsplit((await door.http.post("/questions", data=FORM)).headers["location"]).path
        question = (await door.announced(QuestionReceived))[0].subject
        box = f"reply+{asker_token(KEYS, question)}@sesame.example"
        answers = [await door.http.post(f"{page}/follow-up", data={"text": f"Et {n} ?"}) for n in range(6)]
        for number in range(6):
            odd = mail(
                f"Encore {number}", Message_ID=f"<{number}@evil.example>", From=f"{number}@evil.example"
            )
            await door.deliver(odd, [box], f"{number}@evil.example")
        answers += [await door.http.post(f"{page}/follow-up", data={"text": "Et encore ?"})]
        assert len(await door.announced(QuestionFollowedUp)) == MOST_ABOUT_ONE
        assert (
            await door.fetchval("SELECT count(*) FROM quarantine WHERE reason LIKE '%within an hour%'") == 2
        )
    assert [answer.status_code for answer in answers] == [303] * 6 + [429]
    assert "messages sur cette question" in answers[-1].text


async def test_an_attachment_of_what_is_held_is_kept_once(database: Database, vhost: VirtualHost) -> None:
    async with ingest(database, vhost, mails_per_sender=1) as door:
        for number in range(2):
            await door.deliver(with_picture(f"<{number}@mail.example>"))
        assert await door.fetchval("SELECT count(*) FROM quarantine") == 1
        assert await door.fetchval("SELECT count(*) FROM file") == 1


def with_picture(message_id: str, picture: bytes = b"\x89PNG\r\n\x1a\n", **headers: str) -> bytes:
    message = email.message_from_bytes(mail(Message_ID=message_id), policy=SMTP)
    assert isinstance(message, EmailMessage)
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.add_attachment(picture, maintype="image", subtype="png", filename="a.png")
    return bytes(message)


async def test_a_sender_with_many_open_questions_waits_for_answers(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost, open_questions=1) as door:
        answers = [await door.http.post("/questions", data=FORM) for _ in range(2)]
        assert len(await door.announced(QuestionReceived)) == 1
    assert [answer.status_code for answer in answers] == [303, 429]
    assert answers[1].headers["retry-after"] == "86400"
    assert "1 questions ouvertes ; 1 au plus" in " ".join(answers[1].text.split())


def photo(megabytes: float, name: str = "a.png") -> dict[str, tuple[str, bytes, str]]:
    return {"files": (name, b"\x89PNG\r\n\x1a\n" + bytes(int(megabytes * 1e6)), "image/png")}


async def test_the_files_of_one_mailbox_have_a_share_of_the_day(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost, mailbox_megabytes=3) as door:
        first = await door.http.post("/questions", data=FORM | {"mail": "ada@mail.example"}, files=photo(2))
        tagged = FORM | {"mail": "Ada+more@mail.example", "text": "Une autre ?"}
        second = await door.http.post("/questions", data=tagged, files=photo(2))
        without = await door.http.post("/questions", data=tagged)
        other = await door.http.post("/questions", data=FORM | {"mail": "bob@mail.example"}, files=photo(2))
        await door.deliver(with_picture("<big@mail.example>", b"\x89PNG\r\n\x1a\n" + bytes(2_000_000)))
        assert "MB of files" in await door.fetchval("SELECT reason FROM quarantine")
        assert await door.fetchval("SELECT count(*) FROM file") == 2
        assert len(await door.announced(QuestionReceived)) == 3
    assert [one.status_code for one in (first, second, without, other)] == [303, 422, 303, 303]
    assert "prendre de fichiers" in second.text
    assert "Une autre ?" in second.text


async def test_where_no_more_room_is_words_are_taken_and_files_come_again_later(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost, files_gigabytes=0.001) as door:
        form = await door.http.post("/questions", data=FORM, files=photo(2))
        mended = await door.http.post("/questions", data=FORM | {"mail": "nobody"}, files=photo(2))
        big = b"\x89PNG\r\n\x1a\n" + bytes(2_000_000)
        put_off = await door.deliver(with_picture("<big@mail.example>", big))
        held = await door.deliver(with_picture("<held@mail.example>", big, X_Autoreply="yes"))
        short = await door.deliver(mail(Message_ID="<short@mail.example>"))
        assert await door.fetchval("SELECT count(*) FROM file") == 0
        assert await door.fetchval("SELECT count(*) FROM quarantine") == 0
        assert len(await door.announced(QuestionReceived)) == 1
    assert [form.status_code, mended.status_code] == [422, 422]
    assert [replies[0][0] for replies in (put_off, held, short)] == [451, 451, 250]


async def test_one_address_brings_so_many_megabytes_by_forms(database: Database, vhost: VirtualHost) -> None:
    limits = {"unlimited_networks": "", "address_megabytes_burst": 30, "address_megabytes_per_hour": 1}
    async with ingest(database, vhost, **limits) as door:
        answers = [
            await door.http.post("/questions", data=FORM | {"mail": "nobody"}, files=photo(9))
            for _ in range(4)
        ]
        assert await door.fetchval("SELECT count(*) FROM file") == 3
    assert "prendre de fichiers" in answers[3].text


async def test_what_became_a_file_or_is_held_is_kept_once(database: Database, vhost: VirtualHost) -> None:
    big = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8_000
    async with ingest(database, vhost) as door:
        await door.deliver(with_picture("<one@mail.example>", big))
        await door.deliver(with_picture("<held@mail.example>", big, X_Autoreply="yes"))
        await door.deliver(with_picture("<one@mail.example>", big))
        raw = "SELECT coalesce(octet_length(raw), 0) FROM submission WHERE key = $1"
        assert await door.fetchval(raw, "<one@mail.example>") < 2_000
        assert await door.fetchval(raw, "<held@mail.example>") == 0
        assert await door.fetchval("SELECT octet_length(raw) FROM quarantine") > len(big)
        assert await door.fetchval("SELECT count(*) FROM file") == 1
