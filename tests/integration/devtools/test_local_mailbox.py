from email.message import EmailMessage
from pathlib import Path

import aiosmtplib

from devtools.servers.mailbox import running_mailbox
from devtools.servers.ports import LOOPBACK
from operations.mailbox import Mail, Mailbox


def letter(subject: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "reply@sesame.example", "ada@mail.example", subject
    message.set_content("Réponse : oui.\n")
    return message


async def send(mailbox: Mailbox, message: EmailMessage) -> None:
    await aiosmtplib.send(message, hostname=LOOPBACK, port=mailbox.port, start_tls=False)


async def test_each_mail_becomes_a_file_named_by_order_recipient_and_subject(tmp_path: Path) -> None:
    async with running_mailbox(tmp_path) as mailbox:
        await send(mailbox, letter("Où naît la Loire ?"))
        await send(mailbox, letter("../../etc/passwd"))
    assert names(tmp_path) == [
        "00001-ada@mail.example-Ou_nait_la_Loire.eml",
        "00002-ada@mail.example-.._.._etc_passwd.eml",
    ]


async def test_a_folder_with_mails_goes_on_counting(tmp_path: Path) -> None:
    for _ in range(2):
        async with running_mailbox(tmp_path) as mailbox:
            await send(mailbox, letter("Again"))
    assert names(tmp_path) == ["00001-ada@mail.example-Again.eml", "00002-ada@mail.example-Again.eml"]


async def test_the_listener_gets_each_mail_once_it_is_in_its_file(tmp_path: Path) -> None:
    heard: list[tuple[str, tuple[str, ...], bool]] = []

    def listen(mail: Mail) -> None:
        heard.append((mail.message["Subject"], mail.recipients, mail.path.exists()))

    async with running_mailbox(tmp_path, listen) as mailbox:
        await send(mailbox, letter("Où ?"))
    assert heard == [("Où ?", ("ada@mail.example",), True)]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())
