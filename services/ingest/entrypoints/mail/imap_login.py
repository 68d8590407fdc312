"""How a mailbox lets us in: a password, or a token that a program or a file has (Microsoft 365, Google)."""

from __future__ import annotations

import base64
import imaplib
import re
import shlex
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

TOKEN_SECONDS = 30.0
LOGIN_TAG = b"LOGIN1"
PRINTABLE = re.compile(r"[\x20-\x7e]+|[^\x20-\x7e]+")


class NoToken(ConnectionError):
    """No token could be had, and why: tried again later, as a server that is away."""


@dataclass(frozen=True, slots=True)
class TokenSource:
    """Where a bearer token comes from, anew for each connection: they live an hour or so. One of the two."""

    command: str = ""
    file: Path | None = None

    def token(self) -> str:
        """Blocks. Raises NoToken, which never holds what the program wrote to its output."""
        token = self._of_file(self.file) if self.file else self._of_command()
        if not token or not token.isascii() or len(token.split()) != 1:
            raise NoToken(f"{self}: no token came, but {len(token)} characters that are none")
        return token

    def __str__(self) -> str:
        return f"token file {self.file}" if self.file else f"token command {shlex.split(self.command)[0]}"

    def _of_file(self, file: Path) -> str:
        try:
            return file.read_text("utf-8").strip()
        except (OSError, UnicodeError) as error:
            raise NoToken(f"{self}: {type(error).__name__}") from error

    def _of_command(self) -> str:
        try:
            ended = subprocess.run(
                shlex.split(self.command), capture_output=True, timeout=TOKEN_SECONDS, check=False
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise NoToken(f"{self}: {type(error).__name__}") from error
        if ended.returncode:
            said = ended.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
            raise NoToken(f"{self} ended with status {ended.returncode}: {''.join(said)[:200]}")
        return ended.stdout.decode("utf-8", "replace").strip()


@dataclass(frozen=True, slots=True)
class Credentials:
    user: str
    password: str = field(default="", repr=False)
    token: TokenSource | None = None


def let_in(client: imaplib.IMAP4, given: Credentials) -> None:
    """Raises imaplib's error where the server says no, and NoToken."""
    if given.token is not None:
        _by_token(client, given.user, given.token.token())
    elif "AUTH=PLAIN" in client.capabilities:
        said = f"\0{given.user}\0{given.password}".encode()
        client.authenticate("PLAIN", lambda _challenge: said)
    else:
        _by_login(client, given.user, given.password)


def _by_token(client: imaplib.IMAP4, user: str, token: str) -> None:
    """XOAUTH2, as Microsoft and Google describe it. A refusal comes as a challenge, to be answered empty."""
    answers = iter((f"user={user}\x01auth=Bearer {token}\x01\x01".encode(),))
    client.authenticate("XOAUTH2", lambda _challenge: next(answers, b""))


def _by_login(client: imaplib.IMAP4, user: str, password: str) -> None:
    """Both as literals: they may hold any letter (RFC 9051, 4.3), where `imaplib` takes ASCII alone."""
    client.send(LOGIN_TAG + b" LOGIN")
    for said in (user.encode(), password.encode()):
        client.send(b" {%d}\r\n" % len(said))
        _until(client, b"+")
        client.send(said)
    client.send(b"\r\n")
    _until(client, LOGIN_TAG + b" OK")
    client.state = "AUTH"


def _until(client: imaplib.IMAP4, wanted: bytes) -> None:
    """What is told meanwhile concerns nobody yet."""
    while not (line := client.readline()).startswith(wanted):
        if not line.startswith(b"*"):
            raise imaplib.IMAP4.error(line.decode("utf-8", "replace").strip())


def folder_name(folder: str) -> str:
    """As IMAP4rev1 has folders' names: quoted, in modified UTF-7 (RFC 3501, 5.1.3)."""
    written = "".join(
        piece.replace("&", "&-") if piece.isascii() and piece.isprintable() else _shifted(piece)
        for piece in PRINTABLE.findall(folder)
    )
    return '"' + written.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _shifted(letters: str) -> str:
    encoded = base64.b64encode(letters.encode("utf-16-be")).decode()
    return f"&{encoded.rstrip('=').replace('/', ',')}-"
