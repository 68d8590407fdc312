"""Mails as programs, lists and gateways make them, beyond tests/cases/mail: what a reader sees is read."""

from __future__ import annotations

import re
from base64 import encodebytes
from binascii import b2a_uu
from datetime import UTC, datetime

import pytest

from services.ingest.domain.mail.automatic import Sign
from services.ingest.domain.mail.parsed_mail import Kind, MailEnvelope, ParsedMail, parse_mail

NOW = datetime(2026, 11, 27, tzinfo=UTC)
HEAD = "From: Rose <rose@lecteurs.example>\nMessage-ID: <x@l.example>\nMIME-Version: 1.0\n"
LONG = "Où est le lavoir de Brumal ? Je le cherche depuis des années, et je ne trouve rien. " * 3
BASE64 = "text/plain; charset=utf-8\nContent-Transfer-Encoding: base64"


def read(kind: str, body: str, subject: str = "Q", more: str = "") -> ParsedMail:
    raw = f"{HEAD}Subject: {subject}\n{more}Content-Type: {kind}\n\n{body}".encode()
    envelope = MailEnvelope("rose@lecteurs.example", ("question@network.example",))
    return parse_mail(raw, envelope, frozenset(), NOW)


def alternative(*parts: tuple[str, str]) -> tuple[str, str]:
    body = "".join(f"--b\nContent-Type: {kind}; charset=utf-8\n\n{text}\n" for kind, text in parts)
    return "multipart/alternative; boundary=b", f"{body}--b--\n"


def base64(text: str) -> str:
    return encodebytes(text.encode()).decode()


SIGNED = (
    "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nOù est le puits ?\n- -- \nRose\n"
    "-----BEGIN PGP SIGNATURE-----\n\niQEzBAEBCAAd\n-----END PGP SIGNATURE-----\n"
)
SHOWN = [
    ((BASE64, base64(LONG) + "\n____\nListe des lecteurs é\n"), LONG.strip() + " ____ Liste des lecteurs é"),
    ((BASE64, base64("abcdef") + "\nCe courriel a ete verifie\n"), "abcdef Ce courriel a ete verifie"),
    ((BASE64, "QQ==\nQg==\n"), "AB"),
    ((BASE64, "QUJD\n\nREVG\n"), "ABCDEF"),
    ((BASE64, base64(LONG)), LONG.strip()),
    ((BASE64, re.sub(r"(\w{8})", r"\1 ", base64(LONG))), LONG.strip()),
    (("text/markdown; charset=utf-8", "# Où ?\n"), "# Où ?"),
    (("text/enriched; charset=utf-8", "<bold>Où</bold> ?\n"), "Où ?"),
    (("text/plain; charset=utf-8", SIGNED), "Où est le puits ? -- Rose"),
    (("text/html; charset=utf-8", "<div style='display:none'><div>a</div>liste</div><p>Où ?</p>"), "Où ?"),
    (("text/html; charset=utf-8", "<span hidden>x</span><p style='visibility: hidden'>y</p>Où ?"), "Où ?"),
    (("text/html; charset=utf-8", "<div style='display:none'>jamais fermé<p>Où ?</p>"), "jamais fermé Où ?"),
    (("text/html; charset=utf-8", "<img style='display:none' src=x><p>Où ?</p>"), "Où ?"),
    (
        alternative(("text/plain", "Où ?"), ("text/watch-html", "<p>w</p>"), ("text/html", "<p>Où ?</p>")),
        "Où ?",
    ),
    (alternative(("text/enriched", "<bold>Où ?</bold>"), ("text/html", "<p>Où ?</p>")), "Où ?"),
    (alternative(("text/x-amp-html", "<p>amp</p>"), ("text/markdown", "Où ?")), "Où ?"),
]


@pytest.mark.parametrize(("given", "shown"), SHOWN, ids=[str(number) for number in range(len(SHOWN))])
def test_what_a_reader_sees_is_read(given: tuple[str, str], shown: str) -> None:
    mail = read(*given)
    assert " ".join(mail.text.split()) == " ".join(shown.split())
    assert mail.attachments == ()


