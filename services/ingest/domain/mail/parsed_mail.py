"""One mail, raw bytes in, what it is out. Pure: no clock, no network, no configuration but the arguments."""

import hashlib
import re
from dataclasses import dataclass, field
from datetime import datetime
from email.message import Message
from email.parser import BytesFeedParser
from email.policy import compat32
from enum import StrEnum

from services.ingest.domain.cleaning import composed
from services.ingest.domain.mail.automatic import Sign, is_ours, signs, why_automatic
from services.ingest.domain.mail.bounces import Bounce, is_bounce, looks_like_bounce, read_bounce
from services.ingest.domain.mail.sender_proof import LONGEST_RESULT, MOST_RESULTS
from services.ingest.domain.mime.calendar import ANSWERS
from services.ingest.domain.mime.headers import (
    RECIPIENT_HEADERS,
    addresses,
    bare_subject,
    header,
    is_forward,
    message_id,
    raw_headers,
    references,
    sent_at,
    settle_letters,
)
from services.ingest.domain.mime.limits import why_not_parsed
from services.ingest.domain.mime.parts import part_bytes
from services.ingest.domain.mime.signed_mail import is_signed
from services.ingest.domain.mime.text_of_mail import Body, MailAttachment, read_body

ENCRYPTED_TYPES = frozenset({"multipart/encrypted", "application/pgp-encrypted"})
WRAPPED_TYPES = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
LIST_ID = re.compile(r"<([^<>\s]{1,200})>")
MAILTO = re.compile(r"mailto:([^<>\s?,]{1,200})", re.IGNORECASE)
PGP_MESSAGE = "-----BEGIN PGP MESSAGE-----"
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
    """`key` is the Message-ID, or made of the content where there is none; `content` tells two mails of one
    id apart. `text` is all that is shown, as its plain parts say it, `html_text` as its HTML does; `reply`
    is what stands above the quote. `signs` are of a machine, and prove nothing: what was seen by each."""

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
    """What it says as a report: it is one, or would be at a return path of ours."""
    html_text: str = ""
    content: str = ""
    signs: dict[Sign, str] = field(default_factory=dict)
    reply_to: tuple[str, str] | None = None
    """(name, address) that answers shall go to, where it is another than the sender."""
    lists: tuple[str, ...] = ()
    """The mailing lists it came through: their ids and addresses."""
    form_of: str | None = None
    """The partner whose own contact form wrote it."""


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
    if why_not := why_not_parsed(raw):
        return _unread(raw, envelope, why_not)
    mail = _parsed(raw)
    sender_name, sender = _sender(mail)
    subject = header(mail, "subject")
    body = read_body(mail, forwarded=is_forward(subject))
    text = _shown(body.text)
    kind, why = _kind(mail, envelope, subject, sender, body)
    if kind is Kind.WRITTEN and not text:
        kind, why = _kind_without_text(mail, bare_subject(subject), body.attachments)
    identity = message_id(mail)
    content = content_digest(mail, sender, text, body.attachments).hex()
    return ParsedMail(
        kind=kind,
        why=why,
        key=identity or f"sha256:{content}",
        message_id=identity,
        sender=sender,
        sender_name=sender_name[:200],
        subject=subject[:400],
        recipients=_recipients(mail, envelope),
        references=references(mail),
        sent_at=sent_at(mail, now),
        text=text,
        attachments=body.attachments,
        return_path=_return_path(mail, envelope),
        authentication=_authentication(mail),
        bounce=read_bounce(mail) if _may_report(kind, mail, subject, sender) else None,
        html_text=_shown(body.html_text),
        content=content,
        signs=signs(mail, subject, sender, own_addresses),
        reply_to=_reply_to(mail, sender),
        lists=_lists(mail),
    )


def _return_path(mail: Message, envelope: MailEnvelope) -> str:
    """Of a mail without an envelope, as it stands in its header."""
    return header(mail, "return-path")[:LONGEST_ADDRESS] if envelope.sender is None else envelope.sender


def _authentication(mail: Message) -> tuple[str, ...]:
    results = raw_headers(mail, "authentication-results")[:MOST_RESULTS]
    return tuple(value[:LONGEST_RESULT] for value in results)


