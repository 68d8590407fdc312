"""An address is found in a message however it is written, and no other for it."""

from __future__ import annotations

import pytest

from services.contracts.addresses import names

WHO = "ada@mail.example"


@pytest.mark.parametrize(
    "body",
    [
        b'{"asker": {"mail": "Ada@Mail.example"}}',
        rb'{"asker": {"mail": "ada\u0040mail.example"}}',
        b'{"reason": "value \'ada@mail.example\': no mailbox there"}',
        b"no JSON at all, from ada@mail.example.",
        b"\xff\xfe ada@mail.example",
        b'{"ada@mail.example": 1}',
    ],
)
def test_an_address_is_found_however_the_message_is_written(body: bytes) -> None:
    assert names(body, WHO)


@pytest.mark.parametrize(
    "body",
    [
        b'{"mail": "nada@mail.example"}',
        b'{"mail": "ada@mail.example.org"}',
        b'{"mail": "x+ada@mail.example"}',
        b"[" * 100_000,
        b"",
    ],
)
def test_another_address_that_contains_it_is_not_taken_for_it(body: bytes) -> None:
    assert not names(body, WHO)
