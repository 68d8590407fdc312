"""The mail inside an opaque S/MIME signature (RFC 8551, 3.5.2): signed is not encrypted, it is only wrapped.

Whether the signature is right is nobody's question here. The wrapping is CMS (RFC 5652) in BER: as much of it
is read as leads to the content.
"""

from email import message_from_bytes
from email.message import Message
from email.policy import compat32

SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
"""1.2.840.113549.1.7.2"""
DATA = bytes.fromhex("2a864886f70d010701")
SEQUENCE, OID, OCTETS, BUILT_OCTETS, FIRST = 0x30, 0x06, 0x04, 0x24, 0xA0
MOST_PIECES = 100_000
DEEPEST = 20


class _Odd(ValueError):
    """No CMS, or not of the kind that is read here."""


def is_signed(raw: bytes) -> bool:
    try:
        return _content(raw) is not None
    except (_Odd, IndexError):
        return False


def signed_content(raw: bytes) -> Message | None:
    """The mail part that was signed; None for what is encrypted, or nothing of the kind."""
    try:
        content = _content(raw)
    except (_Odd, IndexError):
        return None
    return message_from_bytes(content, policy=compat32)


def _content(raw: bytes) -> bytes:
    """ContentInfo → SignedData → EncapsulatedContentInfo → the octets."""
    reader = _Ber(raw)
    reader.enter(SEQUENCE)
    if reader.take(OID) != SIGNED_DATA:
        raise _Odd("not signed data")
    reader.enter(FIRST)
    reader.enter(SEQUENCE)
    reader.skip()
    reader.skip()
    reader.enter(SEQUENCE)
    if reader.take(OID) != DATA:
        raise _Odd("it is no mail that was signed")
    reader.enter(FIRST)
    return reader.octets()


class _Ber:
    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self._at = 0

    def _head(self) -> tuple[int, int | None]:
        """(tag, length); None where the length is told by an end mark."""
        tag, length = self._raw[self._at], self._raw[self._at + 1]
        self._at += 2
        if tag & 0x1F == 0x1F:
            raise _Odd("a tag of several bytes")
        if length < 0x80:
            return tag, length
        if length == 0x80:
            return tag, None
        count = length & 0x7F
        if count > 4:
            raise _Odd("a length of more than four bytes")
        said = int.from_bytes(self._raw[self._at : self._at + count], "big")
        self._at += count
        return tag, said

    def enter(self, wanted: int) -> None:
        tag, _ = self._head()
        if tag != wanted:
            raise _Odd(f"tag {tag:#x} instead of {wanted:#x}")

    def take(self, wanted: int) -> bytes:
        tag, length = self._head()
        if tag != wanted or length is None:
            raise _Odd(f"tag {tag:#x} instead of {wanted:#x}")
        self._at += length
        return self._raw[self._at - length : self._at]

    def skip(self, depth: int = 0) -> None:
        _, length = self._head()
        if length is not None:
            self._at += length
            return
        if depth > DEEPEST:
            raise _Odd("nested too deep")
        while self._raw[self._at : self._at + 2] != b"\0\0":
            self.skip(depth + 1)
        self._at += 2

    def octets(self) -> bytes:
        """In one piece, or in several (BER allows both)."""
        tag, length = self._head()
        if tag == OCTETS and length is not None:
            return self._raw[self._at : self._at + length]
        if tag != BUILT_OCTETS:
            raise _Odd(f"tag {tag:#x} instead of octets")
        end = len(self._raw) if length is None else self._at + length
        pieces: list[bytes] = []
        while self._at < end and self._raw[self._at : self._at + 2] != b"\0\0" and len(pieces) < MOST_PIECES:
            pieces.append(self.take(OCTETS))
        return b"".join(pieces)
