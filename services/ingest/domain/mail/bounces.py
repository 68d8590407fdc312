"""Reports that a mail of ours did not arrive (RFC 3464), or the same in a mail server's own words.

flufl.bounce finds the addresses that a report names; ours is proven by the return path. What a report must
tell is whether anybody ever reads there (docs/decisions/0007).
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from email.message import Message

from services.ingest.domain.cleaning import any_of, unaccented
from services.ingest.domain.mail.automatic import FAILED, from_nobody
from services.ingest.domain.mime.text_of_mail import part_text

SENDERS = re.compile(r"^(?:mailer-daemon|postmaster|mail-daemon)@", re.IGNORECASE)
RECIPIENT = re.compile(
    r"^(?:final|original)-recipient\s*:\s*(?:[\w-]+\s*;\s*)?<?([^\s<>;]+@[^\s<>;]+)>?", re.I | re.M
)
STATUS = re.compile(r"^status\s*:\s*(\d\.\d{1,3}\.\d{1,3})", re.IGNORECASE | re.MULTILINE)
DIAGNOSTIC = re.compile(r"^diagnostic-code\s*:\s*(.{1,300})", re.IGNORECASE | re.MULTILINE)
ADDRESS = re.compile(r"[^\s<>;,()\"@]{1,64}+@[^\s<>;,()\"@]{1,255}+")
CODE = re.compile(
    r"(?:\b[245]\d\d[ -]{1,3}#?|#\s?|\(|\bstatus[ :=]{1,3})([245]\.\d{1,3}\.\d{1,3})(?![\d.]\d)", re.I
)
"""An enhanced status code (RFC 3463) in a sentence: after a reply code, or marked as one."""
ORIGINAL = re.compile(
    r"^\W{0,6}(?:below this line is a copy|this is a copy of the message|original message"
    r"|copy of your message|included is a copy|unsent message|message d[’']origine|return-path:|received:)",
    re.IGNORECASE | re.MULTILINE,
)
"""What a report in words says ends where it returns the mail."""
REFUSED = re.compile(r"(?:smtp\s*;)?\W{0,9}55[013]\b", re.IGNORECASE)
GENERIC = ("4.0.0", "5.0.0")
NOBODY_THERE = frozenset({"5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.4", "5.1.6", "5.1.10", "5.2.1"})
"""Nobody reads at the address: no such mailbox, domain or mail there, moved away, disabled. What else stands
under 5.1 speaks of the sender (RFC 3463, 3.2; RFC 7505, 4.2)."""

_READER = (
    r"(?:user|recipient|mailbox|utilisateur|destinataire|boîte|benutzer|empfänger|postfach|gebruiker"
    r"|ontvanger|postvak)"
)
_NOT_THERE = r"(?:unknown|not found|inconnue?|inexistante?|unbekannt|onbekend|invalid)"
UNKNOWN = any_of(
    rf"\b{_READER}\W{{1,4}}(?:(?:e-?mail )?(?:address|account|name|adresse|compte)\W{{1,3}})?"
    rf"(?:(?:is|was|est) )?{_NOT_THERE}\b",
    rf"\b(?:unknown|no such|invalid|unbekannter|onbekende) (?:local )?{_READER}\b",
    rf"\b{_READER}\b[^.;]{{0,60}}\b(?:(?:does not|doesn[’']t) exist|existiert nicht|bestaat niet"
    r"|n[’' ]existe (?:pas|plus))\b",
    r"\bno (?:mailbox|user) (?:here )?(?:by|with|of) that name\b",
)
"""Of whom the mail was for; the recipient's own address counts as such a word. An address, an account or a
host that is unknown may be ours."""
OF_US = any_of(
    r"\b(?:your (?:[\w-]{1,20} ){0,2}?(?:address|host\w*|servers?|ip|domain|account)(?! admin)|votre|ihre?|uw"
    r"|return[ -]?(?:address|path)|envelope|mail ?from|helo|ehlo|ptr|reverse|ip"
    r"|client|host(?! \S{1,99} said)\w*|sending|connecting|call(?:back|out)s?|(?<!to )(?<!to the )sender"
    r"|badmailfrom|expéditeur|absender|afzender|authenti\w+|log ?in|password|credentials?)\b"
)
"""What a server says of who sends: whoever is unknown then is not the recipient."""
OF_ANOTHER_THING = any_of(
    r"\b(?:too (?:large|big|long)|(?:message|max\w*) size|quota|full|pleine|spam\w*|junk|blocked|black"
    r" ?list\w*|block ?list\w*|reputation|policy|content|(?<!to )(?<!to the )sender|badmailfrom|expéditeur"
    r"|relay(?:ing)? (?:access )?(?:denied|not permitted|not allowed|prohibited|access)|unable to relay"
    r"|gr[ae]y ?list\w*|virus|rbl|spf|dkim|dmarc|rate limit\w*|too many|try again|temporar\w+|volumineux"
    r"|authenti\w+|client host|helo|ehlo|mail ?from|return[ -](?:address|path)|callback)\b"
)
"""Servers give 5.1.1 for these, too: the next mail may well be read."""
OR_FOR_NOW = any_of(r"\b(?:or|ou|oder|temporar\w+|try again later)\b")
"""Where it stands beside another thing, that may be the cause."""

LONGEST_FIELD = 2_000
"""Characters of one field of a report that are looked at."""
LONGEST_WORDS = 5_000
"""Characters of a report in words."""


@dataclass(frozen=True, slots=True)
class FailedRecipient:
    """Of one recipient; `status`: RFC 3463, "5.1.1"; 4 first means a delay, None that nobody knows."""

    recipient: str | None
    status: str | None
    diagnostic: str | None

    @property
    def permanent(self) -> bool:
        """Whether nobody will ever read there. A mail may be refused for good for its size, a full mailbox or
        our name, and the next one be read."""
        words = _words(self.diagnostic)
        if OF_ANOTHER_THING.search(words):
            plain = self.status == "5.1.1" and not OR_FOR_NOW.search(words)
            if not (plain and _unknown(self.diagnostic, self.recipient)):
                return False
        told = CODE.findall(unaccented(self.diagnostic or ""))
        return self.status in NOBODY_THERE and all(code in NOBODY_THERE for code in told)


@dataclass(frozen=True, slots=True)
class Bounce:
    """`failures`: whom it speaks of, lower case, and why."""

    failures: tuple[FailedRecipient, ...]

    @property
    def recipients(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one.recipient for one in self.failures if one.recipient))

    def of(self, is_theirs: Callable[[str], bool]) -> FailedRecipient:
        """What it says of the one address that the mail went to; where it names another, as after a
        forwarding, what it says at all."""
        theirs = [one for one in self.failures if one.recipient and is_theirs(one.recipient)]
        return next(iter(theirs or self.failures), FailedRecipient(None, None, None))


def is_bounce(mail: Message, envelope_from: str | None, subject: str, sender: str) -> bool:
    """Whether a machine proves that it reports about a delivery: by the report's type, or from nobody."""
    if mail.get_content_type() == "multipart/report":
        return (mail.get_param("report-type") or "delivery-status") == "delivery-status"
    if not from_nobody(mail, envelope_from):
        return False
    return looks_like_bounce(mail, subject, sender)


