"""A mail as it is kept when its files were: each stands in it by its digest, not once more in base64."""

from __future__ import annotations

import binascii
import hashlib
import re
from collections.abc import Collection

LINES = re.compile(
    rb"(?m)^(?:[A-Za-z0-9+/]{16,998}={0,2}\r?\n){20,}+(?:[A-Za-z0-9+/]{1,998}={0,2}(?:\r?\n|\Z))?"
)
"""A block of base64 worth taking out: twenty lines at least (RFC 2045, 6.8), and its last, shorter one."""


def without_files(raw: bytes, files: Collection[bytes]) -> bytes:
    """The mail, with the name of its digest in place of each of these files. What is encoded in another way
    stays as it came, as does all the rest."""
    digests = {hashlib.sha256(file).digest() for file in files}
    return LINES.sub(lambda block: _named(block, digests), raw) if digests else raw


def _named(block: re.Match[bytes], digests: Collection[bytes]) -> bytes:
    try:
        digest = hashlib.sha256(binascii.a2b_base64(block[0])).digest()
    except binascii.Error:
        return block[0]
    return b"kept as a file, SHA-256 %s\r\n" % digest.hex().encode() if digest in digests else block[0]
