"""The text and the attachments of a mail, whatever its charset, encoding or structure.

Only inside multipart/alternative do parts say the same in several ways, of which one is read; everywhere else
all that a mail program would show is read, in its order (RFC 2046, 5.1).
"""

import re
from dataclasses import dataclass, field
from email.message import Message

from services.ingest.domain.cleaning import CONTROLS
from services.ingest.domain.mime.calendar import words_of_calendar
from services.ingest.domain.mime.charsets import decode, named_in_html
from services.ingest.domain.mime.headers import header
from services.ingest.domain.mime.html_text import html_to_text
from services.ingest.domain.mime.parts import bare_name, file_name, flattened, has_name, part_bytes
from services.ingest.domain.mime.signed_mail import signed_content
from services.ingest.domain.mime.tnef import TnefError, read_tnef
from services.ingest.domain.mime.uuencoded import taken_out

MOST_PARTS = 200
"""Parts looked at: a mail nested deeper than anyone writes is read this far."""
MOST_BYTES = 4_000_000
"""Of one text that are decoded: it is cut far below."""
MOST_WITH_FILES = 40_000_000
"""Of one that may hold files, which are taken out first: they have the size of photographs."""
SHARED = 0.3
"""Of the words of an HTML text that a plain one beside it has at least, where both say the same."""
TNEF_TYPES = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
SIGNED_TYPES = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
SIGNATURE_TYPES = frozenset(
    {"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"}
)
WORDS = re.compile(r"\w+")
PICTURE = re.compile(r"\[(?:cid|image|inline image)\b[^\[\]]*+\]|<cid:[^<>]*+>", re.IGNORECASE)
INVISIBLE = re.compile(
    r"[\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufffc]+"
)
PAGE = re.compile(
    r"(?<!\s)\s*+<(?:!doctype\s+html|html|body|head|table|div|p|span|meta)\b[^<>]*+>", re.IGNORECASE
)
PAGE_END = re.compile(r"</(?:html|body|table|div|p|span)\s*>\s*\Z", re.IGNORECASE)
"""A page that its writer's program calls plain: contact forms of websites do so."""
TAGGED = frozenset({"text/enriched", "text/richtext"})
TAG = re.compile(r"<[^<>]{0,60}>")
"""Of text/enriched (RFC 1896): words with a few marks."""
NO_WORDS = frozenset({"text/rtf", "text/css", "text/csv", "text/vcard", "text/x-vcard", "text/directory"})
FILE = b"begin "
QUOTED_LINES = re.compile(r"^>[^\n]*+$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class MailAttachment:
    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Body:
    """`text` as the sender's program wrote it plain, where it did; `html_text` as it wrote it for show. Both
    hold everything that is shown. `calendar` is the method of a calendar's part (RFC 5546), if any."""

    text: str
    html_text: str
    attachments: tuple[MailAttachment, ...]
    calendar: str = ""


@dataclass(frozen=True, slots=True)
class _Shown:
    """What one part shows: by plain text where there is a choice, and by HTML."""

    plain: str = ""
    html: str = ""


@dataclass(slots=True)
class _Reader:
    """`whole`: attached mails are read too, not only kept."""

    whole: bool
    files: list[MailAttachment] = field(default_factory=list)
    seen: int = 0
    calendar: str = ""
    texts: int = 0

    def read(self, part: Message) -> _Shown:
        self.seen += 1
        if self.seen > MOST_PARTS:
            return _Shown()
        kind = part.get_content_type()
        if kind in SIGNATURE_TYPES:
            return _Shown()
        if part.is_multipart():
            inner = [one for one in part.get_payload() if isinstance(one, Message)]
            if part.get_content_maintype() == "message":
                return self._attached(part, inner)
            if kind == "multipart/alternative":
                return self._chosen(inner)
            return _joined([self.read(one) for one in inner])
        return self._leaf(part, kind)

    def _chosen(self, parts: list[Message]) -> _Shown:
        """One of several that say the same: plain words first, unless they show nothing or something else."""
        texts = [one for one in parts if one.get_content_maintype() in ("text", "multipart")]
        usual = [one for one in texts if _is_usual(one)] or texts
        shown = [self.read(one) for one in usual]
        for one in parts:
            if one not in texts or (one not in usual and has_name(one)):
                self.read(one)
        seen = [one for one in shown if is_visible(one.plain)]
        if not seen:
            return _Shown()
        first, best = seen[0], seen[-1]
        return _Shown(first.plain if _says_the_same(first.plain, best.html) else best.html, best.html)

    def _leaf(self, part: Message, kind: str) -> _Shown:
        if kind in TNEF_TYPES:
            return self._tnef(part)
        if kind in SIGNED_TYPES and (signed := signed_content(part_bytes(part))) is not None:
            return self.read(signed)
        if kind == "text/calendar" and not _is_attached(part):
            return self._event(part)
        if not _is_words(part, kind) or self._is_file(part):
            self.files.append(MailAttachment(file_name(part), kind, part_bytes(part)))
            return _Shown()
        self.texts += 1
        text = part_text(part, MOST_WITH_FILES if kind == "text/plain" else MOST_BYTES)
        if kind == "text/html" or (kind == "text/plain" and PAGE.match(text) and PAGE_END.search(text)):
            text = html_to_text(text[:MOST_BYTES])
        elif kind in TAGGED:
            text = TAG.sub("", text)
        else:
            text = self._without_files(without_clear_signature(text))
        return _Shown(text, text)

    def _without_files(self, text: str) -> str:
        left, files = taken_out(text)
        for name, content in files:
            named = bare_name(name) or "attachment"
            self.files.append(MailAttachment(named, "application/octet-stream", content))
        return left[:MOST_BYTES]

    def _is_file(self, part: Message) -> bool:
        """A text with a name is shown where it is the mail's own, and a file where another stands above
        it."""
        return _is_attached(part) or (self.texts > 0 and has_name(part))

    def _attached(self, part: Message, mails: list[Message]) -> _Shown:
        """A mail in a mail is a file; it is read where nothing else is there to be read."""
        shown = _joined([self.read(one) for one in mails]) if self.whole else _Shown()
        for one in mails:
            subject = header(one, "subject").replace("/", "_").replace("\\", "_")[:100]
            name = file_name(part, f"{subject or 'message'}.eml")
            self.files.append(MailAttachment(name, part.get_content_type(), flattened(one)))
        return shown

    def _event(self, part: Message) -> _Shown:
        raw = part_bytes(part)
        text = decode(raw, str(part.get_content_charset() or "utf-8"))
        method, words = words_of_calendar(text)
        self.calendar = self.calendar or method or str(part.get_param("method", "")).upper()
        return _Shown(words, words)

    def _tnef(self, part: Message) -> _Shown:
        raw = part_bytes(part)
        whole = MailAttachment("winmail.dat", "application/ms-tnef", raw)
        try:
            content = read_tnef(raw)
        except TnefError:
            self.files.append(whole)
            return _Shown()
        self.files += [MailAttachment(name, "application/octet-stream", data) for name, data in content.files]
        if content.left or not (content.text or content.html or content.files):
            self.files.append(whole)
        by_html = html_to_text(content.html) if content.html else ""
        return _Shown(content.text or by_html, by_html or content.text)


def read_body(mail: Message, *, forwarded: bool = False) -> Body:
    """`forwarded`: what it is about may stand in an attached mail."""
    body = _read(mail, whole=forwarded)
    if not forwarded and not is_visible(body.text) and not is_visible(body.html_text):
        return _read(mail, whole=True)
    return body


def _read(mail: Message, *, whole: bool) -> Body:
    reader = _Reader(whole)
    shown = reader.read(mail)
    return Body(shown.plain, shown.html, tuple(reader.files), reader.calendar)


def _joined(shown: list[_Shown]) -> _Shown:
    plain = [one.plain.strip("\n") for one in shown if is_visible(one.plain)]
    html = [one.html.strip("\n") for one in shown if is_visible(one.html)]
    return _Shown("\n\n".join(plain), "\n\n".join(html))


def is_visible(text: str) -> bool:
    """Whether a reader sees any letter of it: what holds a picture's place is none."""
    return bool(INVISIBLE.sub("", PICTURE.sub("", text)))


def _says_the_same(plain: str, html: str) -> bool:
    """Whether plain text beside HTML is what it says and not "your program can't show this". A quote may
    stand in one of both only."""
    if not is_visible(html):
        return True
    words = set(WORDS.findall(plain.lower()))
    shown = set(WORDS.findall(QUOTED_LINES.sub("", html).lower()))
    shown = shown or set(WORDS.findall(html.lower()))
    return not shown or len(words & shown) >= SHARED * len(shown)


def part_text(part: Message, most: int = MOST_BYTES) -> str:
    """Decoded by the charset it names; by what its bytes can be when the name is unknown or wrong.
    `most` bytes of what may hold a file written into it."""
    raw = part_bytes(part)
    raw = raw[: most if FILE in raw else MOST_BYTES]
    name = str(part.get_content_charset() or "")
    if not name and part.get_content_subtype() == "html":
        name = named_in_html(raw)
    text = decode(raw, name).replace("\r\n", "\n").replace("\r", "\n")
    if str(part.get_param("format", "")).lower() == "flowed":
        text = unflow(text, delete_space=str(part.get_param("delsp", "")).lower() == "yes")
    return CONTROLS.sub("", text)


SIGNED, SIGNATURE = "-----BEGIN PGP SIGNED MESSAGE-----\n", "\n-----BEGIN PGP SIGNATURE-----\n"
SIGNATURE_END = "-----END PGP SIGNATURE-----"


def without_clear_signature(text: str) -> str:
    """A text signed in the clear (RFC 9580, 7) without what a program put around it."""
    start = text.find(SIGNED)
    begin = text.find("\n\n", start)
    stop = text.find(SIGNATURE, begin)
    if start < 0 or begin < 0 or stop < 0:
        return text
    lines = (line.removeprefix("- ") for line in text[begin + 2 : stop].split("\n"))
    after = text.find(SIGNATURE_END, stop)
    rest = text[after + len(SIGNATURE_END) :] if after >= 0 else ""
    return text[:start] + "\n".join(lines) + rest


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


def _is_usual(part: Message) -> bool:
    """What mail programs show of several; the others are for watches, moving pages, or programs of 1995."""
    return part.is_multipart() or part.get_content_type() in ("text/plain", "text/html", "text/calendar")


def _is_words(part: Message, kind: str) -> bool:
    """Text of a kind that nobody knows is shown as it stands (RFC 2046, 4.1.4)."""
    if kind in ("text/plain", "text/html"):
        return True
    return part.get_content_maintype() == "text" and kind not in NO_WORDS and not has_name(part)


def _is_attached(part: Message) -> bool:
    return part.get_content_disposition() == "attachment"
