"""Mail addresses as people type and paste them: mended where it is plain what is meant, refused with a
reason.

Domains become ASCII (IDNA 2008, RFC 5891), so that every mail server can be asked to reach them. What stands
before the @ is ASCII, too, unless the server that takes our mail offers SMTPUTF8 (RFC 6531).
"""

import re
from functools import lru_cache

from email_validator import EmailNotValidError, validate_email

AROUND = " \t\r\n\u00a0\u202f<>\"'“”„«»‘’()[]"
BEHIND = ",;.:" + AROUND
USUAL = re.compile(r"[a-z0-9_+-]{1,64}+(?:\.[a-z0-9_+-]{1,64}+){0,32}+@([a-z0-9.-]+)")
"""Nothing before the @ that the library would look at twice: of such an address the domain decides."""
LONGEST = 254
"""Characters of an address (RFC 5321, 4.5.3.1.3)."""


def mail_address(text: str, *, smtputf8: bool = False) -> str:
    """Raises ValueError, which says what is wrong in words. Nothing is looked up."""
    address = text.strip(AROUND)
    if address.lower().startswith("mailto:"):
        address = address[len("mailto:") :].partition("?")[0]
    address = address.lstrip(AROUND).rstrip(BEHIND)
    usual = USUAL.fullmatch(address) if len(address) <= LONGEST else None
    if usual and _is_domain(usual[1]):
        return address
    try:
        found = validate_email(address, check_deliverability=False, allow_smtputf8=smtputf8)
    except EmailNotValidError as wrong:
        raise ValueError(f"is no mail address such as ada@library.example. {wrong}") from wrong
    return f"{found.local_part}@{found.ascii_domain}"


@lru_cache(maxsize=1_024)
def _is_domain(domain: str) -> bool:
    """Whether mail can be addressed to it just as it is written here."""
    try:
        return validate_email(f"a@{domain}", check_deliverability=False).domain == domain
    except EmailNotValidError:
        return False