def looks_like_bounce(mail: Message, subject: str, sender: str) -> bool:
    """At the return path of a mail of ours that is enough: nobody else writes there."""
    return bool(mail.get("x-failed-recipients") or SENDERS.match(sender) or FAILED.match(unaccented(subject)))


def read_bounce(mail: Message) -> Bounce:
    """Whom a bounce speaks of and why; from its machine-readable part when there is one."""
    reports = [part for part in mail.walk() if part.get_content_type() == "message/delivery-status"]
    failures = [_failure(group) for part in reports for group in _groups(part)]
    found = [one for one in failures if one.recipient or one.status]
    return Bounce(tuple(found) or tuple(_in_words(mail)))


def _failure(group: str) -> FailedRecipient:
    recipient, status = RECIPIENT.search(group), STATUS.search(group)
    told = DIAGNOSTIC.search(group)
    diagnostic = " ".join(told.group(1).split()) if told else None
    code = status.group(1) if status else None
    if code is None or code in GENERIC:
        code = next(iter(CODE.findall(diagnostic or "")), code)
    address = recipient.group(1).lower() if recipient else None
    if code == "5.0.0" and REFUSED.match(diagnostic or "") and _unknown(diagnostic, address):
        code = code if OF_ANOTHER_THING.search(_words(diagnostic)) else "5.1.1"
    return FailedRecipient(address, code, diagnostic)


def _words(diagnostic: str | None, recipient: str | None = None) -> str:
    """Without the addresses in it; the recipient's own is called so."""
    words = unaccented(diagnostic or "")
    if recipient:
        own = rf"(?<![^\s<>;,:()\"'])(?:{re.escape(recipient)})(?![\w@.-]*\w)"
        words = re.sub(own, "recipient", words, flags=re.IGNORECASE)
    return ADDRESS.sub("", words)


def _unknown(diagnostic: str | None, recipient: str | None) -> bool:
    """Whether the words say that nobody is there whom the mail was for."""
    words = _words(diagnostic, recipient)
    return bool(UNKNOWN.search(words)) and not OF_US.search(words)


def _in_words(mail: Message) -> Iterable[FailedRecipient]:
    """Nothing but words: the codes in them, and the addresses."""
    parts = (part_text(part) for part in mail.walk() if part.get_content_type() == "text/plain")
    text = next(parts, "")[:LONGEST_WORDS]
    said = ORIGINAL.split(text, maxsplit=1)[0]
    codes = [code for code in CODE.findall(said) if code[0] != "2"]
    final = [code for code in codes if code[0] == "5"] or codes
    status = next((code for code in final if code not in NOBODY_THERE), next(iter(final), None))
    line = next((line for line in said.splitlines() if status and status in line), "")
    named = ADDRESS.findall(str(mail.get("x-failed-recipients", ""))) or ADDRESS.findall(said)[:5]
    for one in named or [None]:
        address = one.strip("'.:[]").lower() if one else None
        yield FailedRecipient(address, status, " ".join(line.split())[:300] or None)


def _groups(part: Message) -> list[str]:
    """The recipients' groups of a delivery status: messages to the parser."""
    if part.is_multipart():
        return [_fields(inner) for inner in part.get_payload() if isinstance(inner, Message)]
    return part_text(part).split("\n\n")


def _fields(group: Message) -> str:
    """As they came: to write a header anew takes the square of its length."""
    return "\n".join(f"{name}: {str(value)[:LONGEST_FIELD]}" for name, value in group.raw_items())
