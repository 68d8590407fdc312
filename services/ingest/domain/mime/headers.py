"""The headers of a mail as values: addresses, Message-ID, references, date. Nothing here raises."""

import binascii
import quopri
import re
from datetime import UTC, datetime, timedelta
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime

from services.ingest.domain.cleaning import CONTROLS, composed
from services.ingest.domain.mime.charsets import decode

MESSAGE_ID = re.compile(r"<[^<>\s]{1,250}>")
ADDRESS = re.compile(r"[^\s@<>\x00-\x1f\x7f\ud800-\udfff]{1,64}@[^\s@<>\x00-\x1f\x7f\ud800-\udfff]{1,255}")
REPLY_OR_FORWARD = re.compile(
    r"^\s*(?:(?:re|ré|aw|sv|vs|antw|odp|rif|res|fwd?|fw|tr|wg|rv|enc|i|doorst|r)\s*(?:\[\d+\])?\s*:\s*)+",
    re.IGNORECASE,
)
FORWARD = re.compile(r"^\s*(?:fwd?|fw|tr|wg|rv|enc|i|doorst)\s*:", re.IGNORECASE)
SURROGATE = re.compile(r"[\ud800-\udfff]")
OLDEST, AHEAD = timedelta(days=60), timedelta(hours=36)
ENCODED_WORD = re.compile(
    r"=\?(?P<charset>[^?\s]{1,60})\?(?P<encoding>[bq])\?(?P<words>[^\r\n]{0,1000}?)\?=(?![0-9a-f]{2})",
    re.IGNORECASE,
)
"""RFC 2047, and as programs write it: with blanks and question marks between the marks."""
RECIPIENT_HEADERS = ("to", "cc", "delivered-to", "x-original-to", "envelope-to", "resent-to")


def raw_headers(mail: Message, name: str) -> list[str]:
    """The values of a header as they came."""
    return [eight_bit(str(value)) for key, value in mail.raw_items() if key.lower() == name]


def header(mail: Message, name: str) -> str:
    """The first value of a header, decoded; empty when there is none."""
    return next(map(decode_header, raw_headers(mail, name)), "")


def decode_header(value: str) -> str:
    """Encoded words decoded, unfolded; what can't be decoded stays as it is."""
    pieces: list[str] = []
    at, waiting, charset = 0, b"", ""
    text = eight_bit(value)
    for word in ENCODED_WORD.finditer(text):
        between = text[at : word.start()]
        if waiting and (between.strip() or word["charset"].lower() != charset):
            pieces.append(decode(waiting, charset))
            waiting = b""
        # A letter may be split between two words of one set: their bytes are put together first.
        pieces.append("" if not between.strip() and at else between)
        waiting, charset, at = waiting + _octets(word), word["charset"].lower(), word.end()
    pieces += [decode(waiting, charset) if waiting else "", text[at:]]
    return composed(" ".join(CONTROLS.sub("", "".join(pieces)).split()))


def _octets(word: re.Match[str]) -> bytes:
    words = word["words"].encode("utf-8", "replace")
    if word["encoding"] in "qQ":
        return quopri.decodestring(words.replace(b" ", b"_"), header=True)
    try:
        return binascii.a2b_base64(words + b"=" * (-len(words) % 4))
    except binascii.Error:
        return words


def settle_letters(mail: Message) -> None:
    """Headers with raw eight-bit letters (RFC 6532, or none) are read once for all: as UTF-8, else by the
    character set of the text below them, else as Windows-1252."""
    charset = next((name for part in mail.walk() if (name := part.get_content_charset())), "")
    for part in mail.walk():
        fields = list(part.raw_items())
        if not any(SURROGATE.search(str(value)) for _, value in fields):
            continue
        own = part.get_content_charset() or charset
        for name in {name for name, _ in fields}:
            del part[name]
        for name, value in fields:
            part.set_raw(name, _lettered(str(value), own))


def _lettered(value: str, charset: str) -> str:
    if not SURROGATE.search(value):
        return value
    raw = value.encode("utf-8", "surrogateescape")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return decode(raw, charset)


def eight_bit(value: str) -> str:
    """Bytes that stood where letters belong (surrogates, as Python reads them) as letters."""
    return decode(value.encode("utf-8", "surrogateescape"), "utf-8") if SURROGATE.search(value) else value


def addresses(mail: Message, *names: str) -> tuple[tuple[str, str], ...]:
    """(name, address) pairs of these headers, addresses in lower case, malformed ones left out."""
    values = [value for name in names for value in raw_headers(mail, name)]
    try:
        named = getaddresses(values)
    except RecursionError:  # comments in comments in comments
        return ()
    pairs = [(decode_header(name), address.strip().lower()) for name, address in named]
    return tuple(dict.fromkeys(pair for pair in pairs if is_address(pair[1])))


def is_address(text: str) -> bool:
    """Whether it looks like one; an encoded word stands in none (RFC 2047, 5)."""
    return ADDRESS.fullmatch(text) is not None and "=?" not in text


def message_id(mail: Message) -> str | None:
    """The Message-ID with its angle brackets; None where it is missing or unusable."""
    found = MESSAGE_ID.search(header(mail, "message-id"))
    return found.group() if found else None


def references(mail: Message) -> tuple[str, ...]:
    """The mails this one answers, nearest first."""
    named = MESSAGE_ID.findall(header(mail, "in-reply-to"))
    older = MESSAGE_ID.findall(header(mail, "references"))[-50:]
    return tuple(dict.fromkeys([*named, *reversed(older)]))


def sent_at(mail: Message, now: datetime) -> datetime | None:
    """When it says it was sent, in UTC; None when missing, unreadable, or not to be believed beside `now`."""
    try:
        moment = parsedate_to_datetime(str(mail.get("date", "")))
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (TypeError, ValueError, OverflowError, IndexError):
        return None
    return moment if now - OLDEST <= moment <= now + AHEAD else None


def bare_subject(subject: str) -> str:
    """Without Re:, TR:, AW: and their like."""
    return REPLY_OR_FORWARD.sub("", subject).strip()


def is_forward(subject: str) -> bool:
    return bool(FORWARD.match(subject))
