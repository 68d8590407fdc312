"""Which files may come in: by their first bytes, never by what they are called or claim to be.

What libraries and their public send: photos, documents, sound; no programs, no pages, no drawings that run
scripts. Where several kinds begin alike (Office in a zip, old Office, MPEG-4) what stands behind decides,
then the ending."""

import re
import unicodedata

SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"\x00\x00\x00\x0cjP  \r\n", "image/jp2"),
    (b"AT&TFORM", "image/vnd.djvu"),
    (b"{\\rtf", "application/rtf"),
    (b"ID3", "audio/mpeg"),
    (b"OggS", "audio/ogg"),
    (b"fLaC", "audio/flac"),
    (b"#!AMR", "audio/amr"),
    (b"\x78\x9f\x3e\x22", "application/vnd.ms-tnef"),
)
BRANDS = (
    (("heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1"), "image/heic"),
    (("avif", "avis"), "image/avif"),
    (("M4A ", "M4B ", "F4A "), "audio/mp4"),
)
"""The first brand of an ISO base media file (ISO/IEC 14496-12) → what it is."""
RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav"}
OPEN_DOCUMENT = re.compile(rb"mimetype(application/vnd\.oasis\.opendocument\.[a-z-]{1,40})")
IN_OFFICE = re.compile(rb"PK\x03\x04.{26}(word|xl|ppt)/", re.DOTALL)
OFFICE_AT_ALL = re.compile(rb"PK\x03\x04.{26}(?:_rels/|docProps/|\[Content_Types\]|customXml/)", re.DOTALL)
_OFFICE = "application/vnd.openxmlformats-officedocument."
OFFICE = {
    "docx": _OFFICE + "wordprocessingml.document",
    "xlsx": _OFFICE + "spreadsheetml.sheet",
    "pptx": _OFFICE + "presentationml.presentation",
}
OF_FOLDER = {b"word": "docx", b"xl": "xlsx", b"ppt": "pptx"}
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OLD = {
    "doc": "application/msword",
    "xls": "application/vnd.ms-excel",
    "ppt": "application/vnd.ms-powerpoint",
    "msg": "application/vnd.ms-outlook",
}
TEXTS = {"txt": "text/plain", "csv": "text/csv", "md": "text/plain", "ics": "text/calendar"}
UTF16 = (b"\xff\xfe", b"\xfe\xff")
HEADERS = re.compile(
    rb"(?:[A-Za-z][A-Za-z0-9-]{1,60}:[^\r\n]{0,1000}+\r?\n(?:[ \t][^\r\n]{0,1000}+\r?\n){0,50}+){2}"
    rb"|From [^\r\n]"
)
ENDINGS = {
    "image/png": "png",
    "image/jpeg": "jpg jpeg jpe jfif",
    "image/gif": "gif",
    "image/tiff": "tif tiff",
    "image/webp": "webp",
    "image/heic": "heic heif hif",
    "image/avif": "avif",
    "image/bmp": "bmp dib",
    "image/jp2": "jp2 jpx j2k",
    "image/vnd.djvu": "djvu djv",
    "application/pdf": "pdf",
    "application/rtf": "rtf doc",
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a m4b mp4",
    "audio/wav": "wav",
    "audio/ogg": "ogg oga opus",
    "audio/flac": "flac",
    "audio/amr": "amr",
    "message/rfc822": "eml",
    "application/epub+zip": "epub",
    "application/vnd.ms-tnef": "dat",
    "application/vnd.oasis.opendocument.text": "odt ott",
    "text/plain": "txt md csv",
    "text/csv": "csv",
    "application/vnd.oasis.opendocument.spreadsheet": "ods ots",
    "text/calendar": "ics",
    "application/vnd.oasis.opendocument.presentation": "odp otp",
    "application/vnd.oasis.opendocument.graphics": "odg otg",
    **{media_type: ending for ending, media_type in (OFFICE | OLD).items()},
}
"""Media type → the endings that fit it, the usual one first."""
HEAD = 16_384
"""First bytes of a file that are looked at: a zip made by LibreOffice or Google begins with its lesser
parts."""
LONGEST_NAME = 200


def media_type_of(head: bytes, name: str) -> str | None:
    """The media type of a photo, document or sound; None for anything else: programs, pages, drawings."""
    found = next((media_type for start, media_type in SIGNATURES if head.startswith(start)), None)
    if found:
        return found
    ending = ending_of(name)
    if head.startswith(b"PK\x03\x04"):
        return _in_zip(head, ending)
    if head[4:8] == b"ftyp":
        return _media(head[8:12].decode("latin-1"), ending)
    if head.startswith(OLD_OFFICE):
        return OLD.get(ending)
    if head.startswith(b"RIFF"):
        return RIFF.get(head[8:12])
    if head.startswith(b"BM") and head[6:10] == b"\0\0\0\0":
        return "image/bmp"
    if head[:1] == b"\xff" and head[1:2] >= b"\xe0" and ending == "mp3":
        return "audio/mpeg"
    if head[:1024].lstrip(b"\xef\xbb\xbf \t\r\n\0").startswith(b"%PDF-"):
        return "application/pdf"
    return _text(head, ending)


def ending_of(name: str) -> str:
    return name.rpartition(".")[2].strip().lower() if "." in name else ""


def fitting_name(name: str, media_type: str) -> str:
    """The name under which a file is passed on: it ends as its content is, holds no path, and nothing that
    turns the direction of writing round or can't be seen, so that it reads as what it is."""
    visible = (
        sign for sign in name if unicodedata.category(sign) not in ("Cf", "Cc", "Cs", "Co", "Zl", "Zp")
    )
    bare = " ".join("".join(visible).replace("/", "_").replace("\\", "_").split()).strip(". ")
    endings = ENDINGS.get(media_type, "").split() or [ending_of(bare)]
    stem, dot, ending = bare.rpartition(".")
    if dot and ending.lower() in endings and stem:
        return f"{stem[: LONGEST_NAME - len(ending) - 1]}.{ending}"
    return f"{(bare or 'attachment')[: LONGEST_NAME - len(endings[0]) - 1]}.{endings[0]}".rstrip(".")


def _in_zip(head: bytes, ending: str) -> str | None:
    if found := OPEN_DOCUMENT.search(head[:300]):
        return found[1].decode()
    if b"mimetypeapplication/epub+zip" in head[:300]:
        return "application/epub+zip"
    if inside := IN_OFFICE.search(head):
        return OFFICE[OF_FOLDER[inside[1]]]
    return OFFICE.get(ending) if OFFICE_AT_ALL.search(head) else None


def _media(brand: str, ending: str) -> str | None:
    """Telephones record sound under the brands of films: the ending tells."""
    found = next((media_type for brands, media_type in BRANDS if brand in brands), None)
    return found or ("audio/mp4" if ending in ("m4a", "m4b") else None)


def _text(head: bytes, ending: str) -> str | None:
    """Plain words: a text that begins like a page or a script is not taken for one. A mail is words, too."""
    words = head.decode("utf-16", "ignore").encode() if head.startswith(UTF16) else head
    if b"\x00" in words or words.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith((b"<", b"#!")):
        return None
    if ending == "eml":
        return "message/rfc822" if HEADERS.match(words) else None
    return TEXTS.get(ending)
