"""What a delivery is called, for who reads of it in a mail."""

from __future__ import annotations

import re
from collections.abc import Mapping

from services.chassis.language import N_, Translator
from services.notifier.domain.kinds import DeliveryKind

DELIVERIES: Mapping[str, str] = {
    DeliveryKind.ACKNOWLEDGEMENT: N_("receipt to the asker"),
    DeliveryKind.ADDITION: N_("addition to an answer, to the asker"),
    DeliveryKind.ANSWER: N_("answer to the asker"),
    DeliveryKind.ASKED_AGAIN: N_("word to the asker that it is asked again"),
    DeliveryKind.ASSIGNED: N_("question to a library"),
    DeliveryKind.CALLED: N_("a colleague’s call, to a librarian"),
    DeliveryKind.CLARIFICATION: N_("question back to the asker"),
    DeliveryKind.CLARIFICATION_REMINDER: N_("reminder to the asker"),
    DeliveryKind.CLOSED: N_("closing word to the asker"),
    DeliveryKind.CORRECTION: N_("correction of an answer, to the asker"),
    DeliveryKind.DAILY: N_("list to the coordinator"),
    DeliveryKind.SIGN_IN: N_("link to sign in"),
    DeliveryKind.INVITATION: N_("invitation"),
    DeliveryKind.JOINING: N_("proof of an address, to a library that would join"),
    DeliveryKind.APPLIED: N_("library that would join, to the coordinator"),
    DeliveryKind.NOT_JOINED: N_("refusal to a library that would join"),
    DeliveryKind.READDRESSED: N_("word of another address, to a library’s old one"),
    DeliveryKind.DIGEST: N_("a library’s week"),
    DeliveryKind.ENDED: N_("end of a request, to a library"),
    DeliveryKind.FAILURE: N_("given up, to the coordinator"),
    DeliveryKind.FOLLOW_UP: N_("the asker’s addition, to a library"),
    DeliveryKind.GATHERED: N_("what happened, to the coordinator"),
    DeliveryKind.HELD: N_("message held, to a library"),
    DeliveryKind.LATE: N_("apology to the asker"),
    DeliveryKind.NOT_PASSED_ON: N_("message held, to the asker"),
    DeliveryKind.OVERDUE: N_("time over, to a library"),
    DeliveryKind.PROMISE: N_("promise not kept, to the coordinator"),
    DeliveryKind.RATED: N_("the asker’s word on an answer"),
    DeliveryKind.RATING: N_("invitation to rate"),
    DeliveryKind.REFUSED: N_("answer not passed on, to a library"),
    DeliveryKind.REMINDER: N_("reminder to a library"),
    DeliveryKind.TURNED_AWAY: N_("why an e-mail was not taken, to its sender"),
    DeliveryKind.UNHANDLED: N_("follow-up nobody saw to, to the coordinator"),
    DeliveryKind.UNROUTABLE: N_("question without a library, to the coordinator"),
}

WHY_HELD: Mapping[str, str] = {
    "empty": N_("We found neither text nor file above the quoted e-mail."),
    "command": N_(
        "It begins with a word such as DECLINE, ON IT or QUESTION, and we could not tell what it is for."
    ),
    "on_it": N_("It looks like word that you are on it: by e-mail, write ON IT and nothing else."),
    "asks": N_("It looks like a question to the asker: by e-mail, write QUESTION on its first line."),
    "refusal": N_("It looks like a refusal."),
    "receipt": N_("It looks like a receipt."),
    "absence": N_("It looks like a notice of absence."),
    "too_quick": N_("It came right after ours, as an automatic reply would."),
    "ours": N_("It holds a part of our own e-mail, which is for the library alone."),
    "another_mail": N_("It holds another e-mail, quoted or forwarded."),
    "unsure": N_("We could not tell what was written from the quoted e-mail."),
}
UNSURE = N_("We were not sure what it says.")


def why_held(words: Translator, reason: str | None) -> str:
    """A code of `ReplyHeld`; a later version may add one."""
    return words.gettext(WHY_HELD.get(reason or "", UNSURE))


FAILURES: Mapping[str, str] = {
    r"SMTP \d+ 5\.1\.(?:0|1|2|3|4|6|10)\b|^(?:not a|no) mail address": N_(
        "Nobody is reached at this address."
    ),
    r"SMTP \d+ 5\.1\.[78]\b": N_("The mail server there refuses our address."),
    r"SMTP \d+ 5\.(?:3\.4|2\.3)\b|SMTP 552 (?!5\.2\.2).*\b(?i:message (?:size|too (?:big|large)))": N_(
        "The e-mail was too large for the mail server there."
    ),
    r"SMTP \d+ [45]\.2\.2|SMTP 552": N_("The mailbox is full."),
    r"SMTP \d+ 5\.7\.": N_("The mail server there refuses what we send."),
    r"came back for good": N_("E-mail to this address came back for good before, so none goes there."),
    r"SMTP server away": N_("Our own mail server could not be reached."),
    r"HTTP [45]\d\d": N_("The recipient’s system did not take it."),
}
"""By what the senders write down (`Failed.error`)."""


def failed_because(words: Translator, error: str | None) -> str:
    """What an error comes to, for whoever reads no codes; nothing where that is not sure."""
    told = next((told for shape, told in FAILURES.items() if re.search(shape, error or "")), None)
    return words.gettext(told) if told else ""


def delivery(words: Translator, kind: str | None) -> str:
    """The kind of a delivery; nothing when its details are gone."""
    if not kind:
        return ""
    return words.gettext(DELIVERIES[kind]) if kind in DELIVERIES else kind.replace("_", " ")
