"""Files that only the holder of a key can read: age, whose format other programs read too."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, TypeAlias, cast

import pyrage

from operations.errors import OperationError

if TYPE_CHECKING:
    from io import BufferedIOBase

Recipient: TypeAlias = pyrage.x25519.Recipient | pyrage.ssh.Recipient
Identity: TypeAlias = pyrage.x25519.Identity | pyrage.ssh.Identity

BLOCK = 1 << 20


def recipients_of(texts: Iterable[str]) -> list[Recipient]:
    """`age1…` keys, or the line of an SSH public key (ed25519, RSA)."""
    return [_recipient(text.strip()) for text in texts if text.strip()]


def _recipient(text: str) -> Recipient:
    kind = pyrage.ssh.Recipient if text.startswith("ssh-") else pyrage.x25519.Recipient
    try:
        return kind.from_str(text)
    except pyrage.RecipientError as error:
        raise OperationError(
            f"recipient {text[:24]!r}: {error}; an age key is wanted (age1…), as `backup-key` makes one"
        ) from error


def identities_of(text: str) -> list[Identity]:
    """A file as age-keygen writes it, or an SSH private key."""
    try:
        if "PRIVATE KEY-----" in text:
            return [pyrage.ssh.Identity.from_buffer(text.encode())]
        lines = (line.strip() for line in text.splitlines())
        return [pyrage.x25519.Identity.from_str(line) for line in lines if line and not line.startswith("#")]
    except pyrage.IdentityError as error:
        said = f"the identity can't be read: {error}; a line AGE-SECRET-KEY-1… is wanted"
        raise OperationError(said) from error


def new_key() -> tuple[str, str]:
    """The secret half, and the recipient."""
    identity = pyrage.x25519.Identity.generate()
    return str(identity), str(identity.to_public())


def seal(plain: IO[bytes], sealed: Path, recipients: Sequence[Recipient]) -> None:
    """Reads `plain` to its end, in blocks; blocks the caller as long."""
    with sealed.open("xb") as out:
        pyrage.encrypt_io(cast("BufferedIOBase", plain), out, recipients)


def unseal(sealed: Path, plain: IO[bytes], identities: Sequence[Identity]) -> None:
    try:
        with sealed.open("rb") as source:
            pyrage.decrypt_io(source, cast("BufferedIOBase", plain), identities)
    except pyrage.DecryptError as error:
        raise OperationError(f"{sealed}: {error}; is the identity the one of its recipient?") from error


def digest(path: Path) -> str:
    """SHA-256, in hexadecimal."""
    whole = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            whole.update(block)
    return whole.hexdigest()
