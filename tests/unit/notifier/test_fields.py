"""Nobody's words become fields of a mail, or anything but what they are."""

from __future__ import annotations

from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import default
from random import Random

import pytest

from services.notifier.domain.mail.threads import asker_thread
from services.notifier.sending.mail.fields import mailbox, new_message
from tests.support.notifier_outgoing import QUESTION

INJECTED = "=?utf-8?q?a=0D=0ABcc:_evil@x.example=0D=0A=0D=0Abody?="
WORDS = ["Je", "m'intéresse", "à", "l'histoire", "où", "années,", "العربية", "😀", ":", "of", "=?utf-8?q?x?="]


def sent(**fields: str) -> tuple[bytes, EmailMessage]:
    message = new_message()
    for name, value in fields.items():
        message[name.replace("_", "-")] = value
    message.set_content("Voici.", cte="quoted-printable")
    message.add_alternative("<p>Voici.</p>", subtype="html", cte="quoted-printable")
    content = message.as_bytes()
    return content, message_from_bytes(content, policy=default)


def subject_of(content: bytes) -> str:
    head = content.split(b"\r\n\r\n")[0].decode("ascii").replace("\r\n ", " ")
    [line] = [line for line in head.splitlines() if line.startswith("Subject: ")]
    return str(make_header(decode_header(line.removeprefix("Subject: "))))


@pytest.mark.parametrize("name", ["Subject", "References", "In-Reply-To", "To", "From"])
@pytest.mark.parametrize(
    "value", [INJECTED, "a\r\nBcc: b@c.example", "a\u2028Bcc: b@c.example", "a\x85\x0bb"]
)
def test_no_words_write_a_field_or_the_text(name: str, value: str) -> None:
    _, message = sent(**{name: value})
    assert {*message.keys()} == {name, "MIME-Version", "Content-Type"}
    body = message.get_body(("plain",))
    assert body is not None
    assert body.get_content().strip() == "Voici."


def test_a_subject_comes_as_it_was_written() -> None:
    random = Random(17)
    for _ in range(400):
        subject = " ".join(random.choice(WORDS) for _ in range(random.randint(1, 25)))
        content, _ = sent(Subject=subject)
        assert subject_of(content) == subject
        assert max(map(len, content.split(b"\r\n\r\n")[0].splitlines())) <= 78


def test_no_word_is_longer_than_a_line_of_a_mail() -> None:
    words = "a" * 2000
    content, _ = sent(
        Subject=words, From=mailbox(words, "reply@sesame.example"), References=f"<b@c> <{words}>"
    )
    assert subject_of(content) == words
    assert max(map(len, content.split(b"\r\n\r\n")[0].splitlines())) <= 998


def test_nobody_turns_a_subject_round_or_hides_signs_in_it() -> None:
    content, _ = sent(Subject="Re: \u202eexe.tnemucod\u202c\u200b\u2066 fin\xad \U0001f469\u200d\U0001f52c")
    assert subject_of(content) == "Re: exe.tnemucod fin \U0001f469\u200d\U0001f52c"


@pytest.mark.parametrize(
    "name", ["Sésame", ("Bibliothèques, musées et archives de l’agglomération " * 3).strip(), "A <c@d>; B"]
)
def test_a_network_has_its_name_beside_its_address(name: str) -> None:
    told, _, address = mailbox(name, "reply@sesame.example").rpartition(" ")
    assert str(make_header(decode_header(told))).strip('"') == name
    assert address == "<reply@sesame.example>"


def test_a_message_that_cannot_be_named_begins_no_thread() -> None:
    for asked_by in ("<é@x.example>", "<a b@x.example>", INJECTED, "<>", f"<{'a' * 998}@x>"):
        assert len(asker_thread(QUESTION, QUESTION, asked_by, "sesame.example").parents) == 1
