"""What a mail is, from its raw bytes. All mails are our own writing."""

import struct
import tracemalloc
from datetime import UTC, datetime
from email.message import EmailMessage
from email.mime.application import MIMEApplication
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.domain.mail.automatic import Sign
from services.ingest.domain.mail.parsed_mail import Kind, MailEnvelope, ParsedMail, parse_mail
from services.ingest.domain.mime.html_text import html_to_text
from services.ingest.domain.mime.tnef import read_tnef

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
OWN = frozenset({"question@sesame.example", "reponse@sesame.example"})


def read(raw: bytes, envelope: MailEnvelope | None = None) -> ParsedMail:
    return parse_mail(raw, envelope or MailEnvelope("a@mail.example", ("question@sesame.example",)), OWN, NOW)


def written(body: str = "Où était le moulin ?", **headers: str) -> bytes:
    mail = EmailMessage()
    given_headers = {
        "From": "Ada <Ada@Mail.example>",
        "To": "question@sesame.example",
        "Subject": "Un moulin",
    }
    for name, value in (
        given_headers | {name.replace("_", "-"): text for name, text in headers.items()}
    ).items():
        if value:
            mail[name] = value
    mail.set_content(body)
    return bytes(mail)


def test_a_plain_mail_is_read() -> None:
    mail = read(written(Message_ID="<1@mail.example>", Date="Wed, 04 Mar 2026 10:00:00 +0100"))
    assert (mail.kind, mail.sender, mail.sender_name, mail.subject) == (
        Kind.WRITTEN,
        "ada@mail.example",
        "Ada",
        "Un moulin",
    )
    assert (mail.key, mail.text, mail.sent_at) == (
        "<1@mail.example>",
        "Où était le moulin ?",
        datetime(2026, 3, 4, 9, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    "charset", ["utf-8", "iso-8859-15", "windows-1252", "x-no-such-charset", "", "utf-16", "us-ascii"]
)
def test_no_charset_stops_a_mail(charset: str) -> None:
    declared = f'; charset="{charset}"' if charset else ""
    raw = f"From: a@b.example\nSubject: q\nContent-Type: text/plain{declared}\n\n".encode()
    known = charset if charset in ("iso-8859-15", "windows-1252", "utf-16") else "utf-8"
    assert "Où" in read(raw + "Où était le moulin ?".encode(known)).text


def test_a_latin_mail_that_claims_to_be_utf8_is_still_read() -> None:
    raw = b"From: a@b.example\nSubject: q\nContent-Type: text/plain; charset=utf-8\n\nO\xf9 est la carte ?"
    assert read(raw).text == "Où est la carte ?"


def test_headers_with_raw_bytes_and_broken_encoded_words_are_read() -> None:
    raw = "From: =?utf-8?q?Ad=C3=A9la=C3=AFde?= <a@b.example>\nSubject: Où ? =?utf-8?b?broken".encode()
    mail = read(raw + b"\n\nq")
    assert (mail.sender_name, mail.subject[:4]) == ("Adélaïde", "Où ?")


def test_html_only_mail_becomes_text() -> None:
    html = b"<p>Une <b>carte</b></p><script>x()</script>"
    assert read(b"From: a@b.example\nSubject: q\nContent-Type: text/html\n\n" + html).text == "Une carte"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p title='a > b' class=x>un<br/>deux</p", "un\ndeux"),
        ("a <b et c < d &lt;e&gt; &amp; &#233;", "a"),
        ("1 < 2 &amp;&#32;&eacute;&#x" + "f" * 5000 + ";", "1 < 2 & é\ufffd"),
        ("<script>if (a<b) { '<style>' }</SCRIPT>reste<style/>ici", "resteici"),
        ("<!-- <p>non</p> --><![if !mso]>oui<![endif]><?xml x?>", "oui"),
        ("<A HREF = 'http://a.example/?b=1&amp;c'>ici</A>", "ici <http://a.example/?b=1&c>"),
        (
            '<a title="x > href=y" href=http://a.example/x>http://a.example/x </a>fin',
            "http://a.example/x fin",
        ),
        ("<p>avant<!-- jamais ferm\u00e9 <p>apr\u00e8s", "avant"),
    ],
)
def test_broken_markup_is_read_as_a_browser_shows_it(html: str, text: str) -> None:
    assert html_to_text(html) == text


