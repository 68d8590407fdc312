"""Mails kept as files that any mail program opens, for installations that are tried out."""

import asyncio
import email
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.policy import default
from functools import cached_property
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

MAX_BYTES = 50_000_000
LONGEST_WORDS = 60

_HEADERS = BytesHeaderParser(policy=default)


@dataclass(frozen=True)
class Mail:
    """`sender` and `recipients` of the envelope, `content` and `message` as in the file."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes
    path: Path

    @cached_property
    def message(self) -> EmailMessage:
        return email.message_from_bytes(self.content, policy=default)


Listener = Callable[[Mail], None]
"""Called once a mail is in its file; must neither block nor raise."""


class Mailbox:
    """Files are called `<number>-<recipient>-<subject>.eml`: a listing of the folder reads like a journal."""

    def __init__(self, folder: Path, port: int, listener: Listener | None) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # letters are private
        self.folder = folder
        self.port = port
        self._listener = listener
        self._count = sum(1 for _ in folder.glob("*.eml"))

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        """aiosmtpd calls this per mail; what it returns goes to the sender."""
        content = envelope.original_content or b""
        path = self.folder / self._name(envelope.rcpt_tos, content)
        await asyncio.to_thread(path.write_bytes, content)
        if self._listener is not None:
            self._listener(Mail(envelope.mail_from or "", tuple(envelope.rcpt_tos), content, path))
        return "250 kept"

    def _name(self, recipients: list[str], content: bytes) -> str:
        self._count += 1
        subject = _HEADERS.parsebytes(content).get("Subject", "")
        words = [_file_words(text) for text in (*recipients[:1], subject)]
        return "-".join([f"{self._count:05}", *filter(None, words)]) + ".eml"


def _file_words(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9@.]+", "_", plain).strip("_")[:LONGEST_WORDS]
