"""Mails written to keep us busy, each of up to a megabyte: read in little time, or held before they are
read."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from services.ingest.domain.mail.parsed_mail import Kind, MailEnvelope, parse_mail
from services.ingest.domain.mime.limits import MOST_HEADERS

MOST = 1_000_000 if "SESAME_TEST_FUZZ" in os.environ else 150_000
"""Bytes. A square of the smaller one is minutes, too; the long runs try a megabyte."""
PROCESSOR_SECONDS = 10 if "SESAME_TEST_FUZZ" in os.environ else 5
"""For one: none of the smaller takes one where nothing else runs."""
HEAD = b"From: a@b.example\r\nSubject: q\r\n"
NOW = datetime(2026, 12, 1, tzinfo=UTC)


def filled(piece: bytes, most: int = MOST) -> bytes:
    return (piece * (most // len(piece) + 1))[:most]


def body(kind: str, piece: bytes) -> bytes:
    return HEAD + f"Content-Type: {kind}\r\n\r\n".encode() + filled(piece)


def header(name: str, piece: bytes, most: int) -> bytes:
    return HEAD + f"{name}: ".encode() + filled(piece, most) + b"\r\n\r\nx"


def nested(depth: int, lines: int) -> bytes:
    parts = (
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (at, at) for at in range(depth)
    )
    return HEAD + b"".join(parts) + b"\r\n" + b"a\r\n" * lines


REPORT = b"Return-Path: <>\r\n" + HEAD + b"Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\n"
HTML = (
    *(
        b"<a ",
        b"<a aaaa",
        b"a ",
        b"<li>",
        b"<blockquote>",
        b"<ol>",
        b"</ol>",
        b"&",
        b"&#1",
        b"</td>",
        b"<br>",
    ),
    *(b"<sup>", b"<ol start=", b"<!--", b"<a b='", b"<script>", b"<pre>\n", b"'", b"=", b"<svg>"),
)
CHARSETS = (
    "utf-7",
    "punycode",
    "idna",
    "hz",
    "iso-2022-jp",
    "iso-2022-kr",
    "unicode_escape",
    "gb18030",
    "zlib",
)
PIECES = (b"\x1b$B", b"+", b"~{", b"\xff", b"a")
SHORT = ("Subject", "From", "Date", "Message-ID", "Auto-Submitted", "Precedence", "Content-Type", "Reply-To")
LISTS = ("To", "Cc", "References", "In-Reply-To", "X-Failed-Recipients", "Delivered-To")
HEADER_PIECES = (
    *(b"=?utf-8?q?a?= ", b"=?utf-8?q?", b"=?a?b?", b"<", b"(", b'"', b",", b"a,", b"<a@", b"<a@b>", b"a@b, "),
    *(b";", b"; a=b", b"; a*0=b", b"1 ", b"\\", b" \r\n ", b"[", b":"),
)
REPLY = HEAD + b"In-Reply-To: <a@b>\r\n\r\n"
DELIVERY_STATUS = REPORT + b"Content-Type: message/delivery-status\r\n\r\n"
MULTIPART = HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
QUOTED = (b"le 3 mars 2026\n", b"> ", b"> \na\n", b"2026 ", b"From: a@b\n", b"-----\n", b"a@b.fr 2026\n")
PLAIN = (b"\n", b"\r", b"a", b"> \n", b">", b"a \n", b"e\xcc\x81", b"\xcc\x81\xcc\xa3")
FILES = (b"begin 644 x\n", b"begin 644 x\n#0V%T\n", b"begin 644 x\n\n")
STATUS = (b"Final-Recipient: ", b"a:b\n\n", b"Status: 5.1.1\n", b"Diagnostic-Code: ", b"<a@")
ENCODED = (
    *(("base64", b"", b"="), ("base64", b"", b"a "), ("quoted-printable", b"", b"=\n")),
    *(("quoted-printable", b"", b" "), ("x-uuencode", b"begin 644 a\n", b"M\n")),
)
PARTS = (
    *(b"--b\n", b"--b\n\n", b"--b--\n", b"--b\nContent-Type: text/plain" + b";" * 9_000 + b"\n\n"),
    b'--b\nContent-Disposition: attachment; filename="' + b"=?utf-8?q?a?= " * 640 + b'"\n\nx\n',
)
CALENDAR = (b"A", b"SUMMARY:a\n", b"A;", b"\n ", b"\\n", b":")
MAILS: dict[str, list[bytes]] = {
    "headers": [
        *(header(name, piece, MOST) for name in ("Subject", "To") for piece in HEADER_PIECES),
        b"".join(b"X-%d: a\r\n" % at for at in range(70_000)) + HEAD,
        *(filled(piece) for piece in (b"a", b" ", b"a:\n")),
        *(filled(piece, 90_000) + HEAD for piece in (b"To: a@b\r\n", b"From: a@b\r\n")),
    ],
    "short headers": [header(name, piece, 9_900) for name in SHORT for piece in HEADER_PIECES],
    "lists": [header(name, piece, 59_000) for name in LISTS for piece in HEADER_PIECES],
    "parts in parts": [
        *(nested(300, 300_000), nested(90, 30_000), nested(1000, 0), nested(40, 60_000)),
        (HEAD + b"Content-Type: message/rfc822\r\n\r\n") * 200,
    ],
    "many parts": [MULTIPART + filled(piece) for piece in PARTS],
    "encodings": [
        HEAD + f"Content-Transfer-Encoding: {name}\r\n\r\n".encode() + start + filled(piece)
        for name, start, piece in ENCODED
    ],
    "text": [body(kind, piece) for kind in ("text/plain", "text/plain; format=flowed") for piece in PLAIN],
    "files in the text": [body("text/plain", piece) + b"\nend\n" for piece in FILES],
    "replies": [REPLY + filled(piece) for piece in QUOTED],
    "html": [*(body("text/html", piece) for piece in HTML), body("text/html", b"<a a ")[:-1] + b">"],
    "charsets": [body(f"text/plain; charset={name}", piece) for name in CHARSETS for piece in PIECES],
    "reports": [
        *(DELIVERY_STATUS + filled(piece) for piece in STATUS),
        *(REPORT + b"\r\n" + filled(piece) for piece in (b"<a@", b"a@", b"550 ", b"5.1.1", b"a@b.c ")),
    ],
    "calendars": [body("text/calendar", piece) for piece in CALENDAR],
    "signed": [
        body("application/pkcs7-mime", piece) for piece in (b"\x30\x80", b"\x24\x80", b"0", b"\x04\x00")
    ],
    "winmail": [
        body("application/ms-tnef", b"\x78\x9f\x3e\x22" + piece) for piece in (b"\0", b"\x01\x03\x90")
    ],
}


@pytest.mark.parametrize("kind", MAILS)
def test_no_mail_keeps_a_reader_busy(kind: str) -> None:
    """Each mail has its own time: a timer of the processor's, as a mail worker sets it, ends what takes
    longer."""
    action = f"""
