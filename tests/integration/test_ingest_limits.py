"""Each limit at its door, with the limit named and when to come back."""

from services.contracts.ingest import QuestionReceived
from tests.integration.ingest_doors import ingest, mail
from tests.servers import Database, VirtualHost

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


async def test_more_mails_than_a_person_writes_are_held(database: Database, vhost: VirtualHost) -> None:
    async with ingest(database, vhost, mails_per_sender=2) as door:
        for number in (0, 1, 2, 0):
            await door.deliver(mail(Message_ID=f"<{number}@mail.example>"))
        assert len(await door.announced(QuestionReceived)) == 2
        assert "within an hour" in await door.fetchval("SELECT reason FROM quarantine")


async def test_a_sender_with_many_open_questions_waits_for_answers(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost, open_questions=1) as door:
        answers = [await door.http.post("/questions", data=FORM) for _ in range(2)]
        assert len(await door.announced(QuestionReceived)) == 1
    assert [answer.status_code for answer in answers] == [303, 429]
