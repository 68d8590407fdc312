"""What the notifier writes in its mails, ingest reads in the replies."""

import email
import re
from dataclasses import replace
from datetime import UTC, datetime
from email.policy import default

import pytest

from services.ingest.domain.mail.parsed_mail import Kind, MailEnvelope, parse_mail
from services.ingest.domain.replies.reading import EFFORT, SOURCES, ReplyKind, read_reply
from services.notifier.sending.mail.compose import Composer, SenderIdentity
from services.notifier.sending.mail.rendering import MailRenderer
from tests.support.notifier_outgoing import outgoing

HOUSE = SenderIdentity(
    "Sésame", "sesame.example", "https://sesame.example", (b"k" * 32,), "c@sesame.example", "fr"
)
NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


def asked_by_mail(language: str) -> bytes:
    composer = Composer(replace(HOUSE, language=language), MailRenderer(zone="Europe/Paris"))
    return composer.compose(outgoing("mail", "desk@bib.example")).content


def text_of(language: str) -> str:
    body = email.message_from_bytes(asked_by_mail(language), policy=default).get_body(("plain",))
    assert body is not None
    return str(body.get_content())


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_words_a_mail_names_are_understood(language: str) -> None:
    words = re.findall(r"^- ([A-Z][A-Z ]*[A-Z])\b", text_of(language), re.MULTILINE)
    said = [f"{word}\nDe quelle ville ?" if word == "QUESTION" else word for word in words]
    assert [read_reply(one).kind for one in said] == [ReplyKind.ASK_BACK, ReplyKind.DECLINE, ReplyKind.TAKE]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_marks_a_mail_names_are_understood(language: str) -> None:
    marks = re.search(r"[“«]\s?(Sources\s?:)\s?[”»].*[“«]\s?(READ\s?: \d)\s?[”»]", text_of(language))
    assert marks is not None
    assert SOURCES.match(marks[1])
    assert EFFORT.match(marks[2])


def test_our_own_mail_is_known_when_it_comes_back_from_elsewhere() -> None:
    raw = asked_by_mail("fr").replace(b"reply@sesame.example", b"redirected@bib.example")
    mail = parse_mail(raw, MailEnvelope("desk@bib.example"), frozenset({"reply@sesame.example"}), NOW)
    assert mail.kind is Kind.OURS
