"""Which files are taken, by their bytes, and what they are called."""

from __future__ import annotations

from io import BytesIO
from zipfile import ZipFile

import pytest

from services.ingest.domain.files import HEAD, media_type_of

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
