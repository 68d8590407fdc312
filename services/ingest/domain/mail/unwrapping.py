"""All words in raw bytes, however they were wrapped to travel: for finding a person, not for reading a mail.

No structure is believed: what is held is often held because its structure is broken. Each way of wrapping is
undone wherever it seems to begin, so that a mail in a mail, or a document attached to one, is looked through
too.
"""

from __future__ import annotations

import binascii
import html
import io
import quopri
import re
import zipfile
import zlib
from collections.abc import Iterator

DEEPEST = 4
"""Wrappings in one another: base64 of a document of a mail in a mail."""
LARGEST = 50_000_000
"""Bytes undone of one raw thing at most."""

LINE = re.compile(rb"[A-Za-z0-9+/]{8,}={0,2}|[A-Za-z0-9+/]{1,7}={0,2}$")
SHORT = 8
"""Letters of base64: fewer in a line are its end, or a word."""

ENCODED_WORD = re.compile(rb"=\?[\w-]++\?([bqBQ])\?([^?\s]*+)\?=")
ENCODINGS = ("utf-8", "cp1252", "utf-16")
TAG = re.compile(r"<[^<>]*+>")


def words_in(raw: bytes) -> str:
    """Everything that can be read in it, in any of its wrappings, one after the other."""
    texts = [text for piece in _unwrapped(raw) for text in _read(piece)]
    plain = "\n".join(texts)
    return f"{plain}\n{html.unescape(TAG.sub('', plain))}"


def _unwrapped(raw: bytes) -> Iterator[bytes]:
    left, waiting = LARGEST, [(raw, 0)]
    while waiting and left > 0:
        piece, depth = waiting.pop()
        left -= len(piece)
        yield piece
        if depth < DEEPEST:
            waiting += [(inner, depth + 1) for inner in _inner(piece, left) if inner and inner != piece]


def _inner(piece: bytes, most: int) -> Iterator[bytes]:
    if piece.startswith(b"PK\x03\x04"):
        yield from _members(piece, most)
        return
    if b"=" in piece:
        yield quopri.decodestring(piece)
        yield b" ".join(_word(*found.groups()) for found in ENCODED_WORD.finditer(piece))
    for block in _blocks(piece):
        yield _from_base64(block)


def _blocks(piece: bytes) -> Iterator[bytes]:
    """Lines that follow each other and hold nothing but letters of base64."""
    gathered: list[bytes] = []
    for line in piece.splitlines():
        bare = line.strip()
        if LINE.fullmatch(bare) and (gathered or len(bare) >= SHORT):
            gathered.append(bare)
        elif gathered:
            yield b"".join(gathered)
            gathered = []
    if gathered:
        yield b"".join(gathered)


def _word(how: bytes, text: bytes) -> bytes:
    return _from_base64(text) if how in b"bB" else quopri.decodestring(text, header=True)


def _from_base64(text: bytes) -> bytes:
    bare = re.sub(rb"\s++", b"", text).rstrip(b"=")
    bare = bare[: len(bare) - (len(bare) % 4 == 1)]
    try:
        return binascii.a2b_base64(bare + b"=" * (-len(bare) % 4))
    except binascii.Error:
        return b""


def _members(piece: bytes, most: int) -> Iterator[bytes]:
    """Of a document that is a ZIP file: OpenDocument, Office, EPUB."""
    try:
        with zipfile.ZipFile(io.BytesIO(piece)) as packed:
            for member in packed.infolist():
                if member.file_size > most:
                    continue
                most -= member.file_size
                yield packed.read(member)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, zlib.error):
        return


def _read(piece: bytes) -> Iterator[str]:
    for encoding in ENCODINGS:
        try:
            yield piece.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding == "utf-8":
            return
