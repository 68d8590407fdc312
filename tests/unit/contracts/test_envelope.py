import gzip
import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devtools.documents.contract import examples
from services.contracts.catalogue import FACTS
from services.contracts.envelope import NotAnEvent, decode, event_readers

READERS = event_readers(FACTS)
RATED = examples()["QuestionRated"]["minimal"]


def mend(**changes: Any) -> bytes:
    return json.dumps({**RATED, **changes}).encode()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"\xff\xfe", None),
        (b"", None),
        (b"[]", None),
        (b"[" * 100_000, None),
        (b'{"type": NaN}', None),
        (mend(type="question.forgotten.v9"), "type"),
        (mend(type=["question.rated.v1"]), "type"),
        (mend(subject="not-a-uuid"), "subject"),
        (mend(time="2026-11-21T14:05:01"), "time"),
        (mend(specversion="0.3"), "specversion"),
        (mend(traceparent="00-xyz"), "traceparent"),
        (mend(data={"stars": 6}), "data.stars"),
        (mend(data={"stars": 5, "comment": "nul \x00"}), "data.comment"),
        (mend(id=""), "id"),
    ],
)
def test_what_cannot_be_read_names_the_field_at_fault(body: bytes, field: str | None) -> None:
    with pytest.raises(NotAnEvent) as refused:
        decode(body, READERS)
    assert refused.value.field == field


SENT = '{"type": "question.rated.v1", "text": "Où ?"}'


@pytest.mark.parametrize(
    ("body", "says", "found"),
    [
        (SENT.encode("utf-16"), "is UTF-16 or UTF-32; JSON is UTF-8", None),
        (SENT.encode("utf-16-le"), "is UTF-16 or UTF-32; JSON is UTF-8", None),
        (SENT.encode("utf-32-be"), "is UTF-16 or UTF-32; JSON is UTF-8", None),
        (SENT.encode("latin-1"), "byte 41 (0xf9) is not UTF-8", None),
        (SENT.encode("utf-8-sig"), "byte order mark", None),
        (gzip.compress(SENT.encode(), mtime=0), "is compressed", None),
        (b'{\n "a": NaN}', "line 2 column 7", "NaN}"),
        (b"{'a': 1}", "key must be a string at line 1 column 2", "'a': 1}"),
        ("{'é': 1}".encode(), "line 1 column 2", "'é': 1}"),
        (b"", "line 1 column 0", None),
    ],
)
def test_what_is_no_json_is_told_with_its_cause_and_where(body: bytes, says: str, found: str | None) -> None:
    with pytest.raises(NotAnEvent, match=re.escape(says)) as refused:
        decode(body, READERS)
    (fault,) = refused.value.faults or (None,)
    assert (fault.value if fault else None) == found


def test_an_event_without_a_type_is_told_so() -> None:
    with pytest.raises(NotAnEvent, match=r"^type: is missing; it must be there; known here: "):
        decode(b"{}", READERS)


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_else(body: bytes) -> None:
    with pytest.raises(NotAnEvent):
        decode(body, READERS)


def test_a_time_is_read_in_utc_whatever_its_offset() -> None:
    event = decode(mend(time="2026-11-21T16:05:01+02:00"), READERS)
    assert event.model_dump()["time"].isoformat() == "2026-11-21T14:05:01+00:00"
