import asyncio
import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import aio_pika
import pytest
from pamqp import encode

from services.contracts import topology
from services.contracts.ingest import AnswerReceived, QuestionDeclined, QuestionReceived, QuestionTaken
from services.ingest.handlers.facts import early
from services.ingest.store.access import partner_access
from tests.support.ingest_doors import Ingest, answered_by, hears, ingest, publish, routed_to
from tests.support.servers import Database, VirtualHost
from tests.support.waiting import PATIENCE_SECONDS

LANGUAGES: dict[str, str] = json.loads((Path(__file__).parent / "cases" / "http.json").read_text())[
    "languages"
]
QUESTION = {"text": "Où était le moulin ?", "reference": "G-17"}


async def send(door: Ingest, partner: str, event: dict[str, Any] | bytes, key: str = "") -> None:
    body = event if isinstance(event, bytes) else json.dumps(event).encode()
    wire = key or (event["type"] if isinstance(event, dict) else "question.submitted.v1")
    message = aio_pika.Message(body, content_type="application/cloudevents+json", message_id="the broker's")
    await publish(door.amqp_url, topology.INBOX, f"partner.{partner}.{wire}", message)
    await door.settled()


def cloud(wire: str, data: Any, **attributes: Any) -> dict[str, Any]:
    usual = {"specversion": "1.0", "id": "1", "source": "/desk", "type": wire, "data": data}
    return usual | attributes


async def asked(door: Ingest) -> UUID:
    await send(door, "grigny", cloud("question.submitted.v1", QUESTION, id="q"))
    return (await door.announced(QuestionReceived))[0].subject


