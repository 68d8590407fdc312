"""What programs send as JSON, by the kinds of the public JSONTestSuite: taken, or refused with its cause."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.envelope import NotAnEvent
from services.ingest.entrypoints.strict_json import read_strictly

TAKEN = (
    b"{}",
    b'\r\n\t {"a" : [ ] , "b" : { } }\n',
    b'{"":0}',
    b'{"a":-0,"b":0.0,"c":1E-2,"d":-1e+3,"e":123456789012345678901234567890}',
    b'{"a":[[[[[[[[]]]]]]]],"b":[{"a":1},{"a":2}]}',
    b'{"a":"\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83D\\uDE00"}',
    b'{"a":"\xc2\x80\xe2\x80\xa8\xef\xbf\xbf\xf4\x8f\xbf\xbf\x7f"}',
    b'{"\\u0000":"\\u0000"}',
    b'{"a":true,"b":false,"c":null}',
    b'{"a":"1","A":"2"}',
)
REFUSED = (
    *(
        b"",
        b" ",
        b"{",
        b"[",
        b'"',
        b"}",
        b'{"a"',
        b'{"a":',
        b'{"a":1',
        b'{"a":1,',
        b'{"a":"x',
        b'{"a":[1',
        b'{"a":tru',
    ),
    *(
        b'{"a":1,}',
        b'{"a":[1,]}',
        b'{"a":[,1]}',
        b'{"a":[1,,2]}',
        b"{,}",
        b'{"a":1,,"b":2}',
        b'{"a" 1}',
        b'{"a"::1}',
    ),
    *(
        b"{'a':1}",
        b"{a:1}",
        b"{1:1}",
        b"{null:1}",
        b'{"a":1}}',
        b'{"a":1} x',
        b'{"a":1}{"b":1}',
        b'{"a":[1 2]}',
    ),
    *(
        b'{"a":%s}' % one
        for one in (b"NaN", b"-NaN", b"Infinity", b"-Infinity", b"+1", b"01", b"-01", b"1.", b".5")
    ),
    *(
        b'{"a":%s}' % one
        for one in (b"-", b"1e", b"1e+", b"0x1", b"1_000", b"1,5", b"True", b"None", b"nul", b"undefined")
    ),
    *(
        b'{"a":"%s"}' % one
        for one in (b"\t", b"\n", b"\x00", b"\x1f", b"\\x41", b"\\u12", b"\\u00g0", b"\\", b"\\'")
    ),
    *(
        b'{"a":"%s"}' % one
        for one in (b"\\ud800", b"\\udc00", b"\\ud800\\ud800", b"\\ud83dx", b"\\uD83D\\u0041")
    ),
    *(
        b'{"a":"%s"}' % one
        for one in (b"\xe9", b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x82")
    ),
    *(
        b'// x\n{"a":1}',
        b'{"a":/* x */1}',
        b'{"a":1} # x',
        b"\x0c{}",
        b"\xc2\xa0{}",
        b"{}\x00",
        b"\xef\xbb\xbf{}",
    ),
    *(
        b"[]",
        b"null",
        b"true",
        b"0",
        b'"{}"',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"a":' + b"9" * 5_000 + b"}",
    ),
)


@pytest.mark.parametrize("body", TAKEN)
def test_all_of_json_is_read(body: bytes) -> None:
    assert isinstance(read_strictly(body), dict)


@pytest.mark.parametrize("body", REFUSED, ids=lambda body: repr(body[:24]))
def test_nothing_else_is_read_and_its_cause_is_said(body: bytes) -> None:
    with pytest.raises(NotAnEvent) as refused:
        read_strictly(body)
    said = refused.value.reason
    assert ";" in said or "UTF-8" in said or "UTF-16" in said or "`" in said, said


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        (b'{"text":"a","text":"a"}', ["text"]),
        (b'{"a":1,"a":2,"b":1,"b":2,"c":3}', ["a", "b"]),
        (b'{"data":{"text":"a","place":[{"x":1,"x":2}],"text":"b"}}', ["data.text", "data.place.0.x"]),
        (b'{"a":1,"\\u0061":2}', ["a"]),
        (b'{"a:":"http://x","b":[":"],"a:":":::"}', ["a:"]),
        (b'{"a":"\\u003a\\u003A","b":1,"b":2}', ["b"]),
        (b'{"a":{"x":1,"x":":"},"b":"::"}', ["a.x"]),
    ],
)
def test_a_name_that_stands_twice_is_named_wherever_it_stands(body: bytes, fields: list[str]) -> None:
    with pytest.raises(NotAnEvent) as refused:
        read_strictly(body)
    assert [fault.field for fault in refused.value.faults] == fields
    assert {fault.reason for fault in refused.value.faults} == {
        "stands twice, and nobody can tell which is meant; write it once"
    }


@given(st.binary(max_size=60) | st.text(alphabet='{}[]":,\\ud80aeE+-.019 tnf', max_size=40).map(str.encode))
def test_no_bytes_end_in_anything_but_an_object_or_a_reason(body: bytes) -> None:
    with suppress(NotAnEvent):
        assert isinstance(read_strictly(body), dict)
