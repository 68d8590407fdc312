import json
import re
from pathlib import Path
from typing import Any

import pytest

from services.contracts.ingest import QuestionReceived
from services.contracts.links.signed_links import asker_token
from tests.support.ingest_doors import KEYS, ingest
from tests.support.servers import Database, VirtualHost

CASES = json.loads((Path(__file__).parent / "cases" / "http.json").read_text())["post_questions"]
QUESTION: dict[str, Any] = {
    "text": "Où trouver les plans du moulin de Grigny avant 1850 ?",
    "private_note": "Pour un exposé.",
    "place": {"country": "FR", "postcode": "20090"},
    "publish_consent": True,
    "asker": {"mail": "ada@example.org", "name": "Ada"},
}


async def test_a_question_is_stored_and_announced_before_yes(database: Database, vhost: VirtualHost) -> None:
    async with ingest(database, vhost) as door:
        answer = await door.http.post("/api/v1/questions", json=QUESTION)
        (event,) = await door.announced(QuestionReceived)
    assert answer.status_code == 201
    assert answer.json()["id"] == str(event.subject)
    assert answer.headers["location"].endswith(f"/q/{asker_token(KEYS, event.subject)}")
    received = event.data
    assert (received.text, received.private_note) == (QUESTION["text"], QUESTION["private_note"])
    assert (received.facets.channel, received.facets.language) == ("api", None)  # what the asker said, alone
    assert received.place is not None
    assert received.place.postcode == "20090"
    assert received.asker is not None
    assert (received.asker.mail, received.publish_consent) == ("ada@example.org", True)


async def test_the_same_key_is_accepted_once(database: Database, vhost: VirtualHost) -> None:
    async with ingest(database, vhost) as door:
        key = {"idempotency-key": "one"}
        first = await door.http.post("/api/v1/questions", json=QUESTION, headers=key)
        second = await door.http.post("/api/v1/questions", json=QUESTION, headers=key)
        assert len(await door.announced(QuestionReceived)) == 1
    assert (first.json()["id"], first.json()["again"]) == (second.json()["id"], False)
    assert second.json()["again"]


async def test_the_same_key_with_another_text_is_a_problem(database: Database, vhost: VirtualHost) -> None:
    async with ingest(database, vhost) as door:
        key = {"idempotency-key": "one"}
        await door.http.post("/api/v1/questions", json=QUESTION, headers=key)
        answer = await door.http.post("/api/v1/questions", json=QUESTION | {"text": "Autre"}, headers=key)
        assert len(await door.announced(QuestionReceived)) == 1
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    assert "another content" in answer.json()["detail"]


async def test_a_fault_is_named_with_its_field(database: Database, vhost: VirtualHost) -> None:
    async with ingest(database, vhost) as door:
        wrong = QUESTION | {"text": "", "place": {"postcode": "?"}, "asked_at": 0}
        answer = await door.http.post("/api/v1/questions", json=wrong)
        assert await door.announced(QuestionReceived) == []
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [
        *("/text", "/place/postcode", "/asked_at"),
    ]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["body"][:40] or "nothing")
async def test_each_kind_of_wrong_body_is_named_as_what_it_is(
    database: Database, vhost: VirtualHost, case: dict[str, Any]
) -> None:
    async with ingest(database, vhost) as door:
        headers = {"content-type": case.get("content_type", "application/json")}
        answer = await door.http.post("/api/v1/questions", content=case["body"].encode(), headers=headers)
        assert await door.announced(QuestionReceived) == []
    pointers = {error["pointer"] for error in answer.json()["errors"]}
    assert answer.status_code == case["status"]
    assert pointers >= {*case.get("pointers", ()), *filter(None, [case.get("pointer")])}
    if "langage" in case["body"]:
        assert "did you mean language?" in answer.json()["detail"]


async def test_what_is_no_json_or_too_large_is_a_problem(database: Database, vhost: VirtualHost) -> None:
    async with ingest(database, vhost) as door:
        nested = b"[" * 20_000
        answers = [
            await door.http.post(
                "/api/v1/questions", content=content, headers={"content-type": "application/json"}
            )
            for content in (b"{", b'{"text": NaN}', b"\xff\xfe", nested, b"x" * 1_500_000)
        ]
        kind = {"content-type": "application/json"}
        claimed = await door.http.post("/api/v1/questions", content=_chunks(), headers=kind)
    assert [answer.status_code for answer in answers] == [400, 400, 400, 400, 413]
    assert "line 1 column" in answers[0].json()["detail"]
    assert claimed.status_code == 413
    assert {answer.headers["content-type"] for answer in [*answers, claimed]} == {"application/problem+json"}


async def _chunks() -> Any:
    for _ in range(20):
        yield b" " * 100_000


async def test_the_same_written_otherwise_is_the_same_again_as_by_amqp(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        kind = {"content-type": "application/json", "idempotency-key": "1"}
        answers = [
            await door.http.post("/api/v1/questions", content=body.encode(), headers=kind)
            for body in ('{"text":"Où ?","subject":null}', '{ "text" : "O\\u00f9 ?" }', '{"text":"Quand ?"}')
        ]
    first, again, other = answers
    assert (again.status_code, again.json()["id"], again.json()["again"]) == (201, first.json()["id"], True)
    assert other.status_code == 409


async def test_the_apis_page_loads_nothing_from_elsewhere(database: Database, vhost: VirtualHost) -> None:
    async with ingest(database, vhost) as door:
        page = (await door.http.get("/api/docs")).text
    loaded = re.findall(r'<(?:script|link|img)[^>]*(?:src|href)="([^"]+)"', page)
    assert loaded
    assert all(address.startswith(("/", "data:", "http://sesame.example/")) for address in loaded), loaded


async def test_a_key_without_a_partner_is_its_senders_own(database: Database, vhost: VirtualHost) -> None:
    """Nobody takes the key "1" from everybody, or is told another's page."""
    async with ingest(database, vhost, unlimited_networks="", trusted_proxies="127.0.0.1") as door:
        answers = [
            await door.http.post(
                "/api/v1/questions",
                json={"text": "Où ?"},
                headers={"idempotency-key": "1", "x-forwarded-for": sender},
            )
            for sender in ("203.0.113.9", "203.0.113.9", "198.51.100.7")
        ]
        keys = await door.fetchval("SELECT string_agg(key, ' ') FROM submission")
    first, again, other = (answer.json() for answer in answers)
    assert (again["id"], again["again"]) == (first["id"], True)
    assert (other["id"] != first["id"], other["again"]) == (True, False)
    assert "203.0.113.9" not in keys
    assert answers[0].headers["cache-control"] == "no-store"