def test_attachments_keep_their_names_and_lose_their_paths() -> None:
    mail = MIMEMultipart()
    mail["From"], mail["Subject"] = "a@b.example", "q"
    mail.attach(MIMEText("Voici la photo."))
    photo = MIMEApplication(b"\x89PNG", "png")
    photo.add_header("Content-Disposition", "attachment", filename="../../été.png")
    mail.attach(photo)
    parsed = read(mail.as_bytes())
    assert parsed.text == "Voici la photo."
    assert [(one.name, one.content) for one in parsed.attachments] == [("_.._été.png", b"\x89PNG")]


def tnef(*attributes: tuple[int, bytes]) -> bytes:
    parts = [struct.pack("<BHHI", 1, kind, 1, len(data)) + data + b"\0\0" for kind, data in attributes]
    return struct.pack("<IH", 0x223E9F78, 1) + b"".join(parts)


def test_winmail_dat_is_opened() -> None:
    mail = MIMEMultipart()
    mail["From"], mail["Subject"] = "a@b.example", "q"
    content = tnef((0x800C, b"Une carte ?\0"), (0x9002, b"x"), (0x8010, b"plan.pdf\0"), (0x800F, b"%PDF"))
    mail.attach(MIMEApplication(content, "ms-tnef", name="winmail.dat"))
    parsed = read(mail.as_bytes())
    assert (parsed.text, parsed.attachments[0].name, parsed.attachments[0].content) == (
        "Une carte ?",
        "plan.pdf",
        b"%PDF",
    )


@pytest.mark.parametrize("values", [0, 1, 2**32 - 1])
@pytest.mark.parametrize("length", [0, 60_000, 2**32 - 1])
def test_winmail_dat_takes_no_more_room_than_it_has(values: int, length: int) -> None:
    """Each of its thousand properties says that all that follows is its own."""
    properties = b"".join(
        struct.pack("<HHII", 0x0102, 0x1000 + number, values, length) for number in range(1000)
    )
    content = tnef((0x9003, struct.pack("<I", 1000) + properties + b"x" * 60_000))
    tracemalloc.start()
    read_tnef(content)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * len(content)


def test_winmail_dat_gives_its_html() -> None:
    html = b"<p>Une carte ?</p>\0\0"
    properties = struct.pack("<IHHIHHII", 2, 0x0003, 0x0E07, 5, 0x0102, 0x1013, 1, len(html)) + html
    assert read_tnef(tnef((0x9003, properties))).html == "<p>Une carte ?</p>"


@given(st.binary(max_size=200))
def test_a_broken_winmail_dat_is_kept_as_a_file(noise: bytes) -> None:
    mail = MIMEMultipart()
    mail["From"], mail["Subject"] = "a@b.example", "q"
    mail.attach(MIMEApplication(struct.pack("<IH", 0x223E9F78, 1) + noise, "ms-tnef"))
    assert read(mail.as_bytes()).kind is Kind.WRITTEN


def test_a_mail_without_message_id_has_the_same_key_by_two_ways() -> None:
    raw = written(Date="Wed, 04 Mar 2026 10:00:00 +0100")
    again = b"Received: from elsewhere\n" + raw
    assert read(raw).key == read(again).key != read(written("Autre question")).key


@pytest.mark.parametrize(
    "date",
    ["Tue, 1 Jan 3000 00:00:00 +0000", "not a date", "Thu, 99 Foo 2026 99:99:99", "1 Jan 1970 00:00:00 GMT"],
)
def test_a_date_not_to_be_believed_is_left_out(date: str) -> None:
    assert read(written(Date=date)).sent_at is None


def test_encrypted_mail_is_told_from_signed_mail() -> None:
    head = b"From: a@b.example\nSubject: q\nMIME-Version: 1.0\nContent-Type: "
    encrypted = (
        head + b'multipart/encrypted; boundary="b"\n\n--b\nContent-Type: application/pgp-encrypted\n\n--b--\n'
    )
    signed = (
        head
        + b'multipart/signed; boundary="b"\n\n--b\n\nUne carte ?\n'
        + b"--b\nContent-Type: application/pgp-signature\n\nx\n--b--\n"
    )
    smime = head + b"application/pkcs7-mime; smime-type=enveloped-data\n\nAAAA"
    assert [read(raw).kind for raw in (encrypted, signed, smime)] == [
        Kind.ENCRYPTED,
        Kind.WRITTEN,
        Kind.ENCRYPTED,
    ]
    assert (read(signed).text, read(signed).attachments) == ("Une carte ?", ())


