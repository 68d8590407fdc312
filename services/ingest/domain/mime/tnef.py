"""winmail.dat: what Outlook sends when it does not send a mail (MS-OXTNEF): the text and files in it."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

SIGNATURE = 0x223E9F78
BODY, ATTACH_TITLE, ATTACH_DATA, ATTACH_REND, ATTACH_PROPS, MESSAGE_PROPS = (
    *(0x800C, 0x8010, 0x800F, 0x9002, 0x9005, 0x9003),
)
HTML_PROPERTY, LONG_NAME_PROPERTY, NAME_PROPERTY, DATA_PROPERTY = 0x1013, 0x3707, 0x3704, 0x3701
READ = (HTML_PROPERTY, LONG_NAME_PROPERTY, NAME_PROPERTY, DATA_PROPERTY)
BINARY, STRING8, UNICODE = 0x0102, 0x001E, 0x001F
FIXED = {0x0002: 4, 0x0003: 4, 0x0004: 4, 0x000B: 4, 0x0005: 8, 0x0006: 8, 0x0007: 8, 0x0014: 8, 0x0040: 8}
FIXED |= {0x000A: 4, 0x0048: 16}


class TnefError(ValueError):
    """The bytes are no TNEF stream, or end in the middle of one."""


@dataclass(frozen=True, slots=True)
class TnefContent:
    text: str
    html: str
    files: tuple[tuple[str, bytes], ...]
    left: bool = False
    """Whether it holds something else, that only Outlook reads: a mail, a drawing."""


def read_tnef(raw: bytes) -> TnefContent:
    """Text, HTML and (name, bytes) files; compressed RTF is left unread. Raises TnefError."""
    text, html = "", ""
    names: list[str] = []
    contents: list[bytes] = []
    for kind, data in _attributes(raw):
        if kind == BODY:
            text = _string(data)
        elif kind == MESSAGE_PROPS:
            html = _string(_properties(data).get(HTML_PROPERTY, b""))
        elif kind == ATTACH_REND:
            names.append("")
            contents.append(b"")
        elif kind == ATTACH_TITLE and names and not names[-1]:
            names[-1] = _string(data)
        elif kind == ATTACH_DATA and contents:
            contents[-1] = data
        elif kind == ATTACH_PROPS and names:
            properties = _properties(data)
            long_name = properties.get(LONG_NAME_PROPERTY) or properties.get(NAME_PROPERTY)
            names[-1] = _string(long_name) if long_name else names[-1]
            contents[-1] = contents[-1] or properties.get(DATA_PROPERTY, b"")
    files = tuple((name or "attachment", data) for name, data in zip(names, contents, strict=True) if data)
    return TnefContent(text, html, files, left=len(files) < len(names))


def _attributes(raw: bytes) -> Iterator[tuple[int, bytes]]:
    """(attribute id, data) in order. An attribute is level, id and type, length, data, checksum."""
    if len(raw) < 6 or struct.unpack_from("<I", raw)[0] != SIGNATURE:
        raise TnefError("no TNEF signature")
    position = 6
    while position + 9 <= len(raw):
        kind, _, length = struct.unpack_from("<HHI", raw, position + 1)
        start = position + 9
        if start + length > len(raw):
            raise TnefError(f"attribute {kind:#x} of {length} bytes runs over the end")
        yield kind, raw[start : start + length]
        position = start + length + 2


def _properties(data: bytes) -> dict[int, bytes]:
    """MAPI property id → its (first) value of those that are read, as far as the list can be followed."""
    found: dict[int, bytes] = {}
    try:
        _read_properties(data, found)
    except struct.error:
        return found
    return found


def _read_properties(data: bytes, found: dict[int, bytes]) -> None:
    (count,) = struct.unpack_from("<I", data)
    position = 4
    for _ in range(min(count, 1000)):
        kind, name = struct.unpack_from("<HH", data, position)
        position = _after_name(data, position + 4) if name >= 0x8000 else position + 4
        if kind & 0xFFF in FIXED and not kind & 0x1000:
            position += FIXED[kind & 0xFFF]
            continue
        values, length = struct.unpack_from("<II", data, position)
        if values == 0 or length > len(data) - position - 8:
            return
        if name in READ and (name != DATA_PROPERTY or kind == BINARY):
            found[name] = data[position + 8 : position + 8 + length]
        position = _after_values(data, position + 4, min(values, 1000))


def _after_values(data: bytes, position: int, values: int) -> int:
    for _ in range(values):
        (length,) = struct.unpack_from("<I", data, position)
        position += 4 + length + -length % 4
    return position


def _after_name(data: bytes, position: int) -> int:
    """Past a named property's GUID and its number or name."""
    (by_name,) = struct.unpack_from("<I", data, position + 16)
    (length,) = struct.unpack_from("<I", data, position + 20)
    return position + 24 + (length + -length % 4 if by_name else 0)


def _string(data: bytes) -> str:
    if len(data) > 1 and data[1] == 0:
        return data.decode("utf-16-le", "replace").rstrip("\x00")
    try:
        return data.decode("utf-8").rstrip("\x00")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace").rstrip("\x00")
