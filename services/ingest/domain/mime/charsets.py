"""Bytes to letters, by the name a mail gives its character set, as browsers read it (WHATWG Encoding).

What calls itself iso-8859-1 is Windows-1252, gb2312 is GBK, and so on: the older sets' own decoders refuse
letters that people write every day. Nothing here raises; a byte that is no letter becomes U+FFFD, the rest
stays."""

import codecs
import re
from functools import lru_cache

from webencodings.labels import LABELS

DECODERS = {
    "big5": "big5hkscs",
    "euc-kr": "cp949",
    "gbk": "gb18030",
    "iso-8859-8-i": "iso-8859-8",
    "iso-2022-jp": "iso-2022-jp",
    "macintosh": "mac-roman",
    "shift_jis": "cp932",
    "windows-874": "cp874",
    "x-mac-cyrillic": "mac-cyrillic",
    "x-user-defined": "cp1252",
}
"""Where Python's decoder of a name knows fewer letters than the name's users write, or has another name."""
BEYOND_THE_WEB = {
    "utf-7": "utf-7",
    "unicode-1-1-utf-7": "utf-7",
    "hz-gb-2312": "hz",
    "hz": "hz",
    "iso-2022-kr": "iso2022_kr",
    "csiso2022kr": "iso2022_kr",
    "cp50220": "iso-2022-jp",
    "cp50221": "iso-2022-jp",
    "iso-2022-jp-ms": "iso-2022-jp",
    "cp932": "cp932",
    "ms932": "cp932",
    "cp949": "cp949",
    "uhc": "cp949",
    "cp936": "gb18030",
    "cp950": "big5hkscs",
    "big5-hkscs": "big5hkscs",
    "cp437": "cp437",
    "ibm437": "cp437",
    "cp850": "cp850",
    "ibm850": "cp850",
    "cp858": "cp858",
    "utf-32": "utf-32",
    "utf8mb4": "utf-8",
    "mac": "mac-roman",
    "macroman": "mac-roman",
    "iso-8859-15-windows": "cp1252",
    "ansi": "cp1252",
    "cp-850": "cp850",
    "latin9": "iso-8859-15",
}
"""Names that mail knows and browsers don't."""
LATIN = "cp1252"
CODECS = tuple(
    sorted(
        {DECODERS.get(name, name) for name in LABELS.values() if name != "replacement"} - {"iso-2022-jp"}
        | set(BEYOND_THE_WEB.values()) - {"iso-2022-jp"}
    )
)
"""Python's decoders behind all names: a process that may open no file has to load them before."""
MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
"""Byte order marks: they tell more than any name."""
META = re.compile(rb"<meta[^>]{0,200}?charset\s{0,9}=\s{0,9}[\"']?\s{0,9}([\w:.-]{1,40})", re.IGNORECASE)
ESCAPE = re.compile(rb"\x1b(\$[@B]|\([BJI])")
SHIFTED = re.compile(rb"\x1b\$[@B][!-~]")
"""Japanese by its escape (RFC 1468), whatever it is called: nothing else writes one."""
UNKNOWN = "\ufffd"
ANY_WORD, EIGHT_BIT_WORD = re.compile(rb"[A-Za-z\x80-\xff]++"), re.compile(rb"[\x80-\xff]++")
SHORTEST_WORD, MOSTLY, FEWEST = 3, 0.6, 15
"""Letters in a row, their share of all letters, and how many there must be at least, to tell a language."""
OFTEN = frozenset("\u0430\u0435\u0438\u0456\u043a\u043b\u043d\u043e\u0440\u0441\u0442\u0443\u0432")
VOWELS = frozenset("\u0430\u0435\u0438\u0456\u043e\u0443\u044b\u044d\u044e\u044f\u0451\u0454\u0457\u044a")
"""In Russian, Ukrainian and Bulgarian the first are two letters of three, the second two of five; in a short
text fewer, but more than in Greek or Hebrew read so."""
CYRILLIC = re.compile("[\u0410-\u044f\u0401\u0451\u0404\u0454\u0406\u0456\u0407\u0457\u0490\u0491]++")


def decode(raw: bytes, name: str = "") -> str:
    """By the name where that can be; by what the bytes can be where it is missing, unknown or wrong."""
    for mark, marked in MARKS:
        if raw.startswith(mark):
            return raw[len(mark) :].decode(marked, "replace")
    decoder = decoder_of(name)
    if decoder in (None, LATIN, "utf-8"):
        return _japanese(raw) if raw.isascii() and SHIFTED.search(raw) else _utf8_or_latin(raw)
    text = _decoded(raw, decoder)
    if UNKNOWN in text and (other := _as_utf8(raw)) is not None:
        return other
    return text