def test_a_forwarded_mail_is_read_with_what_it_forwards() -> None:
    inner = EmailMessage()
    inner["From"], inner["Subject"] = "asker@mail.example", "Moulin"
    inner.set_content("Où était le moulin ?")
    outer = EmailMessage()
    outer["From"], outer["Subject"] = "desk@bib.example", "TR: Moulin"
    outer.set_content("Pour vous.")
    outer.add_attachment(inner)
    assert read(bytes(outer)).text == "Pour vous.\n\nOù était le moulin ?"


def test_a_forward_in_the_text_is_not_taken_for_a_quote() -> None:
    forwarded = "---------- Forwarded message ---------\nFrom: Ada <a@b.example>\nSubject: M\n\nOù était-il ?"
    body = f"Pour vous.\n\n{forwarded}"
    assert "Où était-il ?" in read(written(body, Subject="Fwd: Moulin")).text


def test_nothing_of_a_mail_is_cut_where_it_is_read() -> None:
    body = "À Grigny.\n\nLe 3 juin 2025 à 10:12, R <q@r.example> a écrit :\n> Où ?"
    assert read(written(body, In_Reply_To="<0@sesame.example>")).text == body


AUTOMATIC = {
    "rfc 3834": {"Auto-Submitted": "auto-replied; owner-email=x"},
    "read receipt": {"Content-Type": "multipart/report; report-type=disposition-notification; boundary=b"},
    "nobody's": {"Return-Path": "<>"},
}
LIKE_ONE = {
    "precedence": {"Precedence": "Auto_Reply"},
    "list": {"Precedence": "list"},
    "x-autoreply": {"X-Autoreply": "yes"},
    "french absence": {"Subject": "Réponse automatique : Un moulin"},
    "english absence": {"Subject": "Out of Office Re: Un moulin"},
    "german absence": {"Subject": "Abwesenheitsnotiz: Un moulin"},
    "dutch absence": {"Subject": "Automatisch antwoord: molen"},
    "italian absence": {"Subject": "Risposta automatica: mulino"},
    "spanish absence": {"Subject": "Respuesta automática: molino"},
    "portuguese absence": {"Subject": "Resposta automática: moinho"},
    "notes": {"Subject": "AUTO: Ada est absente (retour 08/12)"},
    "ticket": {"Subject": "[GLPI #0004711] Nouveau ticket"},
    "receipt": {"Subject": "Accusé de réception"},
    "challenge": {"Subject": "Please confirm your message"},
    "gateway": {"Subject": "Undeliverable: Un moulin"},
    "robot": {"From": "no-reply@shop.example"},
    "list id": {"List-Id": "<q.univ.example>"},
    "our address": {"From": "reponse+abc@sesame.example"},
}


@pytest.mark.parametrize("headers", AUTOMATIC.values(), ids=AUTOMATIC.keys())
def test_what_proves_a_machine_is_automatic(headers: dict[str, str]) -> None:
    assert read(with_headers(headers)).kind is Kind.AUTOMATIC


@pytest.mark.parametrize("headers", LIKE_ONE.values(), ids=LIKE_ONE.keys())
def test_what_only_looks_like_a_machine_is_not_called_one(headers: dict[str, str]) -> None:
    mail = read(with_headers(headers))
    assert (mail.kind, bool(mail.signs)) == (Kind.WRITTEN, True)


@pytest.mark.parametrize("header", ["X-Auto-Response-Suppress: All", "Importance: high", "X-Mailer: GLPI"])
def test_what_programs_add_to_a_persons_mail_is_no_sign(header: str) -> None:
    name, value = header.split(": ")
    assert read(with_headers({name: value})).signs == {}


def with_headers(headers: dict[str, str]) -> bytes:
    lines = {"From": "a@b.example", "Subject": "Un moulin"} | headers
    return ("".join(f"{name}: {value}\n" for name, value in lines.items()) + "\nJe suis absente.").encode()


@pytest.mark.parametrize(
    "subject",
    [
        *(
            "Reponse automatique : Question",
            "ACCUSE DE RECEPTION",
            "Odpowiedź automatyczna: x",
        ),
        *("自動返信: x", "自动回复: x", "رد تلقائي: x", "מענה אוטומטי: x", "Автоматический ответ: x"),
    ],
)
def test_a_machines_subject_is_a_sign_in_every_language_and_without_accents(subject: str) -> None:
    assert Sign.SUBJECT in read(written(Subject=subject)).signs


