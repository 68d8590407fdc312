"""A mail is kept without what became files, and with all the rest."""

from __future__ import annotations

import random
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from services.ingest.domain.mail.kept_mail import without_files

PHOTO = random.Random(1).randbytes(200_000)
OTHER = random.Random(2).randbytes(100_000)


def mail(line_end: str) -> bytes:
    message = EmailMessage(policy=SMTP.clone(linesep=line_end))
    message["From"] = "ada@mail.example"
    message.set_content("Qui est-ce ?\n" + "Un mot de plus, assez long pour une ligne.\n" * 50)
    message.add_attachment(PHOTO, maintype="image", subtype="png", filename="a.png")
    message.add_attachment(OTHER, maintype="application", subtype="x-msdownload", filename="b.exe")
    return message.as_bytes()


@pytest.mark.parametrize("line_end", ["\r\n", "\n"])
def test_what_became_a_file_goes_and_the_rest_stays(line_end: str) -> None:
    raw = mail(line_end)
    kept = without_files(raw, [PHOTO])
    assert len(raw) - len(kept) > len(PHOTO)
    assert kept.startswith(raw[:300])
    assert b"SHA-256" in kept
    assert without_files(kept, [OTHER]).count(b"SHA-256") == 2
    assert without_files(raw, []) == raw
    assert without_files(raw, [b"another"]) == raw


@pytest.mark.parametrize("piece", [b"A" * 76 + b"\n", b"A" * 77 + b"\n", b"A" * 998 + b"!", b"A=\n", b"A"])
def test_no_mail_takes_long(piece: bytes) -> None:
    """The regular expression reads every letter once: this would not end otherwise."""
    raw = piece * (20_000_000 // len(piece))
    assert len(without_files(raw, [b"x"])) == len(raw)
