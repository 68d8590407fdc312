"""Addresses as people type them: tests/cases/addresses.json, and others of the same kinds."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from email_validator import validate_email
from hypothesis import example, given
from hypothesis import strategies as st

from services.ingest.domain.mail.mail_address import AROUND, BEHIND, mail_address

CASES: dict[str, Any] = json.loads((Path(__file__).parents[2] / "cases" / "addresses.json").read_text())
MENDED = CASES["mended"] | {
    "MAILTO:ada@lecteurs.example?subject=Bonjour": "ada@lecteurs.example",
    "« ada@lecteurs.example »": "ada@lecteurs.example",
    "(ada@lecteurs.example)": "ada@lecteurs.example",
    "ada@lecteurs.example;": "ada@lecteurs.example",
    "\u00a0ada@lecteurs.example\u202f": "ada@lecteurs.example",
    "ada@MÉDIATHÈQUE.example": "ada@xn--mdiathque-53af.example",
}
REFUSED = [
    *CASES["refuse"],
    *CASES["refuse_unless_smtputf8"],
    "",
    "@",
    "Ada <ada@lecteurs.example>",
    "a\x00@b.example",
]


@pytest.mark.parametrize("address", CASES["accept"])
def test_an_address_is_taken(address: str) -> None:
    assert mail_address(address).isascii()


@pytest.mark.parametrize(("typed", "meant"), MENDED.items())
def test_what_is_plainly_meant_is_mended(typed: str, meant: str) -> None:
    assert mail_address(typed) == meant


@pytest.mark.parametrize("address", REFUSED)
def test_what_nobody_can_write_to_is_refused_with_a_reason(address: str) -> None:
    with pytest.raises(ValueError, match=r"\w+ \w+"):
        mail_address(address)


@pytest.mark.parametrize("address", CASES["refuse_unless_smtputf8"])
def test_accents_before_the_at_are_taken_where_they_can_be_written_to(address: str) -> None:
    assert mail_address(f"<{address}>,", smtputf8=True) == address
    assert mail_address("jérôme@médiathèque.example", smtputf8=True) == "jérôme@xn--mdiathque-53af.example"


@given(local=st.text(alphabet='adINFO09._+-!é"', max_size=8), domain=st.text("aB0.-xné@[]", max_size=8))
@example("info", "example.org")
@example("Info", "example.org")
@example("ada", "Example.ORG")
@example("ada", "xn--mdiathque-53af.example")
@example("ada", "ab--cd.example")
@example("ada", "library.test")
@example("ada", "a" * 64 + ".example")
@example("a" * 250, "b.fr")
def test_usual_addresses_are_read_as_the_library_reads_them(local: str, domain: str) -> None:
    address = f"{local}@{domain}"
    assert outcome(lambda: mail_address(address)) == outcome(lambda: read_by_library(address))


def read_by_library(address: str) -> str:
    found = validate_email(
        address.strip(AROUND).rstrip(BEHIND), check_deliverability=False, allow_smtputf8=False
    )
    return f"{found.local_part}@{found.ascii_domain}"


def outcome(read: Callable[[], str]) -> str | None:
    try:
        return read()
    except ValueError:
        return None