@pytest.mark.parametrize(
    "subject", ["Les congés payés en 1936", "Absence de neige en 1964", "Re: automatic looms of Jacquard"]
)
def test_a_question_about_absence_is_still_a_question(subject: str) -> None:
    mail = read(written(Subject=subject, Auto_Submitted="no"))
    assert (mail.kind, mail.signs) == (Kind.WRITTEN, {})


def test_mail_from_nobody_is_automatic() -> None:
    assert read(written(), MailEnvelope("", ())).kind is Kind.AUTOMATIC


def test_our_own_mail_coming_back_is_seen() -> None:
    assert read(written(X_Sesame="acknowledgement")).kind is Kind.OURS


def bounce(status: str, diagnostic: str = "550 no such\n mailbox") -> bytes:
    return (
        "Return-Path: <>\nFrom: MAILER-DAEMON@mx.example\nSubject: Undelivered Mail Returned to Sender\n"
        'MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        "--b\nContent-Type: text/plain\n\nSorry, <other@elsewhere.example>\n"
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n"
        f"Final-Recipient: rfc822; Gone@Mail.example\nAction: failed\nStatus: {status}\n"
        f"Diagnostic-Code: smtp; {diagnostic}\n--b--\n"
    ).encode()


def test_a_bounce_says_whom_it_speaks_of_and_why() -> None:
    mail = read(bounce("5.1.1"))
    assert mail.kind is Kind.BOUNCE
    assert mail.bounce is not None
    (failure,) = mail.bounce.failures
    assert (failure.recipient, failure.status, failure.permanent) == ("gone@mail.example", "5.1.1", True)


@pytest.mark.parametrize("status", ["4.4.1", "unknown"])
def test_only_a_status_that_says_so_is_a_permanent_failure(status: str) -> None:
    mail = read(bounce(status))
    assert mail.bounce is not None
    assert not any(failure.permanent for failure in mail.bounce.failures)


@pytest.mark.parametrize(
    ("status", "diagnostic", "permanent"),
    [
        ("5.0.0", "550 User unknown", True),
        ("5.0.0", "550 <gone@mail.example>: Adresse inconnue", True),
        ("5.0.0", "550 rejected", False),
        ("5.0.0", "552 Mailbox full", False),
        ("5.0.0", "450 User unknown in table, try again", False),
        ("5.1.1", "550 5.1.1 User unknown in virtual mailbox table", True),
        ("5.1.1", "550 <full.quota@mail.example> does not exist", True),
        ("5.1.1", "550 RCPT TO:<gone@mail.example> max message size exceeded", False),
        ("5.1.1", "550 5.1.1 Recipient address rejected: quota exceeded", False),
        ("5.1.1", "553 sorry, your envelope sender is in my badmailfrom list", False),
        ("5.1.1", "550 Message rejected as spam", False),
        ("5.1.1", "554 Message trop volumineux", False),
        ("5.0.0", "550 Client host rejected: reverse of your IP address not found", False),
        ("5.0.0", "550 Reverse lookup failed, address not found", False),
        ("5.0.0", "550 Return address does not exist", False),
        ("5.0.0", "550 HELO invalid address literal", False),
        ("5.0.0", "550 Your account is unknown here", False),
        ("5.0.0", "550 Callback to mail from: invalid address", False),
        ("5.0.0", "550 The sending account does not exist", False),
        ("5.0.0", "550 envelope-from: account unknown to us", False),
        ("5.0.0", "553 your mail address ada@lib.example does not exist, verify failed", False),
        ("5.0.0", "550 Recipient unknown or mail rejected for content", False),
        ("5.0.0", "550 Authentication failed: invalid user", False),
        ("5.0.0", "550 <ask@lib.example>: Sender address rejected: User unknown in local table", False),
        ("5.0.0", "550 Votre adresse est inconnue", False),
        ("5.0.0", "550 <ask@lib.example> unknown", False),
        ("5.0.0", "550 unknown host", False),
        ("5.0.0", "550 User gone@mail.example does not exist. Contact your administrator.", True),
        ("5.0.0", "550 User unknown, ask your mail server administrator", True),
        ("5.0.0", "550 Your message was not taken: no such user", True),
        ("5.0.0", "550 your e-mail address is no valid user: user unknown", False),
        ("5.0.0", "550 user unknown: your sending domain", False),
        ("5.0.0", "550 gone@mail.example: account not found", True),
        ("5.0.0", "550 The mailbox of gone@mail.example does not exist", True),
        ("5.0.0", "550 Le destinataire n'existe pas", True),
        ("5.0.0", "550 Benutzer unbekannt", True),
        ("5.0.0", "550 User unknown in relay recipient table", True),
        (
            "5.1.1",
            "550 5.1.1 <a@b.fr>: Recipient address rejected: User unknown in relay recipient table",
            True,
        ),
        ("5.1.1", "550 5.1.1 <gone@mail.example>: host relay.asso.fr said: no such user", True),
        ("5.1.1", "550 5.1.1 <gone@mail.example> does not exist; message returned to sender", True),
        ("5.1.1", "550 sorry, no mailbox here by that name - try again after checking the spelling", True),
        ("5.1.1", "550 5.1.1 No such user. Refused by policy.", True),
        ("5.1.1", "550 5.1.1 User unknown or mailbox full", False),
        ("5.1.1", "550 5.1.1 gone@mail.example: relaying denied", False),
        ("5.1.1", "550 5.1.1 Client host rejected: no PTR", False),
        ("5.1.1", "550 5.1.1 <ask@lib.example>: Sender address rejected: User unknown", False),
    ],
)
def test_words_of_a_server_weigh_against_its_status(status: str, diagnostic: str, permanent: bool) -> None:
    mail = read(bounce(status, diagnostic))
    assert mail.bounce is not None
    assert mail.bounce.failures[0].permanent is permanent


