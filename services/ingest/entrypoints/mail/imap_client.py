"""A mailbox by IMAP, as far as reading new mail needs it. Blocks: call it in a thread."""

from __future__ import annotations

import imaplib
import re
import select
import socket
import ssl
from collections.abc import Sequence
from contextlib import suppress
from time import monotonic

from services.ingest.entrypoints.mail.imap_login import (
    Credentials,
    NoToken,
    TokenSource,
    folder_name,
    let_in,
)
from services.ingest.settings import MailboxAddress

TIMEOUT_SECONDS = 60.0
IDLE_TAG = b"IDLE1"
UID_VALIDITY = "UIDVALIDITY"
SIZE = re.compile(rb"RFC822\.SIZE (\d{1,20})", re.IGNORECASE)


class ImapError(ConnectionError):
    """The server said no, or something that is no IMAP: try again later."""


class Mailbox:
    """One connection, one selected folder."""

    def __init__(self, address: MailboxAddress) -> None:
        self._client = _connect(address)
        try:
            let_in(self._client, credentials_of(address))
            self._ok(self._client.select(folder_name(address.folder)))
            self.validity = self._validity()
        except (imaplib.IMAP4.error, ImapError, NoToken) as error:
            self.hang_up()
            raise ImapError(str(error)) from error
        self.idles = "IDLE" in self._client.capabilities

    def _validity(self) -> int:
        """Of the folder as it was selected; `imaplib` tells it once."""
        _, values = self._client.response(UID_VALIDITY)
        found = values[0] if values else None
        if not isinstance(found, bytes):
            raise ImapError(f"the server tells no {UID_VALIDITY}: no cursor could be kept")
        return int(found)

    def uids(self, criteria: str) -> list[int]:
        """Ascending. `criteria` as in RFC 9051, 6.4.4: `UNSEEN`, `UID 12:*`."""
        found = self._uid("SEARCH", criteria)
        words = found[0].split() if found and isinstance(found[0], bytes) else []
        return sorted(int(word) for word in words)

    def size(self, uid: int) -> int | None:
        """Bytes of the raw mail; None when it has gone meanwhile."""
        for part in self._uid("FETCH", str(uid), "(RFC822.SIZE)"):
            if isinstance(part, bytes) and (found := SIZE.search(part)):
                return int(found[1])
        return None

    def fetch(self, uid: int) -> bytes | None:
        """The raw mail, left unseen; None when it has gone meanwhile."""
        return self._section(uid, "BODY.PEEK[]")

    def fetch_headers(self, uid: int, most: int) -> bytes | None:
        """Its first `most` bytes of headers."""
        return self._section(uid, f"BODY.PEEK[HEADER]<0.{most}>")

    def _section(self, uid: int, section: str) -> bytes | None:
        for part in self._uid("FETCH", str(uid), f"({section})"):
            if isinstance(part, tuple) and isinstance(part[1], bytes):
                return part[1]
        return None

    def mark_seen(self, uid: int) -> None:
        self._uid("STORE", str(uid), "+FLAGS.SILENT", r"(\Seen)")

    def wait(self, seconds: float) -> None:
        """Until the server tells of something, or the time is up. Without IDLE it is only the time."""
        if not self.idles:
            self._is_readable(seconds)
            self._ok(self._client.noop())
            return
        self._client.send(IDLE_TAG + b" IDLE\r\n")
        self._receive_until(b"EXISTS", seconds)
        self._client.send(b"DONE\r\n")
        if not self._receive_until(IDLE_TAG, TIMEOUT_SECONDS):
            raise ImapError("the server does not end IDLE")

    def hang_up(self) -> None:
        """Whoever waits in another thread hears of it at once."""
        with suppress(OSError):
            self._client.socket().shutdown(socket.SHUT_RDWR)
        self._client.shutdown()

    def _receive_until(self, wanted: bytes, seconds: float) -> bool:
        """Straight from the socket: what a buffer holds, `select` would not see."""
        ends, heard = monotonic() + seconds, b""
        while wanted not in heard or not heard.endswith(b"\n"):
            if not self._is_readable(ends - monotonic()):
                return False
            piece = self._client.socket().recv(65536)
            if not piece:
                raise ImapError("the server hung up")
            heard += piece
        return True

    def _is_readable(self, seconds: float) -> bool:
        connection = self._client.socket()
        if isinstance(connection, ssl.SSLSocket) and connection.pending():
            return True
        return seconds > 0 and bool(select.select([connection], [], [], seconds)[0])

    def _uid(self, command: str, *arguments: str) -> Sequence[object]:
        try:
            return self._ok(self._client.uid(command, *arguments))
        except imaplib.IMAP4.error as error:
            raise ImapError(f"{command}: {error}") from error

    def _ok(self, answer: tuple[str, Sequence[object]]) -> Sequence[object]:
        if answer[0] != "OK":
            raise ImapError(f"{answer[0]}: {answer[1]!r}")
        return answer[1]


def _connect(address: MailboxAddress) -> imaplib.IMAP4:
    if address.tls:
        context = ssl.create_default_context()
        return imaplib.IMAP4_SSL(address.host, address.port, ssl_context=context, timeout=TIMEOUT_SECONDS)
    return imaplib.IMAP4(address.host, address.port, timeout=TIMEOUT_SECONDS)


def credentials_of(address: MailboxAddress) -> Credentials:
    by_token = bool(address.token_command or address.token_file)
    token = TokenSource(address.token_command, address.token_file) if by_token else None
    return Credentials(address.user, address.password, token)
