"""Nobody makes the network carry their words to an address that has not proven itself."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from services.notifier.domain.kinds import DeliveryKind
from services.notifier.sending.mail.rendering import MailRenderer

STRANGE = "www.evil.example/free-money"


@pytest.mark.parametrize("language", ["en", "fr", "nl"])
def test_an_application_brings_its_words_to_nobody(language: str) -> None:
    values = {
        "network": "Sésame",
        "given": {"library": STRANGE, "name": STRANGE, "reason": STRANGE, "language": language},
        "door_url": "https://workspace.example/join/token",
        "until": datetime(2026, 11, 27, tzinfo=UTC),
        "code": None,
        "language": language,
    }
    mail = MailRenderer(zone="Europe/Paris").render("joining", language, values)
    assert "https://workspace.example/join/token" in mail.text
    assert STRANGE not in mail.subject + mail.text + mail.html


def test_an_application_is_counted_as_mail_that_nobody_asked_for() -> None:
    assert DeliveryKind.JOINING.traits.unasked
