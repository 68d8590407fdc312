"""The parts of a mail as bytes: their content, their names, a mail in a mail."""

import re
from base64 import b64decode
from copy import copy
from email.generator import BytesGenerator
from email.message import Message
from email.policy import Compat32
from io import BytesIO

from services.ingest.domain.mime.charsets import decode
from services.ingest.domain.mime.headers import decode_header

LONGEST_NAME = 200
ENDED = re.compile(rb"[A-Za-z0-9+/]++={0,2}")
BASE64 = re.compile(rb"[A-Za-z0-9+/]*={0,2}")
CONTROLS = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
NO_BASE64 = re.compile(rb"[^A-Za-z0-9+/]++")


class _AsItCame(Compat32):
    """Headers are written as they were read: to break a long one anew takes the square of its length."""

    def fold_binary(self, name: str, value: object) -> bytes:
        return f"{name}: {value}{self.linesep}".encode("utf-8", "surrogateescape")


def part_bytes(part: Message) -> bytes:
    if (split := _text_with_footer(part)) is not None:
        return split
    payload = part.get_payload(decode=True)
    if _encoding(part) == "base64" and part.get_content_maintype() == "text":
        return _whole_base64(part, payload if isinstance(payload, bytes) else b"")
    return payload if isinstance(payload, bytes) else b""


def _whole_base64(part: Message, payload: bytes) -> bytes:
    """What a program calls base64 and did not encode stays as it is; what was cut or soiled on the way is
    read as far as it goes."""
    given = _as_it_stands(part)
    lines = [line.strip() for line in given.splitlines() if line.strip()]
    if sum(b" " in line for line in lines) > len(lines) / 2:
        return payload if _is_base64_with_blanks(given, payload) else given
    if not lines or payload.split() != given.split():
        return payload
    letters = NO_BASE64.sub(b"", given)
    return b64decode(letters[: len(letters) - (len(letters) % 4 == 1)] + b"==")


def _is_base64_with_blanks(given: bytes, payload: bytes) -> bool:
    """Words are letters of base64 too, but what they stand for is no text."""
    letters = b"".join(given.split())
    if len(letters) % 4 or not BASE64.fullmatch(letters) or CONTROLS.search(payload):
        return False
    return sum(byte > 0x7F for byte in payload) <= len(payload) / 3 or decode(payload, "utf-8").isprintable()


def _encoding(part: Message) -> str:
    return str(part.get("content-transfer-encoding", "")).strip().lower()


def _as_it_stands(part: Message) -> bytes:
    as_it_stands = copy(part)
    del as_it_stands["content-transfer-encoding"]
    given = as_it_stands.get_payload(decode=True)
    return given if isinstance(given, bytes) else b""


def _text_with_footer(part: Message) -> bytes | None:
    """Lists and mail gateways put their footer below a text in base64, as it is; read as base64 it would
    spoil the whole. Others join two texts, each with its end. None where there is but one."""
    if _encoding(part) != "base64" or part.get_content_maintype() != "text":
        return None
    lines = _as_it_stands(part).splitlines()
    end = next((n for n, line in enumerate(lines) if n and not line.strip()), len(lines))
    end = next((n + 1 for n, line in enumerate(lines[:end]) if line.rstrip().endswith(b"=")), end)
    footer = b"\n".join(lines[end:]).strip()
    if not footer:
        return None
    try:
        if all(map(BASE64.fullmatch, map(bytes.strip, footer.splitlines()))):
            return b"".join(b64decode(piece) for piece in ENDED.findall(b"".join(b"".join(lines).split())))
        return b64decode(b"".join(lines[:end])) + b"\n\n" + footer
    except ValueError:
        return None


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
    return bare_name(_decoded(name) if name else "") or otherwise


def bare_name(name: str) -> str:
    return re.sub(r"[\x00-\x1f\x7f/\\]", "_", name).strip(". ")[-LONGEST_NAME:]


def _decoded(name: object) -> str:
    """`get_param` gives (charset, language, bytes as Latin letters) for RFC 2231, else what stood there."""
    if not isinstance(name, tuple):
        return decode_header(str(name))
    charset, _, value = name
    try:
        return decode(str(value).encode("latin-1"), str(charset or ""))
    except UnicodeEncodeError:
        return str(value)
