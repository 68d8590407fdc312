"""The headers of a mail as values: addresses, Message-ID, references, date. Nothing here raises."""

import email.errors
import email.header
import re
from datetime import UTC, datetime, timedelta
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime

MESSAGE_ID = re.compile(r"<[^<>\s]{1,250}>")
ADDRESS = re.compile(r"[^\s@<>\x00]{1,64}@[^\s@<>\x00]{1,255}")
REPLY_OR_FORWARD = re.compile(
    r"^\s*(?:(?:re|ré|aw|sv|vs|antw|odp|rif|res|fwd?|fw|tr|wg|rv|enc|i|doorst|r)\s*(?:\[\d+\])?\s*:\s*)+",
    re.IGNORECASE,
)
OLDEST, AHEAD = timedelta(days=60), timedelta(hours=36)
ENCODED_WORDS = re.compile(r"=\?[^?\s]+\?[bq]\?[^?]*\?=(?:\s*=\?[^?\s]+\?[bq]\?[^?]*\?=)*", re.IGNORECASE)
RECIPIENT_HEADERS = ("to", "cc", "delivered-to", "x-original-to", "envelope-to", "resent-to")


def raw_headers(mail: Message, name: str) -> list[str]:
    """The values of a header, its raw eight-bit bytes read as UTF-8 or else as Windows-1252."""
    return [_eight_bit(str(value)) for key, value in mail.raw_items() if key.lower() == name]


def header(mail: Message, name: str) -> str:
    """The first value of a header, decoded; empty when there is none."""
    return next(map(decode_header, raw_headers(mail, name)), "")


def decode_header(value: str) -> str:
    """Encoded words (RFC 2047) decoded, unfolded; what can't be decoded stays as it is."""
    text = ENCODED_WORDS.sub(lambda words: _decoded(words.group()), _eight_bit(value))
    return " ".join(text.replace("\x00", "").split())


def _decoded(words: str) -> str:
    try:
        parts = email.header.decode_header(words)
    except (email.errors.HeaderParseError, ValueError):
        return words
    return "".join(raw if isinstance(raw, str) else _in_charset(raw, charset) for raw, charset in parts)


def _in_charset(raw: bytes, charset: str | None) -> str:
    for name in (charset or "ascii", "utf-8", "cp1252"):
        try:
            return raw.decode(name)
        except (LookupError, UnicodeDecodeError, ValueError):
            continue
    return raw.decode("latin-1")


def _eight_bit(value: str) -> str:
    return _in_charset(value.encode("utf-8", "surrogateescape"), "utf-8")


def addresses(mail: Message, *names: str) -> tuple[tuple[str, str], ...]:
    """(name, address) pairs of these headers, addresses in lower case, malformed ones left out."""
    values = [value for name in names for value in raw_headers(mail, name)]
    try:
        named = getaddresses(values)
    except RecursionError:  # comments in comments in comments
        return ()
    pairs = [(decode_header(name), address.strip().lower()) for name, address in named]
    return tuple(dict.fromkeys(pair for pair in pairs if ADDRESS.fullmatch(pair[1])))


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