@lru_cache(maxsize=500)
def decoder_of(name: str) -> str | None:
    """Python's decoder for what a mail calls its character set; None for what nobody knows."""
    given = name.partition("*")[0].strip().strip("\"'").lower()[:40]
    wanted = given.replace("_", "-")
    if beyond := BEYOND_THE_WEB.get(wanted):
        return beyond
    for spelled in (
        given,
        wanted,
        wanted.replace("-", "_"),
        wanted.replace("-", ""),
        wanted.removeprefix("x-"),
    ):
        found = LABELS.get(spelled, "replacement")
        if found != "replacement":
            return LATIN if found == "windows-1252" else DECODERS.get(found, found)
    return None


def named_in_html(raw: bytes) -> str:
    """The character set that a page names itself; empty where it names none."""
    found = META.search(raw[:4000])
    return found[1].decode("ascii", "replace") if found else ""


def _decoded(raw: bytes, decoder: str) -> str:
    if decoder == "iso-2022-jp":
        return _japanese(raw)
    try:
        return codecs.decode(raw, decoder, "replace")
    except (LookupError, ValueError):
        return _utf8_or_latin(raw)


def _as_utf8(raw: bytes) -> str | None:
    """Only what can hardly be anything else."""
    try:
        return None if raw.isascii() else raw.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _utf8_or_latin(raw: bytes) -> str:
    """UTF-8 where it is whole, or broken at a few letters only; else Windows-1252, which whoever names no
    other set writes in western Europe."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("utf-8", "replace")
    broken = text.count(UNKNOWN)
    whole = sum(1 for letter in text if letter > "\x7f") - broken
    if whole > 2 * broken:
        return text
    return _as_cyrillic(raw) or raw.decode(LATIN, "replace")


def _as_cyrillic(raw: bytes) -> str | None:
    """Where words are made of eight-bit letters alone, as no language of western Europe has them, and their
    letters are as frequent as in Russian, Ukrainian or Bulgarian: so is no other language's text, read so."""
    words = [word for word in EIGHT_BIT_WORD.findall(raw[:10_000]) if len(word) >= SHORTEST_WORD]
    if sum(map(len, words)) < MOSTLY * sum(map(len, ANY_WORD.findall(raw[:10_000]))):
        return None
    for name in ("windows-1251", "koi8-u"):
        if _is_cyrillic(b" ".join(words).decode(name, "replace")):
            return raw.decode(name, "replace")
    return None


def _is_cyrillic(text: str) -> bool:
    words = CYRILLIC.findall(text)
    letters = "".join(words)
    others = sum(map(str.isalpha, text)) - len(letters)
    if len(letters) < FEWEST or others > len(letters) / 50 or UNKNOWN in text:
        return False
    if sum(word[1:].islower() or len(word) == 1 for word in words) < 0.7 * len(words):
        return False
    small = letters.lower()
    often = sum(letter in OFTEN for letter in small) / len(small)
    vowels = sum(letter in VOWELS for letter in small) / len(small)
    return often >= 0.5 and 0.25 <= vowels <= 0.6


def _japanese(raw: bytes) -> str:
    """ISO-2022-JP with the letters that Windows adds to it: each pair of bytes is moved to where Shift JIS
    has it, whose decoder knows them."""
    pieces = ESCAPE.split(raw)
    text = [pieces[0].decode("ascii", "replace")]
    for escape, piece in zip(pieces[1::2], pieces[2::2], strict=True):
        if escape.startswith(b"$"):
            text.append(_pairs(piece))
        elif escape == b"(I":
            text.append(bytes(byte | 0x80 for byte in piece).decode("cp932", "replace"))
        else:
            text.append(piece.decode("ascii", "replace"))
    return "".join(text)


def _pairs(piece: bytes) -> str:
    """JIS X 0208 as Shift JIS (JIS X 0208:1997, annex 1); what is below 0x21 is no pair."""
    moved = bytearray()
    position = 0
    while position < len(piece):
        first = piece[position]
        if not 0x21 <= first <= 0x7E or position + 1 == len(piece):
            moved.append(first)
            position += 1
            continue
        second = piece[position + 1]
        moved.append((first + 1) // 2 + (0x70 if first < 0x5F else 0xB0))
        if first % 2:
            moved.append(second + (0x20 if second >= 0x60 else 0x1F))
        else:
            moved.append(min(second + 0x7E, 0xFF))
        position += 2
    return moved.decode("cp932", "replace")
