"""A file is passed on under a name that reads as what it is."""

from __future__ import annotations

import pytest

from services.ingest.domain.files import fitting_name

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.mark.parametrize(
    ("called", "media_type", "passed_on_as"),
    [
        ("Plan du moulin.PDF", "application/pdf", "Plan du moulin.PDF"),
        ("facture\u202efdp.exe", "application/pdf", "facturefdp.exe.pdf"),
        ("x.html", "image/gif", "x.html.gif"),
        ("macro.docm", DOCX, "macro.docm.docx"),
        ("photo.jpeg", "image/jpeg", "photo.jpeg"),
        ("../../etc/passwd", "text/plain", "_.._etc_passwd.txt"),
        ("notes.md", "text/plain", "notes.md"),
        (".png", "image/png", "png.png"),
        ("a\u200b\u2066b\x00\r\n.png", "image/png", "ab.png"),
        ("\u202e", "image/png", "attachment.png"),
        ("é" * 400 + ".pdf", "application/pdf", "é" * 196 + ".pdf"),
    ],
)
def test_name_ends_as_its_content_is_and_turns_nothing_round(
    called: str, media_type: str, passed_on_as: str
) -> None:
    assert fitting_name(called, media_type) == passed_on_as