@pytest.mark.parametrize(
    ("subject", "more", "sign"),
    [
        ("Q", "X-Precedence: auto_reply\n", Sign.HEADER),
        ("Q", "X-Mailer: vacation 1.0\n", Sign.HEADER),
        ("Q", "Delivered-To: Autoresponder\n", Sign.HEADER),
        ("Q", "X-Zarafa-Vacation: autorespond\n", Sign.HEADER),
        ("Fermeture de la bibliothèque : réponse automatique", "", Sign.SUBJECT),
        ("Demande d'authentification de votre message", "", Sign.SUBJECT),
        ("Merci de confirmer votre envoi", "", Sign.SUBJECT),
        ("Your email requires verification verify#a1b2", "", Sign.SUBJECT),
    ],
)
def test_what_looks_like_a_machines_is_seen(subject: str, more: str, sign: Sign) -> None:
    assert sign in read("text/plain", "Bonjour", subject, more).signs


@pytest.mark.parametrize(
    "subject",
    [
        *(
            "Absences des élèves au XIXe siècle",
            "Congés payés en 1936",
            "Ticket de métro : qui l'a dessiné ?",
        ),
        *(
            "Lu Xun : bibliographie",
            "Automates et vacances au XVIIIe siècle",
            "Qui a authentifié ce tableau ?",
        ),
    ],
)
def test_what_people_write_about_such_things_is_no_sign(subject: str) -> None:
    assert read("text/plain", "Bonjour", subject).signs == {}


def uuencoded(content: bytes) -> str:
    lines = "".join(b2a_uu(content[at : at + 45]).decode() for at in range(0, len(content), 45))
    return f"begin 644 plan de Brumal.jpg\n{lines}`\nend\n"


PHOTO = bytes(range(100)) * 3
UUENCODED = uuencoded(PHOTO)


@pytest.mark.parametrize("trailing", ["", "\n-- \nRose\n"])
def test_a_file_written_into_the_text_is_a_file(trailing: str) -> None:
    found = read("text/plain", f"Où est le puits ?\n\n{UUENCODED}{trailing}")
    assert [(one.name, one.content) for one in found.attachments] == [("plan de Brumal.jpg", PHOTO)]
    assert "begin 644" not in found.text
    assert found.text.startswith("Où est le puits ?")


def test_a_photograph_written_into_the_text_is_a_file_whole() -> None:
    photo = PHOTO * 10_667
    found = read("text/plain", f"Où est le puits ?\n\n{uuencoded(photo)}\nMerci.")
    assert [one.content for one in found.attachments] == [photo]
    assert found.text.split() == ["Où", "est", "le", "puits", "?", "Merci."]


def test_a_file_behind_what_only_looks_like_one_is_a_file() -> None:
    found = read("text/plain", f"Que veut dire :\nbegin 644 mots\n{UUENCODED}")
    assert [one.content for one in found.attachments] == [PHOTO]
    assert found.text == "Que veut dire :\nbegin 644 mots"


@pytest.mark.parametrize(
    "text",
    [
        "Où est-il écrit :\nbegin 644 mots\net la fin ?\nend",
        "Le programme dit :\nbegin 10 print\nend",
        UUENCODED.replace("`\nend\n", "Et la suite ?").strip(),
    ],
)
def test_what_only_looks_like_a_file_in_the_text_stays(text: str) -> None:
    found = read("text/plain", text)
    assert (found.text, found.attachments) == (text, ())


def test_one_of_several_pieces_of_a_mail_is_held() -> None:
    found = read('message/partial; id="x@l.example"; number=2; total=3', "aGVsbG8gd29ybGQ=")
    assert found.kind is Kind.UNREADABLE
    assert "pieces" in found.why


@pytest.mark.parametrize("kind", ["text/plain", "text/plain; charset=us-ascii"])
def test_japanese_that_nobody_declares_is_read(kind: str) -> None:
    escaped = "水車小屋はどこですか".encode("iso-2022-jp").decode("ascii")
    assert read(kind, f"Bonjour, {escaped} ?").text == "Bonjour, 水車小屋はどこですか ?"
