"""Reports that a mail of ours did not arrive (RFC 3464), or the same in a mail server's own words."""

import re
from dataclasses import dataclass
from email.message import Message

from services.ingest.domain.automatic import FAILED, from_nobody
from services.ingest.domain.mime.text_of_mail import part_text

SENDERS = re.compile(r"^(?:mailer-daemon|postmaster|mail-daemon)@", re.IGNORECASE)
RECIPIENT = re.compile(
    r"^(?:final|original)-recipient\s*:\s*(?:[\w-]+\s*;\s*)?<?([^\s<>;]+@[^\s<>;]+)>?", re.I | re.M
)
STATUS = re.compile(r"^status\s*:\s*(\d\.\d{1,3}\.\d{1,3})", re.IGNORECASE | re.MULTILINE)
DIAGNOSTIC = re.compile(r"^diagnostic-code\s*:\s*(.{1,300})", re.IGNORECASE | re.MULTILINE)
ADDRESS = re.compile(r"[^\s<>;,()\"@]{1,64}+@[^\s<>;,()\"@]{1,255}+")
ADDRESS_IN_TEXT = re.compile(r"<([^\s<>@]+@[^\s<>@]+)>")

LONGEST_FIELD = 2_000
"""Characters of one field of a report that are looked at."""


@dataclass(frozen=True, slots=True)
class Bounce:
    """`recipients`: whom it speaks of, lower case. `status`: RFC 3463, "5.1.1"; 4 first means a delay,
    None that nobody knows."""

    recipients: tuple[str, ...]
    status: str | None
    diagnostic: str | None

    @property
    def permanent(self) -> bool:
        return self.status is not None and self.status.startswith("5")


def is_bounce(mail: Message, envelope_from: str | None, subject: str, sender: str) -> bool:
    """Whether a machine proves that it reports about a delivery: by the report's type, or from nobody."""
    if mail.get_content_type() == "multipart/report":
        return (mail.get_param("report-type") or "delivery-status") == "delivery-status"
    if not from_nobody(mail, envelope_from):
        return False
    return bool(mail.get("x-failed-recipients") or SENDERS.match(sender) or FAILED.match(subject))


def read_bounce(mail: Message) -> Bounce:
    """Whom a bounce speaks of and why; from its machine-readable part when there is one."""
    reports = (part for part in mail.walk() if part.get_content_type() == "message/delivery-status")
    report = "\n".join(_text_of(part) for part in reports)
    status, diagnostic = STATUS.search(report), DIAGNOSTIC.search(report)
    return Bounce(
        tuple(dict.fromkeys(address.lower() for address in _recipients(mail, report))),
        status.group(1) if status else None,
        " ".join(diagnostic.group(1).split()) if diagnostic else None,
    )


def _recipients(mail: Message, report: str) -> list[str]:
    found = RECIPIENT.findall(report)
    named = str(mail.get("x-failed-recipients", ""))
    found += ADDRESS.findall(named)
    if found:
        return list(found)
    texts = (_text_of(part) for part in mail.walk() if part.get_content_type() == "text/plain")
    return list(ADDRESS_IN_TEXT.findall(next(texts, ""))[:5])


def _text_of(part: Message) -> str:
    """A part's text. The groups of a delivery status are messages to the parser: joined again."""
    if part.is_multipart():
        return "\n".join(_fields(inner) for inner in part.get_payload() if isinstance(inner, Message))
    return part_text(part)


def _fields(group: Message) -> str:
    """As they came: to write a header anew takes the square of its length."""
    return "\n".join(f"{name}: {str(value)[:LONGEST_FIELD]}" for name, value in group.raw_items())
