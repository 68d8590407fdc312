"""What is told of a fault: where, why, and what to write instead."""

import pytest

from services.chassis.language.codes import language_code
from services.contracts.catalogue import FROM_PARTNERS
from services.contracts.envelope import NotAnEvent, decode_mapping, submission_readers

READERS = submission_readers(FROM_PARTNERS)


def event(data: object, **attributes: object) -> dict[str, object]:
    usual = {"specversion": "1.0", "id": "1", "source": "/desk", "type": "question.submitted.v1"}
    return {**usual, "data": data, **attributes}


def faults(data: object, **attributes: object) -> dict[str, str]:
    with pytest.raises(NotAnEvent) as refused:
        decode_mapping(event(data, **attributes), READERS)
    return {fault.field: fault.reason for fault in refused.value.faults}


def test_a_field_that_is_missing_or_of_the_wrong_kind_is_said_in_words() -> None:
    assert faults({}) == {"data.text": "is missing; it must be there"}
    assert faults({"text": 3}) == {"data.text": "must be a text in quotes"}
    assert faults(None) == {"data": "must be an object, in { }"}
    assert faults({"text": "x", "publish_consent": "yes"}) == {
        "data.publish_consent": "must be true or false, without quotes"
    }


def test_a_field_within_a_field_that_nobody_knows_is_named_with_the_nearest() -> None:
    told = faults({"text": "x", "place": {"postcod": "75001"}})
    assert told == {"data.place.postcod": "no such field; did you mean postcode? there are country, postcode"}


@pytest.mark.parametrize(
    "kind", ["application/json; charset=utf-8", "Application/JSON", "application/ld+json"]
)
def test_every_way_to_say_json_is_taken(kind: str) -> None:
    assert decode_mapping(event({"text": "x"}, datacontenttype=kind), READERS).id == "1"


def test_another_kind_of_content_is_refused_with_the_right_one() -> None:
    assert "application/json" in faults({"text": "x"}, datacontenttype="text/xml")["datacontenttype"]


def test_a_leap_second_is_the_second_before_it() -> None:
    read = decode_mapping(event({"text": "x", "asked_at": "2016-12-31T23:59:60Z"}), READERS)
    assert read.data.asked_at.isoformat() == "2016-12-31T23:59:59+00:00"


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("FRE", "fr"),
        ("nl-BE", "nl"),
        ("zh_Hant", "zh"),
        ("oci", "oc"),
        ("gsw", "gsw"),
        ("zzz", None),
        ("", None),
    ],
)
def test_a_language_is_known_by_every_code_that_it_has(written: str, kept: str | None) -> None:
    assert language_code(written) == kept
