"""Which files are taken, by their bytes, and what they are called."""

from __future__ import annotations

from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from services.ingest.domain import older_documents
from services.ingest.domain.files import HEAD, OLD_OFFICE, media_type_of
from services.ingest.domain.zipped_documents import why_not_taken

OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)

ODS = b"PK\x03\x04" + bytes(26) + b"mimetypeapplication/vnd.oasis.opendocument.spreadsheetPK"


def zipped(*names: str) -> bytes:
    buffer = BytesIO()
    with ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, "x" * 700)
    return buffer.getvalue()


def media(brand: str) -> bytes:
    return b"\x00\x00\x00\x18ftyp" + brand.encode() + bytes(20)


TAKEN = {
    "libreoffice.docx": (zipped("_rels/.rels", "docProps/core.xml", "word/document.xml"), "wordprocessingml"),
    "google.xlsx": (zipped("xl/worksheets/sheet1.xml", "[Content_Types].xml"), "spreadsheetml"),
    "late.pptx": (zipped(*(f"docProps/{n}.xml" for n in range(40)), "ppt/a.xml"), "presentationml"),
    "a.ods": (
        b"PK\x03\x04" + bytes(26) + b"mimetypeapplication/vnd.oasis.opendocument.spreadsheetPK",
        "spreadsheet",
    ),
    "a.doc": (OLD, "msword"),
    "a.xls": (OLD, "ms-excel"),
    "photo.HEIC": (media("hevc"), "heic"),
    "photo.avif": (media("avif"), "avif"),
    "voix.m4a": (media("isom"), "audio/mp4"),
    "voix2.m4a": (media("M4A "), "audio/mp4"),
    "scan.bmp": (b"BM\x36\x00\x0c\x00\x00\x00\x00\x00\x36\x00", "bmp"),
    "a.mp3": (b"\xff\xfb\x90\x00", "audio/mpeg"),
    "utf16.txt": ("Où ?".encode("utf-16"), "text/plain"),
    "bom.pdf": (b"\xef\xbb\xbf%PDF-1.7", "pdf"),
    "lines.pdf": (b"\r\n\r\n%PDF-1.4", "pdf"),
    "lettre.eml": (b"From: a@b.example\nSubject: x\n\nOui.", "rfc822"),
    "winmail.dat": (b"\x78\x9f\x3e\x22\x00", "tnef"),
    "a.wav": (b"RIFF\x00\x00\x00\x00WAVEfmt ", "wav"),
    "releve.csv": (b"cote;titre\n", "csv"),
}
LEFT = {
    "a.exe": b"MZ\x90",
    "a.txt": b"<script>",
    "page.html": b"<html>",
    "a.svg": b"<svg>",
    "a.zip": zipped("a.txt"),
    "a.bin": OLD,
    "film.mp4": media("isom"),
    "a.eml": b"MZ\x90",
    "sh.txt": b"#!/bin/sh",
    "utf16.txt": "<html>".encode("utf-16"),
}


@pytest.mark.parametrize("name", TAKEN)
def test_what_libraries_and_their_public_use_is_taken(name: str) -> None:
    content, kind = TAKEN[name]
    assert kind in (media_type_of(content[:HEAD], name) or "")


@pytest.mark.parametrize("name", LEFT)
def test_what_could_harm_its_reader_is_left_out(name: str) -> None:
    assert media_type_of(LEFT[name][:HEAD], name) is None


@pytest.mark.parametrize(
    ("names", "why"),
    [
        (("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), "macros"),
        (("[Content_Types].xml", "xl/workbook.xml", "xl/macrosheets/sheet1.xml"), "macros"),
        (("mimetype", "content.xml", "Basic/Standard/Module1.xml"), "macros"),
        (("[Content_Types].xml", "word/document.xml", "setup.exe"), "a program"),
        (("evil.html", "word/document.xml"), "a page"),
        (("[Content_Types].xml", "word/document.xml", "word/media/image1.png"), None),
        (("[Content_Types].xml", "word/document.xml", "word/media/image2.svg"), None),
        (("mimetype", "content.xml", "Basic/Standard/script-lb.xml", "Pictures/1.png"), None),
    ],
)
def test_a_document_with_what_runs_in_it_is_not_taken(names: tuple[str, ...], why: str | None) -> None:
    office = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    assert why_not_taken(zipped(*names), office) == why


def old_office(*names: str, at: int = 1024) -> bytes:
    """With these names in its list of entries (MS-CFB, 2.6.1)."""
    entries = ((f"{name}\0".encode("utf-16-le"), 2 * len(name) + 2) for name in names)
    listed = b"".join(
        name.ljust(64, b"\0") + size.to_bytes(2, "little") + bytes(62) for name, size in entries
    )
    return OLD_OFFICE.ljust(at, b"\0") + listed


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (old_office("Root Entry", "WordDocument", "_VBA_PROJECT"), "macros"),
        (old_office("Workbook", "_VBA_PROJECT_CUR"), "macros"),
        (old_office("WordDocument", "\x01Ole10Native"), "another file as an object"),
        (old_office("Root Entry", "WordDocument", "1Table", "_VBA_PROJECTS"), None),
        (old_office("WordDocument") + bytes(7) + "_VBA_PROJECT\0".encode("utf-16-le") + bytes(90), None),
        (b"{\\rtf1 {\\object\\objemb{\\*\\objdata 0105}}}", "another program's object"),
        (b"{\\rtf1 \\objdatax {\\pict\\pngblip 8950} Un mot.}", None),
        (b"%PDF-1.7 \\objdata", None),
    ],
)
def test_an_older_document_with_what_runs_in_it_is_not_taken(content: bytes, why: str | None) -> None:
    assert older_documents.why_not_taken(content) == why


def test_a_book_may_be_made_of_pages() -> None:
    assert why_not_taken(zipped("mimetype", "OEBPS/one.xhtml"), "application/epub+zip") is None


def test_what_unpacks_to_a_hundred_times_its_size_is_not_taken() -> None:
    buffer = BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", bytes(5_000_000))
    assert why_not_taken(buffer.getvalue(), "") == "too large unpacked"


@pytest.mark.parametrize(
    "broken", [("é".encode(), b"\xc3\x28"), (b"PK\x01\x02\x14\x03\x14", b"PK\x01\x02\x14\x03\xff")]
)
def test_one_part_that_cannot_be_read_hides_no_macros(broken: tuple[bytes, bytes]) -> None:
    """Office programs pass over what a strict reader stops at."""
    whole = zipped("é.xml", "word/vbaProject.bin")
    assert broken[0] in whole
    assert why_not_taken(whole.replace(*broken), "") == "parts whose names cannot be read"


def test_a_list_of_parts_that_cannot_be_read_is_no_fault() -> None:
    assert why_not_taken(b"PK\x03\x04" + bytes(90), "") is None
