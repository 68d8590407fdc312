"""Mail addresses as people type and paste them: mended where it is plain what is meant, refused with a
reason.

Domains become ASCII (IDNA 2008, RFC 5891), so that every mail server can be asked to reach them. What stands
before the @ is ASCII, too, unless the server that takes our mail offers SMTPUTF8 (RFC 6531).
"""

from email_validator import EmailNotValidError, validate_email

AROUND = " \t\r\n\u00a0\u202f<>\"'“”„«»‘’()[]"
BEHIND = ",;.:" + AROUND


def mail_address(text: str, *, smtputf8: bool = False) -> str:
    """Raises ValueError, which says what is wrong in words. Nothing is looked up."""
    address = text.strip(AROUND)
    if address.lower().startswith("mailto:"):
        address = address[len("mailto:") :].partition("?")[0]
    address = address.lstrip(AROUND).rstrip(BEHIND)
    try:
        found = validate_email(address, check_deliverability=False, allow_smtputf8=smtputf8)
    except EmailNotValidError as wrong:
        raise ValueError(f"is no mail address such as ada@library.example. {wrong}") from wrong
    return f"{found.local_part}@{found.ascii_domain}"
