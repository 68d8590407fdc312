"""Which files may come in: by their first bytes, never by what they are called or claim to be."""

import unicodedata

SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"%PDF-", "application/pdf"),
    (b"{\\rtf", "application/rtf"),
    (b"ID3", "audio/mpeg"),
)
OPEN_DOCUMENT = b"PK\x03\x04"
IN_ZIP = (
    (b"mimetypeapplication/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.text"),
    (b"mimetypeapplication/epub+zip", "application/epub+zip"),
)
OFFICE = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
HEAD = 512
"""First bytes of a file that are looked at."""


ENDINGS = {
    "image/png": ("png",),
    "image/jpeg": ("jpg", "jpeg", "jpe"),
    "image/gif": ("gif",),
    "image/tiff": ("tif", "tiff"),
    "image/webp": ("webp",),
    "image/heic": ("heic", "heif"),
    "application/pdf": ("pdf",),
    "application/rtf": ("rtf",),
    "audio/mpeg": ("mp3",),
    "application/vnd.oasis.opendocument.text": ("odt",),
    "application/epub+zip": ("epub",),
    "text/plain": ("txt", "csv", "md"),
    **{media_type: (ending,) for ending, media_type in OFFICE.items()},
}
"""Media type → endings of a name that say what it is; the first is given where another stands."""
LONGEST_NAME = 200


def fitting_name(name: str, media_type: str) -> str:
    """The name under which a file is passed on: it ends as its content is, holds no path, and nothing that
    turns the direction of writing round or can't be seen, so that it reads as what it is."""
    visible = (
        sign for sign in name if unicodedata.category(sign) not in ("Cf", "Cc", "Cs", "Co", "Zl", "Zp")
    )
    bare = " ".join("".join(visible).replace("/", "_").replace("\\", "_").split()).strip(". ")
    endings = ENDINGS[media_type]
    stem, dot, ending = bare.rpartition(".")
    if dot and ending.lower() in endings and stem:
        return f"{stem[: LONGEST_NAME - len(ending) - 1]}.{ending}"
    return f"{(bare or 'attachment')[: LONGEST_NAME - len(endings[0]) - 1]}.{endings[0]}"


def media_type_of(head: bytes, name: str) -> str | None:
    """The media type of a photo or document; None for anything else: programs, pages, drawings."""
    for signature, media_type in SIGNATURES:
        if head.startswith(signature):
            return media_type
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:12] in (b"ftypheic", b"ftypheix", b"ftypmif1"):
        return "image/heic"
    if head.startswith(OPEN_DOCUMENT):
        return _in_zip(head, name)
    return "text/plain" if _is_text(head, name) else None


def _in_zip(head: bytes, name: str) -> str | None:
    found = next((media_type for mark, media_type in IN_ZIP if mark in head[:200]), None)
    return found or (OFFICE.get(name.rpartition(".")[2].lower()) if b"[Content_Types]" in head else None)


def _is_text(head: bytes, name: str) -> bool:
    """Plain words: a text that begins like a page or a script is not taken for one."""
    if not name.lower().endswith((".txt", ".csv", ".md")) or b"\x00" in head:
        return False
    return not head.lstrip().lower().startswith((b"<", b"#!"))