def test_a_bounce_in_a_servers_own_words_is_seen() -> None:
    head = b"Return-Path: <>\nFrom: Mailer-Daemon@mx.example\nSubject: Mail delivery failed\n\n"
    mail = read(head + b"Could not reach <gone@mail.example>")
    assert mail.bounce is not None
    assert mail.bounce.recipients == ("gone@mail.example",)


@pytest.mark.parametrize(
    "raw", [b"", b"\x00\xff\xfe", b"Subject: q\n\nno sender", b"From: nobody\n\nx", b"From: a@b.example\n\n"]
)
def test_what_can_not_be_understood_says_so(raw: bytes) -> None:
    mail = read(raw)
    assert mail.kind is Kind.UNREADABLE
    assert mail.why


@given(st.binary(max_size=400))
def test_no_bytes_make_the_parser_fail(noise: bytes) -> None:
    read(noise)
    read(b"From: a@b.example\nContent-Type: multipart/mixed; boundary=b\n\n--b\n" + noise)


@given(
    st.lists(
        st.sampled_from(
            [
                *(
                    "From: a@b.example",
                    "Subject: =?utf-8?b?4pyT?=",
                    "Subject: =?x?q?=FF?=",
                    "To: ,,<>,a@",
                    "Date: x",
                ),
                *(
                    "Content-Type: text/html; charset=nope",
                    "Content-Type: multipart/report; boundary=b",
                    "--b",
                    "--b--",
                ),
                *(
                    "Content-Transfer-Encoding: base64",
                    "Content-Transfer-Encoding: x-uuencode",
                    "",
                    "begin 644 f",
                    "?!é",
                ),
                *(
                    "Content-Disposition: attachment; filename*=utf-8''%FF",
                    "Content-Type: message/rfc822",
                    " folded",
                ),
                *(
                    "Message-ID: <<>>",
                    "References: <a@b> <c",
                    "Content-Type: text/plain; format=flowed; delsp=yes",
                ),
            ]
        ),
        max_size=25,
    )
)
def test_no_mix_of_headers_makes_the_parser_fail(lines: list[str]) -> None:
    read("\n".join(lines).encode())


def test_a_mail_broken_on_the_way_is_no_question_of_its_subject_alone() -> None:
    raw = b"From: scan@copieur.example\nSubject: page 1\nContent-Type: multipart/mixed\n\n--lost\n\x00\xff\n"
    mail = parse_mail(
        raw, MailEnvelope("scan@copieur.example"), frozenset(), datetime(2026, 11, 20, tzinfo=UTC)
    )
    assert mail.kind is Kind.UNREADABLE
    assert "broken" in mail.why