def _shown(text: str) -> str:
    return composed(text.strip()[:LONGEST_TEXT]).strip()


def _unread(raw: bytes, envelope: MailEnvelope, why: str) -> ParsedMail:
    """Nothing is known of it but its bytes and how it came."""
    return ParsedMail(
        kind=Kind.UNREADABLE,
        why=why,
        key=raw_key(raw),
        message_id=None,
        sender="",
        sender_name="",
        subject="",
        recipients=tuple(address.lower() for address in envelope.recipients),
        references=(),
        sent_at=None,
        text="",
        attachments=(),
        content=hashlib.sha256(raw).hexdigest(),
    )


def raw_key(raw: bytes) -> str:
    """The key of a mail of which nothing is known but its bytes."""
    return "sha256:" + hashlib.sha256(raw).hexdigest()


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
    mail: Message = parser.close()
    settle_letters(mail)
    return mail


def _sender(mail: Message) -> tuple[str, str]:
    """(name, address), both empty where nobody is named."""
    senders = addresses(mail, "from") or addresses(mail, "reply-to", "sender")
    return senders[0] if senders else ("", "")


def _kind(mail: Message, envelope: MailEnvelope, subject: str, sender: str, body: Body) -> tuple[Kind, str]:
    if is_bounce(mail, envelope.sender, subject, sender):
        return Kind.BOUNCE, "report of a failed delivery"
    if is_ours(mail):
        return Kind.OURS, "our own mail came back"
    if why := why_automatic(mail, envelope.sender):
        return Kind.AUTOMATIC, why
    if body.calendar in ANSWERS and not body.text.strip():
        return Kind.AUTOMATIC, "answer to an invitation"
    if mail.get_content_type() == "message/partial":
        return Kind.UNREADABLE, "one of several pieces of a mail; ask its sender for the whole"
    if not sender:
        return Kind.UNREADABLE, "no address in From, Reply-To or Sender"
    if _is_encrypted(mail, body):
        return Kind.ENCRYPTED, "ask the sender to write in the clear"
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


def _is_encrypted(mail: Message, body: Body) -> bool:
    """An opaque S/MIME signature has the type of encryption too; what is in it tells (RFC 8551, 3.2.2)."""
    parts = list(mail.walk())
    if any(part.get_content_type() in ENCRYPTED_TYPES for part in parts):
        return True
    wrapped = [part for part in parts if part.get_content_type() in WRAPPED_TYPES]
    return any(not is_signed(part_bytes(part)) for part in wrapped) or PGP_MESSAGE in body.text


def content_digest(mail: Message, sender: str, text: str, attachments: tuple[MailAttachment, ...]) -> bytes:
    """The same mail by two ways gives the same; another one under the same Message-ID does not."""
    hashed = hashlib.sha256()
    for part in (sender, str(mail.get("date", "")), header(mail, "subject"), text):
        hashed.update(part.encode("utf-8", "replace") + b"\0")
    for attachment in attachments:
        hashed.update(hashlib.sha256(attachment.content).digest())
    return hashed.digest()


def _may_report(kind: Kind, mail: Message, subject: str, sender: str) -> bool:
    """Whether it is a report, or one where it comes to a return path of ours."""
    return kind in (Kind.BOUNCE, Kind.AUTOMATIC) or looks_like_bounce(mail, subject, sender)


def _reply_to(mail: Message, sender: str) -> tuple[str, str] | None:
    return next((named for named in addresses(mail, "reply-to") if named[1] != sender), None)


def _lists(mail: Message) -> tuple[str, ...]:
    """Their ids (`questions.univ-orme.example`) and the addresses one posts to."""
    named = [found.lower() for value in raw_headers(mail, "list-id") for found in LIST_ID.findall(value)]
    posted = [found.lower() for value in raw_headers(mail, "list-post") for found in MAILTO.findall(value)]
    return tuple(dict.fromkeys([*named, *posted]))[:20]


def _recipients(mail: Message, envelope: MailEnvelope) -> tuple[str, ...]:
    named = [address for _, address in addresses(mail, *RECIPIENT_HEADERS)]
    return tuple(dict.fromkeys([*(address.lower() for address in envelope.recipients), *named]))
