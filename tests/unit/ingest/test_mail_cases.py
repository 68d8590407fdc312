"""What a mail holds: every case of tests/cases/mail, and others of the same kinds."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from email.message import EmailMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from pathlib import Path
from typing import Any

import pytest

from services.ingest.domain.mail.parsed_mail import Kind, MailEnvelope, ParsedMail, parse_mail

CASES = Path(__file__).parents[2] / "cases" / "mail"
EXPECTED: dict[str, dict[str, Any]] = json.loads((CASES / "expected.json").read_text())
OWN = frozenset({"question@network.example"})
NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
HEAD = "From: Rose Lambert <rose@lecteurs.example>\r\nSubject: Question\r\nMIME-Version: 1.0\r\n"


def read(raw: bytes) -> ParsedMail:
    return parse_mail(raw, MailEnvelope("rose@lecteurs.example", ("question@network.example",)), OWN, NOW)


@pytest.mark.parametrize("case", EXPECTED)
def test_a_mail_holds_what_its_sender_sees(case: str) -> None:
    mail, wanted = read((CASES / case).read_bytes()), EXPECTED[case]
    shown = f"{mail.subject}\n{mail.text}"
    assert [words for words in wanted.get("contains", []) if words not in shown] == []
    assert [words for words in wanted.get("excludes", []) if words in shown] == []
    assert [one.name for one in mail.attachments] == wanted.get("attachments", [])
    assert mail.sender_name == wanted.get("sender_name", mail.sender_name)


@pytest.mark.parametrize("case", EXPECTED)
def test_only_what_is_proven_is_automatic(case: str) -> None:
    mail, wanted = read((CASES / case).read_bytes()), EXPECTED[case]["kind"]
    assert (mail.kind is Kind.AUTOMATIC) == (wanted == "automatic")


def alternative(plain: str, html: str) -> bytes:
    mail = MIMEMultipart("alternative")
    mail["From"] = "rose@lecteurs.example"
    mail.attach(MIMEText(plain))
    mail.attach(MIMEText(html, "html"))
    return mail.as_bytes()


@pytest.mark.parametrize(
    "plain",
    [
        *("", " \n\u00a0\n", "\u200b\u2060\ufeff", "[image: Logo]", "[cid:a@b] <cid:c>", "\u2800\u00ad"),
        *("This is a multi-part message in MIME format.", "Ihr Programm zeigt keine HTML-Nachrichten an."),
        *("Your client can not display this email.", "Para ver este mensaje active HTML"),
    ],
)
def test_a_plain_part_that_says_nothing_gives_way_to_the_html(plain: str) -> None:
    mail = read(alternative(plain, "<p>Qui a construit l'horloge de la gare ?</p>"))
    assert mail.text == "Qui a construit l'horloge de la gare ?"


def test_a_plain_part_that_says_the_same_is_read_as_it_was_written() -> None:
    mail = read(alternative("Où est\nle moulin ?\n-- \nRose", "<p>Où est le moulin&nbsp;?</p><p>Rose</p>"))
    assert mail.text == "Où est\nle moulin ?\n-- \nRose"
    assert mail.html_text == "Où est le moulin\u00a0?\n\nRose"


def test_a_plain_part_without_the_quote_is_not_taken_for_another_text() -> None:
    quoted = "<blockquote>" + "mots cités que le texte simple ne répète pas " * 9 + "</blockquote>"
    assert read(alternative("Merci beaucoup.", f"<p>Merci beaucoup.</p>{quoted}")).text == "Merci beaucoup."


def part(kind: str, content: str, disposition: str = "") -> str:
    more = f"Content-Disposition: {disposition}\r\n" if disposition else ""
    return f"--b\r\nContent-Type: {kind}\r\n{more}\r\n{content}\r\n"


def mixed(*parts: str, kind: str = "mixed") -> bytes:
    return (
        HEAD + f'Content-Type: multipart/{kind}; boundary="b"\r\n\r\n' + "".join(parts) + "--b--\r\n"
    ).encode()


def test_all_that_is_shown_is_read_in_its_order() -> None:
    raw = mixed(
        part("text/plain", "Un."),
        part("image/png", "x", 'inline; filename="a.png"'),
        part("text/html", "<p>Deux.</p>"),
        part("text/plain", "Trois."),
        part("text/plain; name=notes.txt", "Quatre."),
        part("text/plain", "Cinq.", 'attachment; filename="cinq.txt"'),
    )
    mail = read(raw)
    assert mail.text == mail.html_text == "Un.\n\nDeux.\n\nTrois."
    assert [one.name for one in mail.attachments] == ["a.png", "notes.txt", "cinq.txt"]


def test_files_inside_an_alternative_are_kept() -> None:
    inner = (
        'Content-Type: multipart/mixed; boundary="c"\r\n\r\n'
        "--c\r\nContent-Type: text/html\r\n\r\n<b>Où ?</b>\r\n"
        "--c\r\nContent-Type: application/pdf; name=plan.pdf\r\n\r\n%PDF\r\n--c--\r\n"
    )
    mail = read(mixed(part("text/plain", "Où ?"), f"--b\r\n{inner}", kind="alternative"))
    assert (mail.text, [one.name for one in mail.attachments]) == ("Où ?", ["plan.pdf"])


def attached(*, subject: str, own_words: str) -> ParsedMail:
    inner, outer = EmailMessage(), EmailMessage()
    inner["From"], inner["Subject"] = "archives@brumal.example", "La lettre / 1"
    inner.set_content("Où était le moulin ?")
    outer["From"], outer["Subject"] = "desk@bib.example", subject
    outer.set_content(own_words)
    outer.add_attachment(inner)
    return read(bytes(outer))


def test_an_attached_mail_is_a_file_with_a_name() -> None:
    mail = attached(subject="Suite", own_words="Voir ci-joint.")
    (letter,) = mail.attachments
    assert (mail.text, letter.name) == ("Voir ci-joint.", "La lettre _ 1.eml")
    assert b"archives@brumal.example" in letter.content


@pytest.mark.parametrize(("subject", "own_words"), [("TR: Moulin", "Pour vous."), ("Moulin", "")])
def test_an_attached_mail_is_read_where_it_is_what_is_asked(subject: str, own_words: str) -> None:
    mail = attached(subject=subject, own_words=own_words)
    assert "Où était le moulin ?" in mail.text
    assert len(mail.attachments) == 1


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<ol><li>un<li>deux</ol>", "1. un\n2. deux"),
        ("<ol start=3><li>c</li><li value='7'>g</li><li>h</li></ol>", "3. c\n7. g\n8. h"),
        ("<ol><li>un<ul><li>a</li></ul></li><li>deux</li></ol>", "1. un\n\n- a\n\n2. deux"),
        ("12 m<sup>2</sup>, H<sub>2</sub>O, 1<sup>er</sup>", "12 m², H₂O, 1er"),
        ("<sup>note</sup> 3", "note 3"),
    ],
)
def test_numbers_of_html_stay(html: str, text: str) -> None:
    assert read(HEAD.encode() + b"Content-Type: text/html\r\n\r\n" + html.encode()).text == text


CHARSETS = [
    *(("iso-8859-1", "cp1252", "L’œuvre à 3 € – « dit-on »…"), ("us-ascii", "cp1252", "Où est l’île ?")),
    *(("ISO_8859-15", "iso-8859-15", "3 €, cœur"), ("gb2312", "gbk", "朱镕基"), ("gbk", "gb18030", "㐀中")),
    *(("euc-kr", "cp949", "똠방각하"), ("ks_c_5601-1987", "cp949", "펲시"), ("cp949", "cp949", "뢔")),
    *(
        ("x-sjis", "cp932", "①髙橋"),
        ("big5", "big5hkscs", "碁盤"),
        ("iso-2022-jp", "iso2022_jp", "図書館の本"),
    ),
    *(("macintosh", "mac-roman", "été œuf"), ("x-mac-roman", "mac-roman", "Ÿ"), ("koi8-u", "koi8-u", "Їжак")),
    *(("windows-1251", "cp1251", "книга"), ("x-no-such", "utf-8", "Où ?"), ("utf-16", "utf-16", "Où ?")),
    *(("unknown-8bit", "cp1252", "été"), ("tis-620", "cp874", "หนังสือ"), ("utf-7", "utf-7", "été")),
]


@pytest.mark.parametrize(("named", "written", "text"), CHARSETS)
def test_letters_come_as_they_were_written(named: str, written: str, text: str) -> None:
    head = f"{HEAD}Content-Type: text/plain; charset={named}\r\n\r\n"
    assert read(head.encode() + text.encode(written)).text == text


@pytest.mark.parametrize(("named", "written", "text"), [one for one in CHARSETS if one[0] not in ("utf-16",)])
def test_letters_of_a_subject_come_as_they_were_written(named: str, written: str, text: str) -> None:
    words = "".join(f"={byte:02X}" for byte in text.encode(written))
    raw = f"From: a@b.example\r\nSubject: =?{named}*fr?Q?{words}?=\r\n\r\nx"
    assert read(raw.encode()).subject == text


def test_a_bad_byte_costs_one_letter_and_not_the_text() -> None:
    raw = HEAD.encode() + b"Content-Type: text/plain; charset=utf-8\r\n\r\n"
    text = "L'été, la forêt, le château, le boîtier".encode()
    assert read(raw + text + b" \xff fin").text == "L'été, la forêt, le château, le boîtier \ufffd fin"


@pytest.mark.parametrize("charset", ["koi8-r", "cp1251", "gb18030", "utf-8", "cp932"])
def test_raw_letters_in_headers_are_read_by_the_charset_of_the_text(charset: str) -> None:
    text = {"gb18030": "图书馆", "cp932": "髙橋"}.get(charset, "Тульские самовары")
    raw = f"From: a@b.example\r\nSubject: {text}\r\nContent-Type: text/plain; charset={charset}\r\n\r\n{text}"
    assert read(raw.encode(charset)).subject == text


def test_a_letter_split_between_two_encoded_words_is_one_letter() -> None:
    words = "=?utf-8?B?w6k=?= =?utf-8?Q?=C3?=\r\n =?UTF-8?Q?=A9_?= =?utf-8?q?t"
    raw = f"From: a@b.example\r\nSubject: {words}\r\n\r\nx".encode()
    assert read(raw).subject == "éé =?utf-8?q?t"


def test_encoded_words_are_read_as_careless_programs_write_them() -> None:
    raw = b"From: a@b.example\r\nSubject: =?utf-8?Q?O=C3=B9 est-il ? L=C3=A0 ?=\r\n\r\nx"
    assert read(raw).subject == "Où est-il ? Là"


NAMES = [
    'filename="=?utf-8?Q?fa=C3=A7ade?= =?utf-8?Q?_ouest.png?="',
    "filename*=utf-8''fa%C3%A7ade%20ouest.png",
    "filename*0*=iso-8859-1''fa%E7ade; filename*1=\" ouest.png\"",
    'filename="façade ouest.png"',
    'filename="../x/..\\fac\u0327ade ouest.png"',
]


@pytest.mark.parametrize("name", NAMES)
def test_file_names_come_as_they_were_given(name: str) -> None:
    mail = read(mixed(part("text/plain", "Où ?"), part("image/png", "x", f"attachment; {name}")))
    assert mail.attachments[0].name.endswith("façade ouest.png")
    assert "/" not in mail.attachments[0].name


def test_decomposed_accents_are_composed() -> None:
    mail = read(f"{HEAD}Content-Type: text/plain; charset=utf-8\r\n\r\ne\u0301te\u0301".encode())
    assert mail.text == "\u00e9t\u00e9"


CALENDAR = "BEGIN:VCALENDAR\nMETHOD:{method}\nBEGIN:VEVENT\n{lines}\nEND:VEVENT\nEND:VCALENDAR"


@pytest.mark.parametrize("method", ["REQUEST", "PUBLISH", "CANCEL"])
def test_an_invitation_keeps_its_words(method: str) -> None:
    lines = "DTSTART:20261210T140000Z\nSUMMARY:Visite\nDESCRIPTION;LANGUAGE=fr:Le fonds\\, ou\n  rien ?"
    raw = HEAD + "Content-Type: text/calendar\r\n\r\n" + CALENDAR.format(method=method, lines=lines)
    mail = read(raw.encode())
    assert (mail.kind, mail.text) == (Kind.WRITTEN, "2026-12-10 14:00 UTC\n\nVisite\n\nLe fonds, ou rien ?")


def test_what_is_written_beside_an_acceptance_is_not_dropped() -> None:
    lines = "SUMMARY:Visite\nCOMMENT:Oui. Avez-vous un plan ?"
    raw = (
        HEAD
        + "Content-Type: text/calendar; method=REPLY\r\n\r\n"
        + CALENDAR.format(method="REPLY", lines=lines)
    )
    assert (read(raw.encode()).kind, read(raw.encode()).text) == (Kind.WRITTEN, "Oui. Avez-vous un plan ?")


@pytest.mark.parametrize(
    "kind",
    ["application/pkcs7-mime; smime-type=enveloped-data", "application/x-pkcs7-mime", "multipart/encrypted"],
)
def test_what_is_encrypted_is_held(kind: str) -> None:
    assert read(f"{HEAD}Content-Type: {kind}; boundary=b\r\n\r\nAAAA".encode()).kind is Kind.ENCRYPTED


def test_an_opaque_signature_in_pieces_is_read() -> None:
    """BER, as OpenSSL streams it: lengths unknown, the octets in pieces."""
    content = b"Content-Type: text/plain; charset=utf-8\r\n\r\nQui ?"
    pieces = b"".join(b"\x04" + bytes([len(one)]) + one for one in (content[:30], content[30:]))
    oid = bytes.fromhex("06092a864886f70d0107")
    inner = b"\x30\x80" + oid + b"\x01\xa0\x80\x24\x80" + pieces + b"\0\0" * 3
    cms = b"\x30\x80" + oid + b"\x02\xa0\x80\x30\x80\x02\x01\x01\x31\x00" + inner + b"\0\0" * 3
    assert read(f"{HEAD}Content-Type: application/pkcs7-mime\r\n\r\n".encode() + cms).text == "Qui ?"


def test_two_mails_of_one_id_are_told_apart_by_what_they_say() -> None:
    one, two = (read((CASES / f"same_message_id_{name}.eml").read_bytes()) for name in ("one", "two"))
    assert one.key == two.key
    assert one.content != two.content


def test_the_same_mail_by_two_ways_is_the_same() -> None:
    raw = (CASES / "no_message_id_other_photo_a.eml").read_bytes()
    again = read(b"Received: from a\r\nDelivered-To: x@y.example\r\n" + raw)
    other = read((CASES / "no_message_id_other_photo_b.eml").read_bytes())
    assert (again.key, again.content) == (read(raw).key, read(raw).content)
    assert other.key != again.key
