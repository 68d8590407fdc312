"""One mail, raw bytes in, what it is out. Pure: no clock, no network, no configuration but the arguments."""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from email.message import Message
from email.parser import BytesFeedParser
from email.policy import compat32
from enum import StrEnum

from services.ingest.domain.automatic import is_ours, why_automatic
from services.ingest.domain.bounces import Bounce, is_bounce, read_bounce
from services.ingest.domain.headers import (
    RECIPIENT_HEADERS,
    addresses,
    bare_subject,
    header,
    message_id,
    raw_headers,
    references,
    sent_at,
)
from services.ingest.domain.sender_proof import LONGEST_RESULT, MOST_RESULTS
from services.ingest.domain.text_of_mail import MailAttachment, read_body

ENCRYPTED_TYPES = frozenset({"multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"})
LONGEST_TEXT = 50_000
"""Characters taken of a text; the raw mail keeps the rest."""
LONGEST_ADDRESS = 320
LONGEST_HEADING = 100_000
"""Bytes looked at where only sender and subject are asked for."""
PIECE = 65_536
"""Bytes the parser is fed at a time: given all at once it keeps five times as many."""


class Kind(StrEnum):
    WRITTEN = "written"
    """A person wrote it."""
    BOUNCE = "bounce"
    AUTOMATIC = "automatic"
    OURS = "ours"
    """Our own mail came back."""
    ENCRYPTED = "encrypted"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class ParsedMail:
    """`key` is the Message-ID, or a hash where there is none."""

    kind: Kind
    why: str
    key: str
    message_id: str | None
    sender: str
    sender_name: str
    subject: str
    recipients: tuple[str, ...]
    references: tuple[str, ...]
    sent_at: datetime | None
    text: str
    attachments: tuple[MailAttachment, ...]
    return_path: str | None = None
    """Of the envelope, or else as the server that delivered wrote it down."""
    authentication: tuple[str, ...] = ()
    """Values of Authentication-Results (RFC 8601), whoever wrote them."""
    bounce: Bounce | None = None


@dataclass(frozen=True, slots=True)
class MailEnvelope:
    """What the transport knows (SMTP, LMTP); None where it does not (a mailbox read by IMAP, a file)."""

    sender: str | None = None
    recipients: tuple[str, ...] = ()


def parse_mail(
    raw: bytes, envelope: MailEnvelope, own_addresses: frozenset[str], now: datetime
) -> ParsedMail:
    """What cannot be understood is of the kind UNREADABLE and says why. A mail written to break parsers may
    take very long, much memory, or end in any error: strangers' mails are read by `mail_reader`."""
    mail = _parsed(raw)
    sender_name, sender = _sender(mail)
    subject = header(mail, "subject")
    kind, why = _kind(mail, envelope, own_addresses, subject, sender)
    body = read_body(mail)
    text = body.text.strip()[:LONGEST_TEXT]
    if kind is Kind.WRITTEN and not text:
        kind, why = _kind_without_text(mail, bare_subject(subject), body.attachments)
    identity = message_id(mail)
    return ParsedMail(
        kind=kind,
        why=why,
        key=identity or content_key(mail, sender, text),
        message_id=identity,
        sender=sender,
        sender_name=sender_name[:200],
        subject=subject[:400],
        recipients=_recipients(mail, envelope),
        references=references(mail),
        sent_at=sent_at(mail, now),
        text=text,
        attachments=body.attachments,
        return_path=header(mail, "return-path")[:LONGEST_ADDRESS]
        if envelope.sender is None
        else envelope.sender,
        authentication=tuple(
            value[:LONGEST_RESULT] for value in raw_headers(mail, "authentication-results")[:MOST_RESULTS]
        ),
        bounce=read_bounce(mail) if kind is Kind.BOUNCE else None,
    )


@dataclass(frozen=True, slots=True)
class Heading:
    sender: str
    subject: str


def read_heading(raw: bytes) -> Heading:
    """From the headers alone: a held mail may be held because its body breaks the parser."""
    mail = _parsed(re.split(rb"\r?\n\r?\n", raw[:LONGEST_HEADING], maxsplit=1)[0])
    return Heading(_sender(mail)[1], header(mail, "subject"))


def _parsed(raw: bytes) -> Message:
    parser = BytesFeedParser(policy=compat32)
    for start in range(0, len(raw), PIECE):
        parser.feed(raw[start : start + PIECE])
    return parser.close()


def _sender(mail: Message) -> tuple[str, str]:
    """(name, address), both empty where nobody is named."""
    senders = addresses(mail, "from") or addresses(mail, "reply-to", "sender")
    return senders[0] if senders else ("", "")


def _kind(
    mail: Message, envelope: MailEnvelope, own_addresses: frozenset[str], subject: str, sender: str
) -> tuple[Kind, str]:
    if is_bounce(mail, envelope.sender, subject, sender):
        return Kind.BOUNCE, "report of a failed delivery"
    if is_ours(mail, sender, own_addresses):
        return Kind.OURS, "our own mail came back"
    if why := why_automatic(mail, envelope.sender, subject, sender):
        return Kind.AUTOMATIC, why
    if not sender:
        return Kind.UNREADABLE, "no address in From, Reply-To or Sender"
    if _is_encrypted(mail):
        return Kind.ENCRYPTED, "encrypted: ask the sender to write in the clear"
    return Kind.WRITTEN, ""


def _kind_without_text(
    mail: Message, subject: str, attachments: tuple[MailAttachment, ...]
) -> tuple[Kind, str]:
    """A subject alone may well be the question, unless what stood below it was broken on the way."""
    if mail.defects:
        return Kind.UNREADABLE, f"no text, and broken: {type(mail.defects[0]).__name__}"
    if not (subject or attachments):
        return Kind.UNREADABLE, "no text, no subject and no attachment"
    return Kind.WRITTEN, ""


def _is_encrypted(mail: Message) -> bool:
    """An opaque S/MIME signature has the type of encryption too; `smime-type` tells (RFC 8551, 3.2.2)."""
    closed = [part for part in mail.walk() if part.get_content_type() in ENCRYPTED_TYPES]
    return any(str(part.get_param("smime-type", "")).lower() != "signed-data" for part in closed)


def content_key(mail: Message, sender: str, text: str) -> str:
    """Stands for a missing Message-ID: the same mail by two ways gives the same key."""
    parts = (sender, str(mail.get("date", "")), header(mail, "subject"), text)
    return "sha256:" + hashlib.sha256("\x00".join(parts).encode("utf-8", "surrogateescape")).hexdigest()


def _recipients(mail: Message, envelope: MailEnvelope) -> tuple[str, ...]:
    named = [address for _, address in addresses(mail, *RECIPIENT_HEADERS)]
    return tuple(dict.fromkeys([*(address.lower() for address in envelope.recipients), *named]))
