"""Whoever takes a library's questions elsewhere, everybody it was written to by mail hears of it."""

from __future__ import annotations

from typing import Any

import pytest

from services.workspace.domain.profile import addresses_to_warn


def mail(address: str) -> dict[str, str]:
    return {"way": "mail", "address": address}


HOOK = {"way": "webhook", "address": "https://a.example/questions"}
OTHER_HOOK = {"way": "webhook", "address": "https://evil.example/questions"}
QUEUE = {"way": "queue", "address": "a"}
EVIL = mail("evil@y.example")
PEOPLE = {"email": "a@x.example", "alert_email": "b@x.example"}


@pytest.mark.parametrize(
    ("before", "after", "warned"),
    [
        ({"reach": mail("a@x.example")}, {"reach": EVIL}, ["a@x.example"]),
        (
            {"reach": mail("a@x.example"), "email": "a@x.example"},
            {"reach": EVIL, "email": "a@x.example"},
            ["a@x.example"],
        ),
        ({"reach": HOOK, **PEOPLE}, {"reach": OTHER_HOOK, **PEOPLE}, ["a@x.example", "b@x.example"]),
        ({"reach": HOOK, **PEOPLE}, {"reach": EVIL, **PEOPLE}, ["a@x.example", "b@x.example"]),
        ({"reach": QUEUE, **PEOPLE}, {"reach": EVIL, **PEOPLE}, ["a@x.example", "b@x.example"]),
        ({"reach": mail("A@x.example"), **PEOPLE}, {"reach": HOOK}, ["A@x.example", "b@x.example"]),
        ({"reach": HOOK, **PEOPLE}, {"reach": HOOK, "email": "a@x.example"}, ["b@x.example"]),
        ({"reach": mail("A@x.example")}, {"reach": mail("a@X.example")}, []),
        ({"reach": HOOK, **PEOPLE}, {"reach": HOOK, **PEOPLE, "name": "Another"}, []),
        ({"reach": HOOK, **PEOPLE}, None, []),
        (None, {"reach": EVIL}, []),
    ],
)
def test_every_old_address_hears_that_questions_go_elsewhere(
    before: dict[str, Any] | None, after: dict[str, Any] | None, warned: list[str]
) -> None:
    assert addresses_to_warn(before, after) == warned
