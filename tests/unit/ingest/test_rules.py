"""Small rules of the doors: places, languages, form numbers, our addresses."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest

from services.ingest.domain.forms import new_number, opened_at, why_spam
from services.ingest.domain.intake import RawSubmission, ReusedKey
from services.ingest.domain.mail.mailboxes import Mailboxes
from services.ingest.handlers.submissions import be_the_same
from services.ingest.store.conversations.submissions import Earlier

KEYS = (b"the key of this year",)
NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
BOXES = Mailboxes("question@sesame.example", "reply@sesame.example")


def test_a_forms_number_says_when_it_was_opened_and_can_not_be_made_up() -> None:
    number = new_number(KEYS, NOW)
    assert opened_at(KEYS, number) == NOW
    assert opened_at((b"another key of 16 letters",), number) is None
    assert [opened_at(KEYS, made_up) for made_up in ("", "1-2-3", number[:-1] + "x", "é")] == [None] * 4


@pytest.mark.parametrize(
    ("trap", "seconds", "text", "spam"),
    [
        ("", 60, "Où ?", False),
        ("", 60, "Voir https://a.example https://b.example https://c.example", False),
        ("", None, "Voir https://a.example", False),
        ("x", 60, "Où ?", True),
        ("", 1, "Où ?", True),
        ("", None, "https://a.example https://b.example https://c.example", True),
    ],
)
def test_what_a_program_filled_in_is_told_from_what_a_person_wrote(
    trap: str, seconds: int | None, text: str, spam: bool
) -> None:
    opened = None if seconds is None else NOW - timedelta(seconds=seconds)
    why = why_spam(trap=trap, opened=opened, text=text, now=NOW, quickest=timedelta(seconds=3))
    assert bool(why) == spam


def test_our_addresses_say_what_a_mail_is() -> None:
    assert BOXES.takes("QUESTION@Sesame.example")
    assert not BOXES.takes("question@elsewhere.example")
    assert BOXES.origin(["x@y.example", "question+montreuil@sesame.example"]) == "montreuil"
    assert BOXES.origin(["question+..@sesame.example"]) is None
    assert BOXES.reply_token(["reply+AbC@sesame.example"]) == "abc"
    assert BOXES.reply_token(["reply@sesame.example"]) == ""
    assert BOXES.reply_token(["question@sesame.example"]) is None


def test_what_comes_again_is_known_by_what_it_says_or_by_its_bytes() -> None:
    """An earlier version kept the digest of the bytes."""
    once = RawSubmission("api", "k", b'{"text": "x"}', NOW, b"said")
    earlier = Earlier(hashlib.sha256(once.raw).digest(), "answer", None, NOW)
    be_the_same(once, earlier)
    with pytest.raises(ReusedKey):
        be_the_same(RawSubmission("api", "k", b'{"text": "y"}', NOW, b"else"), earlier)