import signal
from {__name__} import MAILS, NOW, PROCESSOR_SECONDS, MailEnvelope, parse_mail
for number, raw in enumerate(MAILS[{kind!r}]):
    print(number, raw[:300], flush=True)
    signal.setitimer(signal.ITIMER_PROF, PROCESSOR_SECONDS)
    try:
        parse_mail(raw, MailEnvelope("a@b.c", ("q@b.c",)), frozenset(), NOW)
    except RecursionError:
        pass
    signal.setitimer(signal.ITIMER_PROF, 0)
"""
    done = subprocess.run([sys.executable, "-c", action], capture_output=True, text=True, check=False)
    assert done.returncode == 0, (done.stdout[-400:], done.stderr[-2000:])


@pytest.mark.parametrize(
    "raw",
    [
        b"X-A: " + b"a" * MOST_HEADERS + b"\r\n" + HEAD + b"\r\nx",
        HEAD + b"Subject: " + b"=?utf-8?q?a?= " * 800 + b"\r\n\r\nx",
        nested(300, 300_000),
        HEAD
        + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: a/b"
        + b";a=b" * 5000
        + b"\r\n",
    ],
)
def test_what_was_made_to_keep_a_parser_busy_is_held_before_it_is_parsed(raw: bytes) -> None:
    mail = parse_mail(raw, MailEnvelope(), frozenset(), NOW)
    assert mail.kind is Kind.UNREADABLE
    assert "at most" in mail.why or "parts in parts" in mail.why


def test_a_mail_to_five_hundred_people_is_read() -> None:
    to = ",\r\n ".join(f'"Personne {number}" <personne.{number}@lecteurs.example>' for number in range(500))
    raw = HEAD + f"To: {to}\r\n\r\nOù ?".encode()
    mail = parse_mail(raw, MailEnvelope(), frozenset(), NOW)
    assert (mail.kind, len(mail.recipients)) == (Kind.WRITTEN, 500)
