"""What a document that is no zip may not hold: old Office (MS-CFB) and RTF carry programs, too."""

from __future__ import annotations

import re

from services.ingest.domain.files import OLD_OFFICE

RTF = b"{\\rtf"
MACROS = ("_VBA_PROJECT", "_VBA_PROJECT_CUR")
PACKAGE = ("\x01Ole10Native",)
"""Names of entries in the list of what a file holds. A PowerPoint of before 2007 packs its macros: they are
not seen."""
ENTRY, NAME = 128, 64
"""Bytes of an entry, and of its name, behind which its length stands (MS-CFB, 2.6.1)."""
OBJECT = re.compile(rb"\\obj(?:data|ocx|html)(?![a-z])")


def why_not_taken(content: bytes) -> str | None:
    """None where nothing speaks against it."""
    if content.startswith(RTF):
        return "another program's object" if OBJECT.search(content) else None
    if not content.startswith(OLD_OFFICE):
        return None
    if _holds(content, MACROS):
        return "macros"
    return "another file as an object" if _holds(content, PACKAGE) else None


def _holds(content: bytes, names: tuple[str, ...]) -> bool:
    wanted = [f"{name}\0".encode("utf-16-le") for name in names]
    return any(
        found.start() % ENTRY == 0
        and int.from_bytes(content[found.start() + NAME : found.start() + NAME + 2], "little") == len(name)
        for name in wanted
        for found in re.finditer(re.escape(name), content)
    )
