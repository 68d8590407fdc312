"""Reports that a mail of ours did not arrive (RFC 3464), or the same in a mail server's own words."""

import re
from dataclasses import dataclass
from email.message import Message
from email.utils import getaddresses

from services.ingest.domain.automatic import from_nobody

SENDERS = re.compile(r"^(?:mailer-daemon|postmaster|mail-daemon)@", re.IGNORECASE)
_SUBJECTS = (
    *("undeliver(?:ed|able)", "mail delivery (?:failed|failure|status|subsystem)", "returned mail"),
    *("delivery (?:status notification|failure|has failed)", "failure notice", "non remis"),
    *("échec de (?:la )?remise", "message non distribué", "unzustellbar", "onbestelbaar"),
    *("mancato recapito", "no se puede entregar", "não entregue"),
)
SUBJECT = re.compile(r"^\W*(?:" + "|".join(_SUBJECTS) + ")", re.IGNORECASE)
RECIPIENT = re.compile(
    r"^(?:final|original)-recipient\s*:\s*(?:[\w-]+\s*;\s*)?<?([^\s<>;]+@[^\s<>;]+)>?", re.I | re.M
)
STATUS = re.compile(r"^status\s*:\s*(\d\.\d{1,3}\.\d{1,3})", re.IGNORECASE | re.MULTILINE)
DIAGNOSTIC = re.compile(r"^diagnostic-code\s*:\s*(.{1,300})", re.IGNORECASE | re.MULTILINE)
ADDRESS_IN_TEXT = re.compile(r"<([^\s<>@]+@[^\s<>@]+)>")


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
    if mail.get_content_type() == "multipart/report":
        return (mail.get_param("report-type") or "delivery-status") == "delivery-status"
    if mail.get("x-failed-recipients"):
        return True
    by_a_server = bool(SENDERS.match(sender))
    return by_a_server or (from_nobody(mail, envelope_from) and bool(SUBJECT.match(subject)))


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
    found += [address for _, address in getaddresses([named]) if "@" in address]
    if found:
        return list(found)
    texts = (_text_of(part) for part in mail.walk() if part.get_content_type() == "text/plain")
    return list(ADDRESS_IN_TEXT.findall(next(texts, ""))[:5])


def _text_of(part: Message) -> str:
    """A part's text. The groups of a delivery status are messages to the parser: joined again."""
    payload = part.get_payload()
    if isinstance(payload, list):
        return "\n".join(str(inner) for inner in payload)
    decoded = part.get_payload(decode=True)
    return decoded.decode("utf-8", "replace") if isinstance(decoded, bytes) else str(payload)
