"""Mistakes of a partner's program: all that is wrong is told at once, by its field."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from services.chassis.messaging.incoming import IncomingMessage
from services.contracts.catalogue import FROM_PARTNERS
from services.contracts.envelope import NotAnEvent
from services.contracts.partners import AnswerSubmitted, QuestionSubmitted
from services.ingest.entrypoints.partner_events import claimed, event_of

QUESTION, ANSWER = QuestionSubmitted.wire, AnswerSubmitted.wire
STRUCTURED = "application/cloudevents+json"
PYDANTIC = ("Input should", "Unable to", "Value error", "Field required", "String should")
FAR = "9999-12-31T23:59:59-14:00"


def letter(body: bytes | dict[str, Any], kind: str = STRUCTURED, **headers: Any) -> IncomingMessage:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    names = {name.replace("__", ":").replace("_", "-"): value for name, value in headers.items()}
    return IncomingMessage("sesame.inbox", "partner.lyon.x", kind, "", raw, names)


def sent(wire: str = QUESTION, data: Any = None, **attributes: Any) -> dict[str, Any]:
    usual = {"specversion": "1.0", "id": "1", "source": "/partners/lyon", "type": wire}
    return {**usual, "data": {"text": "Où ?"} if data is None else data, **attributes}


def told(of: IncomingMessage, wire: str = QUESTION) -> dict[str, str]:
    with pytest.raises(NotAnEvent) as refused:
        event_of(of, wire)
    return {fault.field: fault.reason for fault in refused.value.faults}


def test_what_lies_in_several_places_is_told_together() -> None:
    wrong = {"text": " \u200b", "language": "qqq", "asker": {"mail": "nulle part"}, "asked_at": FAR}
    event = sent(data=wrong, time="1764000000", source="")
    assert set(told(letter(event))) == {
        *("source", "time", "data.text", "data.language", "data.asker.mail", "data.asked_at"),
    }


def test_the_question_it_is_of_is_looked_at_with_the_rest() -> None:
    for subject in ("", "q1", None, 5):
        event = sent(ANSWER, {"text": "", "effort": 1e300}, subject=subject)
        assert set(told(letter(event), ANSWER)) == {"subject", "data.text", "data.effort"}


def test_an_unknown_type_hides_no_fault_beside_it() -> None:
    event = sent("question.asked.v1", time="yesterday") | {"id": ""}
    assert set(told(letter(event))) == {"type", "id", "time"}


def test_a_key_that_says_another_type_hides_no_fault_beside_it() -> None:
    assert set(told(letter(sent(ANSWER, {"text": ""}, subject="x")))) == {"type", "subject", "data.text"}


@pytest.mark.parametrize(
    "moment", [FAR, "0001-01-01T00:00:00+14:00", 0, 1.5, "0", "1764000000", True, "2026-11-20"]
)
def test_no_moment_is_too_strange_for_an_answer(moment: Any) -> None:
    reasons = told(letter(sent(data={"text": "Où ?", "asked_at": moment}, time=moment)))
    assert set(reasons) == {"time", "data.asked_at"}


def test_attributes_that_are_null_are_none() -> None:
    """CloudEvents' JSON format, 2.2."""
    nothing = dict.fromkeys(("specversion", "datacontenttype", "time", "subject", "traceparent"))
    assert event_of(letter(sent() | nothing), QUESTION).datacontenttype == "application/json"
    assert told(letter(sent() | {"id": None})) == {"id": "is missing; it must be there"}


def test_an_events_binary_data_is_said_not_to_be_read() -> None:
    event = sent() | {"data_base64": "e30="}
    del event["data"]
    assert set(told(letter(event))) == {"data", "data_base64"}


HEADERS = {"ce_specversion": "1.0", "ce_id": "7", "ce_source": "/lyon", "ce_type": QUESTION}
DATA = b'{"text": "?!"}'


def test_in_binary_mode_headers_are_read_as_what_they_are() -> None:
    for value, read in ((12, "12"), (bytearray("é".encode()), "é"), (b"x", "x"), (True, "true")):
        assert event_of(letter(DATA, "application/json", **HEADERS | {"ce_id": value}), QUESTION).id == read
    clock = HEADERS | {"ce_time": datetime(2026, 11, 20, 10, tzinfo=UTC)}
    moment = event_of(letter(DATA, "application/json", **clock), QUESTION).time
    assert moment is not None
    assert moment.isoformat() == "2026-11-20T10:00:00+00:00"
    for strange in (None, {"a": 1}, [1]):
        assert set(told(letter(DATA, "application/json", **HEADERS | {"ce_id": strange}))) == {"id"}


def test_in_binary_mode_the_fault_lies_in_the_data_and_the_event_has_its_name() -> None:
    for body, field in ((b"", "data"), (b"null", "data"), (b'{"text":1,"text":2}', "data.text")):
        message = letter(body, "application/json", **HEADERS)
        assert set(told(message)) == {field}
        assert (claimed(message, "id"), claimed(message, "type")) == ("7", QUESTION)


def test_headers_that_contradict_each_other_are_told() -> None:
    message = letter(DATA, "application/json", **HEADERS, cloudEvents__id="8")
    assert told(message) == {"id": "stands twice, and nobody can tell which is meant; write it once"}


def test_headers_without_a_version_are_told_so() -> None:
    message = letter(DATA, "application/json", ce_id="7", ce_source="/lyon", ce_type=QUESTION)
    assert "specversion" in told(message)


def test_no_program_speaks_as_one_of_ours() -> None:
    assert set(told(letter(sent(source="/sesame/workspace")))) == {"source"}
    assert set(told(letter(sent(ANSWER, subject=str(uuid4()), source="/sesame/router")), ANSWER)) == {
        "source"
    }


STRANGE: tuple[Any, ...] = (
    *(None, "", " ", "\u202e", "x" * 60_000, 0, -1, 1e300, 10**40, True, [], [[]], [None], {}, {"a": {}}),
)


@pytest.mark.parametrize("wire", [fact.wire for fact in FROM_PARTNERS])
def test_every_fault_is_in_our_words(wire: str) -> None:
    fields = next(fact for fact in FROM_PARTNERS if fact.wire == wire).model_fields
    for value in STRANGE:
        event = sent(wire, dict.fromkeys(fields, value), subject=str(uuid4()))
        try:
            event_of(letter(event), wire)
        except NotAnEvent as refused:
            for fault in refused.faults:
                assert not fault.reason.startswith(PYDANTIC), fault