async def test_a_partners_question_is_accepted_once_and_told_each_time(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        for _ in range(2):
            await send(door, "grigny", cloud("question.submitted.v1", QUESTION))
        (event,) = await door.announced(QuestionReceived)
        told, again = await door.told("grigny")
    assert (again["subject"], again["data"]) == (told["subject"], told["data"])
    assert (event.data.facets.channel, event.data.facets.origin) == ("partner", "grigny")
    assert (told["type"], told["subject"]) == ("submission.accepted.v1", str(event.subject))
    page_url = told["data"].pop("page_url")
    assert page_url.startswith("http://sesame.example/q/")
    assert told["data"] == {
        "original_id": "1",
        "original_type": "question.submitted.v1",
        "reference": "G-17",
        "taken_for": "question",
    }


async def test_another_content_under_a_used_id_is_refused_and_said_to_be_so(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        await send(door, "grigny", cloud("question.submitted.v1", QUESTION))
        reordered = dict(reversed(QUESTION.items()))
        await send(door, "grigny", cloud("question.submitted.v1", reordered, time="2026-11-27T10:00:00Z"))
        await send(door, "grigny", cloud("question.submitted.v1", QUESTION | {"text": "Autre chose ?"}))
        first, same, other = await door.told("grigny")
        assert len(await door.announced(QuestionReceived)) == 1
    assert same["subject"] == first["subject"]
    said = other["data"]
    assert (other["type"], said["field"], said["value"]) == ("submission.refused.v1", "id", "1")
    assert "with another content" in other["data"]["reason"]


async def test_the_same_broken_bytes_are_refused_each_time(database: Database, vhost: VirtualHost) -> None:
    async with ingest(database, vhost) as door:
        for _ in range(2):
            await send(door, "grigny", b'{"text": "x",}')
        told = await door.told("grigny")
    assert len(told) == 2
    assert "line 1 column" in told[0]["data"]["reason"]


async def test_all_faults_are_told_at_once_in_words_with_what_stood_there(
    database: Database, vhost: VirtualHost
) -> None:
    wrong = {
        "text": "",
        "langage": "fr",
        "language": "xx9",
        "place": {"country": "France"},
        "subject": "histoir",
    }
    async with ingest(database, vhost) as door:
        await send(door, "grigny", cloud("question.submitted.v1", wrong))
        (told,) = await door.told("grigny")
    errors = {one["field"]: one["reason"] for one in told["data"]["errors"]}
    assert errors["data.text"] == "must hold at least 1 character(s)"
    assert "did you mean language?" in errors["data.langage"]
    assert "ISO 639" in errors["data.language"]
    assert "two capital letters" in errors["data.place.country"]
    assert "did you mean histoire?" in errors["data.subject"]


async def test_who_was_never_asked_is_refused_as_over_http(database: Database, vhost: VirtualHost) -> None:
    async with ingest(database, vhost) as door:
        question = str(await asked(door))
        for kind, data in (("answer", {"text": "Là."}), ("decline", {}), ("take", {})):
            await send(door, "lyon", cloud(f"{kind}.submitted.v1", data, subject=question, id=kind))
        await early.end_waiting(door.running.chassis.begin, timedelta(0))
        told = await door.told("lyon")
        assert await door.announced(AnswerReceived) == []
    assert {(one["data"]["field"], one["data"]["value"]) for one in told} == {("subject", question)}
    assert "was asked of you" in told[0]["data"]["reason"]


@pytest.mark.parametrize(("written", "kept"), LANGUAGES.items())
async def test_a_language_is_understood_however_it_is_coded(
    database: Database, vhost: VirtualHost, written: str, kept: str
) -> None:
    async with ingest(database, vhost) as door:
        await send(door, "grigny", cloud("question.submitted.v1", QUESTION | {"language": written}))
        announced = await door.announced(QuestionReceived)
        (told,) = await door.told("grigny")
    if kept == "refused":
        assert told["data"]["field"] == "data.language"
    else:
        assert [event.data.facets.language for event in announced] == [kept]


async def test_two_partners_may_use_the_same_id(database: Database, vhost: VirtualHost) -> None:
    async with ingest(database, vhost) as door:
        for partner in ("grigny", "lyon"):
            await send(door, partner, cloud("question.submitted.v1", QUESTION))
        assert len(await door.announced(QuestionReceived)) == 2


async def test_binary_mode_is_read_too(database: Database, vhost: VirtualHost) -> None:
    async with ingest(database, vhost) as door:
        headers = {
            "ce-specversion": "1.0",
            "ce-id": "7",
            "ce-source": "/desk",
            "ce-type": "question.submitted.v1",
        }
        message = aio_pika.Message(
            json.dumps(QUESTION).encode(), content_type="application/json", headers=dict(headers)
        )
        await publish(door.amqp_url, topology.INBOX, "partner.grigny.question.submitted.v1", message)
        await door.settled()
        assert len(await door.announced(QuestionReceived)) == 1


async def test_an_answer_and_a_decline_speak_for_the_partner_of_the_key(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        question = str(await asked(door))
        answer = {
            "text": "Au bord du Rhône.",
            "sources": ["Fonds local, G 12"],
            "effort": 3,
        }
        await hears(door, UUID(question), routed_to("lyon"))
        await send(door, "lyon", cloud("answer.submitted.v1", answer, subject=question))
        decline = {"reason": "Fermée.", "refer_to": "nantes"}
        await send(door, "lyon", cloud("decline.submitted.v1", decline, subject=question, id="2"))
        await send(door, "lyon", cloud("take.submitted.v1", {}, subject=question, id="3"))
        (submitted,) = await door.announced(AnswerReceived)
        (declined,) = await door.announced(QuestionDeclined)
        by_workspace = cloud("take.submitted.v1", {}, subject=question, id="4", source="/sesame/workspace")
        await send(door, "lyon", by_workspace)
        taken, taken_there = await door.announced(QuestionTaken)
    assert (submitted.data.partner, submitted.data.way, submitted.data.effort) == ("lyon", "partner", 3)
    assert (declined.data.partner, declined.data.refer_to) == ("lyon", "nantes")
    assert (taken.data.partner, taken.data.way, taken_there.data.way) == ("lyon", "partner", "workspace")


async def test_what_is_refused_comes_back_with_reason_field_and_id(
    database: Database, vhost: VirtualHost
) -> None:
    wrong = [
        cloud("question.submitted.v1", {"text": ""}, id="a"),
        cloud("answer.submitted.v1", {"text": "À Grigny."}, id="b", subject=str(uuid4())),
        cloud("answer.submitted.v1", {"text": "À Grigny."}, id="c"),
        cloud("no.such.v1", {}, id="d"),
    ]
    async with ingest(database, vhost) as door:
        for event in wrong:
            await send(door, "grigny", event)
        await send(door, "grigny", b"{")
        told = await door.told("grigny")
        assert await door.announced(QuestionReceived) == []
    assert {one["type"] for one in told} == {"submission.refused.v1"}
    assert [(one["data"].get("original_id"), one["data"].get("field")) for one in told] == [
        ("a", "data.text"),
        ("b", "subject"),
        ("c", "subject"),
        ("d", "type"),
        ("the broker's", None),
    ]


async def test_who_is_suspended_is_not_heard_and_nothing_they_sent_is_lost(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        question = str(await asked(door))
        await hears(door, UUID(question), routed_to("lyon"))
        async with door.running.chassis.begin() as unit:
            await partner_access.suspend(unit.db, "lyon", unit.now)
        answer = cloud("answer.submitted.v1", {"text": "Au bord du Rhône."}, subject=question)
        for event in (cloud("question.submitted.v1", QUESTION, id="9"), answer, b"{"):
            await send(door, "lyon", event, "" if isinstance(event, dict) else "answer.submitted.v1")
        assert len(await door.announced(QuestionReceived)) == 1
        assert await door.announced(AnswerReceived) == []
        assert await door.told("lyon") == []
        kept = "SELECT count(*) FROM outbox WHERE exchange = $1 AND headers::text LIKE '%lyon is suspended%'"
        assert await door.fetchval(kept, topology.DEAD) == 3
        async with door.running.chassis.begin() as unit:
            await partner_access.resume(unit.db, "lyon")
        await send(door, "lyon", answer)
        assert len(await door.announced(AnswerReceived)) == 1


async def test_a_program_that_floods_is_told_when_to_come_back(
    database: Database, vhost: VirtualHost
) -> None:
    """By events as by HTTP; what was too much is taken later, under the same id."""
    async with ingest(database, vhost, key_burst=2, key_per_hour=3600) as door:
        for number in range(4):
            await send(door, "lyon", cloud("question.submitted.v1", QUESTION, id=str(number)))
        told = await door.told("lyon")
        late = [one["data"] for one in told if one["type"] == "submission.refused.v1"]
        assert late
        assert len(await door.announced(QuestionReceived)) == 4 - len(late)
        assert {one["retry_after_seconds"] for one in late} == {1}
        assert "2 at once and 3600 an hour per partner" in late[0]["reason"]
        again = cloud("question.submitted.v1", QUESTION, id=late[0]["original_id"])
        async with asyncio.timeout(PATIENCE_SECONDS):
            while len(await door.announced(QuestionReceived)) < 5 - len(late):
                await send(door, "lyon", again)


async def test_no_asker_gets_more_by_a_partner_than_by_the_form(
    database: Database, vhost: VirtualHost
) -> None:
    asked = QUESTION | {"asker": {"mail": "victim@mail.example"}}
    async with ingest(database, vhost, mails_per_sender=2) as door:
        for number in range(3):
            await send(door, "lyon", cloud("question.submitted.v1", asked, id=str(number)))
        assert len(await door.announced(QuestionReceived)) == 2
        assert (await door.told("lyon"))[-1]["data"]["retry_after_seconds"] == 3600


async def test_a_mended_event_under_the_same_id_is_accepted(database: Database, vhost: VirtualHost) -> None:
    async with ingest(database, vhost) as door:
        await send(door, "grigny", cloud("question.submitted.v1", {"text": ""}))
        await send(door, "grigny", cloud("question.submitted.v1", QUESTION))
        assert len(await door.announced(QuestionReceived)) == 1


async def test_a_type_that_is_not_the_keys_is_refused(database: Database, vhost: VirtualHost) -> None:
    async with ingest(database, vhost) as door:
        await send(door, "grigny", cloud("question.submitted.v1", QUESTION), key="answer.submitted.v1")
        (told,) = await door.told("grigny")
        assert await door.announced(QuestionReceived) == []
    assert told["data"]["field"] == "type"


async def test_a_property_that_is_no_text_stops_neither_the_service_nor_its_neighbours(
    database: Database, vhost: VirtualHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    properly = encode.METHODS["shortstr"]

    def with_half_a_character(text: Any) -> bytes:
        return b"\x03a\xffb" if text == "BROKEN" else properly(text)

    monkeypatch.setitem(encode.METHODS, "shortstr", with_half_a_character)
    broken = aio_pika.Message(json.dumps(cloud("question.submitted.v1", QUESTION)).encode(), app_id="BROKEN")
    async with ingest(database, vhost) as door:
        for message in (broken, aio_pika.Message(b"{}", message_id="BROKEN"), broken):
            await publish(door.amqp_url, topology.INBOX, "partner.grigny.question.submitted.v1", message)
        await send(door, "lyon", cloud("question.submitted.v1", QUESTION, id="good"))
        assert len(await door.announced(QuestionReceived)) == 2


async def test_what_is_late_is_told_to_be_so_and_the_same_again_is_told_the_same(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        question = str(await asked(door))
        await hears(door, UUID(question), routed_to("lyon"))
        sent = [
            cloud("decline.submitted.v1", {"reason": "Fermée."}, subject=question, id="1"),
            cloud("decline.submitted.v1", {"reason": "Encore."}, subject=question, id="2"),
            cloud("take.submitted.v1", {}, subject=question, id="3"),
            cloud("answer.submitted.v1", {"text": "Au bord du Rhône."}, subject=question, id="4"),
            cloud("clarification.submitted.v1", {"text": "Quel Rhône ?"}, subject=question, id="5"),
        ]
        for event in (*sent, *sent):
            await send(door, "lyon", event)
        told = [one["data"]["taken_for"] for one in await door.told("lyon")]
        await hears(door, UUID(question), answered_by("lyon"), after=timedelta(minutes=1))
        await send(door, "lyon", cloud("decline.submitted.v1", {}, subject=question, id="6"))
        await send(
            door, "lyon", cloud("clarification.submitted.v1", {"text": "Lequel ?"}, subject=question, id="7")
        )
        *_, over, more = await door.told("lyon")
    assert told == ["decline", "late_decline", "late_take", "late_answer", "clarification"] * 2
    assert over["data"]["taken_for"] == "late_decline"
    assert more["data"]["taken_for"] == "addition"


@pytest.mark.parametrize(
    ("data", "field", "value", "says"),
    [
        ({"text": " \t "}, "data.text", " \t ", "at least 1 character"),
        (
            {"text": "Où ?", "asker": {"mail": "nulle part"}},
            "data.asker.mail",
            "nulle part",
            "no mail address",
        ),
        ({"text": "Où ?", "language": "zz"}, "data.language", "zz", "is no language"),
    ],
)
async def test_what_only_we_can_tell_is_said_like_every_other_fault(
    database: Database, vhost: VirtualHost, data: dict[str, Any], field: str, value: str, says: str
) -> None:
    async with ingest(database, vhost) as door:
        await send(door, "grigny", cloud("question.submitted.v1", data))
        (told,) = await door.told("grigny")
    (fault,) = told["data"]["errors"]
    assert (fault["field"], fault["value"]) == (field, value)
    assert says in fault["reason"]


@pytest.mark.parametrize(
    ("event", "code"),
    [
        (cloud("question.submitted.v2", QUESTION), "unknown_type"),
        (cloud("question.submitted.v1", QUESTION | {"text": "x" * 600_000}), "too_large"),
        (cloud("question.submitted.v1", {}), "invalid"),
        (b"\xef\xbb\xbf{}", "invalid"),
    ],
)
async def test_a_program_reads_from_the_code_what_kind_of_fault_it_is(
    database: Database, vhost: VirtualHost, event: dict[str, Any] | bytes, code: str
) -> None:
    async with ingest(database, vhost) as door:
        await send(door, "grigny", event)
        (told,) = await door.told("grigny")
    assert told["data"]["code"] == code


async def test_what_is_refused_for_a_nul_is_told_without_one(database: Database, vhost: VirtualHost) -> None:
    """No table could keep the word of it: workspace reads it, too."""
    async with ingest(database, vhost) as door:
        await send(door, "grigny", cloud("question.submitted.v1", {"text": "q\0", "a\0": 1}, id="i\0"))
        (told,) = await door.told("grigny")
    assert "\0" not in json.dumps(told, ensure_ascii=False)
    assert "\\u0000" not in json.dumps(told)
    assert {one["value"] for one in told["data"]["errors"]} == {"i\u2400", "q\u2400", "1"}
