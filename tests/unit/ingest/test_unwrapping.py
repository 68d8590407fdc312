"""A person is found in what is held, however their address was wrapped to travel."""

from __future__ import annotations

import base64
import io
import quopri
import zipfile
from email.message import EmailMessage
from time import process_time

import pytest

from services.ingest.domain.mail.unwrapping import words_in

ADDRESS = "jeanne.moulin@mail.example"
SENTENCE = f"Écrivez à {ADDRESS}, s’il vous plaît."


def in_a_mail(text: str, cte: str, subtype: str = "plain", charset: str = "utf-8") -> bytes:
    message = EmailMessage()
    message["Subject"] = "Un avis"
    message.set_content(text, subtype=subtype, charset=charset, cte=cte)
    return bytes(message)


def document(text: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("content.xml", f"<p>{text}</p>")
    return packed.getvalue()


def with_attached(content: bytes, maintype: str = "application", subtype: str = "octet-stream") -> bytes:
    message = EmailMessage()
    message.set_content("Voir ci-joint.")
    message.add_attachment(content, maintype=maintype, subtype=subtype, filename="a")
    return bytes(message)


RAWS = {
    "plain": SENTENCE.encode(),
    "latin": SENTENCE.replace("’", "'").encode("latin-1"),
    "utf-16": SENTENCE.encode("utf-16"),
    "base64": in_a_mail(SENTENCE, "base64"),
    "quoted printable": in_a_mail(SENTENCE + " é" * 60, "quoted-printable"),
    "soft breaks": b"x" * 60 + b" jeanne.mou=\r\nlin@mail.example",
    "html": in_a_mail(f"<p>{ADDRESS.replace('@', '&#64;')}</p>", "base64", "html"),
    "split by a tag": in_a_mail(f"<b>jeanne.moulin</b>@mail.example {SENTENCE}", "quoted-printable", "html"),
    "encoded word": b"Subject: =?utf-8?b?" + base64.b64encode(SENTENCE.encode()) + b"?=\r\n\r\n",
    "encoded word, q": b"From: =?utf-8?q?jeanne=2Emoulin=40mail=2Eexample?= <x@y.example>\r\n\r\n",
    "a mail in a mail": with_attached(in_a_mail(SENTENCE, "base64")),
    "a document": with_attached(document(SENTENCE)),
    "a document in a mail in a mail": with_attached(with_attached(document(SENTENCE))),
    "broken base64": in_a_mail(SENTENCE * 5, "base64")[:-40],
    "by one line": base64.b64encode(SENTENCE.encode()),
    "quoted twice": quopri.encodestring(quopri.encodestring(SENTENCE.encode())),
}


@pytest.mark.parametrize("how", RAWS)
def test_address_is_found_in(how: str) -> None:
    assert ADDRESS in words_in(RAWS[how])


@pytest.mark.parametrize(
    "raw",
    [
        b"A" * 1_000_000,
        b"AAAA\n" * 250_000,
        b"=?" * 500_000,
        b"<" * 1_000_000,
        b"=" * 1_000_000,
        b"PK\x03\x04x",
    ],
)
def test_nothing_hostile_takes_long(raw: bytes) -> None:
    begun = process_time()
    words_in(raw)
    assert process_time() - begun < 20
