"""The parts of a mail as bytes: their content, their names, a mail in a mail."""

import re
from email.generator import BytesGenerator
from email.message import Message
from email.policy import Compat32
from io import BytesIO

from services.ingest.domain.mime.charsets import decode
from services.ingest.domain.mime.headers import decode_header

LONGEST_NAME = 200


class _AsItCame(Compat32):
    """Headers are written as they were read: to break a long one anew takes the square of its length."""

    def fold_binary(self, name: str, value: object) -> bytes:
        return f"{name}: {value}{self.linesep}".encode("utf-8", "surrogateescape")


def part_bytes(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def flattened(mail: Message) -> bytes:
    """A mail in a mail, as near as can be to how it came."""
    buffer = BytesIO()
    BytesGenerator(buffer, mangle_from_=False, policy=_AsItCame()).flatten(mail)
    return buffer.getvalue()


def has_name(part: Message) -> bool:
    return bool(part.get_param("filename", None, "content-disposition") or part.get_param("name", None))


def file_name(part: Message, otherwise: str = "attachment") -> str:
    """What the part is called, however that was written (RFC 2231, RFC 2047, raw letters), without any
    path."""
    name = part.get_param("filename", None, "content-disposition") or part.get_param("name", None)
    spoken = _spoken(name) if name else ""
    return re.sub(r"[\x00-\x1f\x7f/\\]", "_", spoken).strip(". ")[-LONGEST_NAME:] or otherwise


def _spoken(name: object) -> str:
    """`get_param` gives (charset, language, bytes as Latin letters) for RFC 2231, else what stood there."""
    if not isinstance(name, tuple):
        return decode_header(str(name))
    charset, _, value = name
    try:
        return decode(str(value).encode("latin-1"), str(charset or ""))
    except UnicodeEncodeError:
        return str(value)
