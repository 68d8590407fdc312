"""What a document that is a zip may not hold: programs, macros, or so much that whoever opens it runs out of
memory. Only the list at its end is read; nothing is unpacked."""

from __future__ import annotations

import re
from io import BytesIO
from zipfile import BadZipFile, ZipFile, ZipInfo

START = b"PK\x03\x04"
LARGEST, MOST_TIMES = 200_000_000, 100
"""Bytes unpacked; and how often the packed bytes, from a hundredth of that on: text becomes a twentieth."""
MOST_ENTRIES = 20_000
MACROS = re.compile(
    r"(?:^|/)vbaproject\.bin$|(?:^|/)(?:activex|macrosheets)/|^basic/[^/]+/(?!script-l[bc]\.xml$)[^/]+$"
    r"|^scripts/",
    re.IGNORECASE,
)
PROGRAMS = re.compile(
    r"\.(?:exe|dll|scr|com|bat|cmd|ps1|vbs|vbe|wsf|hta|lnk|msi|jar|apk|app|sh|iso|img|chm)$", re.IGNORECASE
)
PAGES = re.compile(r"\.(?:x?html?|m?js)$", re.IGNORECASE)
"""An SVG is none: office programs keep one beside each icon."""
OFFICE = "application/vnd.openxmlformats-officedocument."


def why_not_taken(content: bytes, media_type: str) -> str | None:
    """None where nothing speaks against it, and where it has no whole list: it is cut or broken."""
    if not content.startswith(START):
        return None
    try:
        with ZipFile(BytesIO(content)) as document:
            inside = document.infolist()
    except BadZipFile:
        return None
    except (UnicodeDecodeError, NotImplementedError):  # of one entry; other programs pass over it
        return "parts whose names cannot be read"
    return _why_too_large(inside, len(content)) or _why_harmful(inside, media_type)


def _why_too_large(inside: list[ZipInfo], packed: int) -> str | None:
    unpacked = sum(one.file_size for one in inside)
    bomb = unpacked > LARGEST / MOST_TIMES and unpacked > MOST_TIMES * packed
    return "too large unpacked" if unpacked > LARGEST or bomb or len(inside) > MOST_ENTRIES else None


def _why_harmful(inside: list[ZipInfo], media_type: str) -> str | None:
    names = [one.filename.replace("\\", "/") for one in inside]
    if any(MACROS.search(name) for name in names):
        return "macros"
    if any(PROGRAMS.search(name) for name in names):
        return "a program"
    if media_type.startswith(OFFICE) and any(PAGES.search(name) for name in names):
        return "a page"
    return None
