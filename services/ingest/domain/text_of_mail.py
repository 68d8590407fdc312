"""The text and the attachments of a mail, whatever its charset, encoding or structure."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message

from services.ingest.domain.headers import decode_header
from services.ingest.domain.html_text import html_to_text
from services.ingest.domain.tnef import TnefError, read_tnef

MOST_PARTS = 200
"""Parts looked at: a mail nested deeper than anyone writes is read this far."""
ALIASES = {"iso-8859-8-i": "iso-8859-8", "x-unknown": "latin-1", "unknown-8bit": "latin-1", "ansi": "cp1252"}
TNEF_TYPES = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
SIGNATURE_TYPES = frozenset(
    {"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"}
)


@dataclass(frozen=True, slots=True)
class MailAttachment:
    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Body:
    text: str
    attachments: tuple[MailAttachment, ...]


def read_body(mail: Message) -> Body:
    """The first text a person is meant to read (plain before HTML) and every file beside it."""
    plain: list[str] = []
    html: list[str] = []
    files: list[MailAttachment] = []
    for part in _leaves(mail):
        kind = part.get_content_type()
        if kind in SIGNATURE_TYPES:
            continue
        if kind in TNEF_TYPES:
            _unpack_tnef(part, plain, html, files)
        elif kind in ("text/plain", "text/html") and not _is_file(part):
            (plain if kind == "text/plain" else html).append(part_text(part))
        else:
            files.append(MailAttachment(_file_name(part), kind, part_bytes(part)))
    return Body(_readable(plain, html), tuple(files))


def _readable(plain: list[str], html: list[str]) -> str:
    text = "\n\n".join(piece.strip("\n") for piece in plain if piece.strip())
    if text.strip():
        return text
    return "\n\n".join(filter(None, (html_to_text(piece) for piece in html)))


def _leaves(mail: Message) -> Iterator[Message]:
    waiting, seen = [mail], 0
    while waiting and seen < MOST_PARTS:
        part = waiting.pop(0)
        seen += 1
        payload = part.get_payload()
        if isinstance(payload, list) and part.get_content_maintype() in ("multipart", "message"):
            waiting[:0] = [inner for inner in payload if isinstance(inner, Message)]
        else:
            yield part


def part_bytes(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def part_text(part: Message) -> str:
    """Decoded by the charset it names; by what its bytes can be when the name is unknown or wrong."""
    raw = part_bytes(part)
    text = decode(raw, str(part.get_content_charset() or ""))
    if str(part.get_param("format", "")).lower() == "flowed":
        text = unflow(text, delete_space=str(part.get_param("delsp", "")).lower() == "yes")
    return text.replace("\r\n", "\n").replace("\x00", "")


def decode(raw: bytes, charset: str) -> str:
    for name in (ALIASES.get(charset.lower(), charset), "utf-8", "cp1252"):
        try:
            return raw.decode(codecs.lookup(name).name)
        except (LookupError, UnicodeDecodeError, UnicodeEncodeError, ValueError):
            continue
    return raw.decode("latin-1")


def unflow(text: str, *, delete_space: bool) -> str:
    """Lines that end in a space go on in the next one of the same quote depth (RFC 3676)."""
    pieces: list[str] = []
    flowing_at: int | None = None
    for line in text.replace("\r\n", "\n").split("\n"):
        depth = _depth(line)
        content = line[depth:].removeprefix(" ")
        if line == "-- " or depth != flowing_at:
            pieces.append("\n" + line[:depth] + (" " if depth else ""))
        flows = content.endswith(" ") and line != "-- "
        flowing_at = depth if flows else None
        pieces.append(content[:-1] if flows and delete_space else content)
    return "".join(pieces).removeprefix("\n")


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip(">"))


def _is_file(part: Message) -> bool:
    return part.get_content_disposition() == "attachment"


def _file_name(part: Message) -> str:
    name = decode_header(str(part.get_filename() or ""))
    return re.sub(r"[\x00-\x1f/\\]", "_", name).strip(". ")[:200] or "attachment"


def _unpack_tnef(part: Message, plain: list[str], html: list[str], files: list[MailAttachment]) -> None:
    raw = part_bytes(part)
    try:
        content = read_tnef(raw)
    except TnefError:
        files.append(MailAttachment("winmail.dat", "application/ms-tnef", raw))
        return
    plain.extend(filter(None, [content.text]))
    html.extend(filter(None, [content.html]))
    files.extend(MailAttachment(name, "application/octet-stream", data) for name, data in content.files)
