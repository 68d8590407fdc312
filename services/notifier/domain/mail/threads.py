"""Which mail belongs to which conversation: Message-ID, References, Subject (RFC 5322, 3.6.4)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from services.notifier.domain.delivery import delivery_id
from services.notifier.domain.kinds import DeliveryKind

SUBJECT_LENGTH = 70
CLOSING = " ?!.…»”"
"""What ends a sentence: never cut off alone."""
MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,900}>")
"""One word of ASCII that fits on a line (RFC 5322, 2.1.1): another can't be named in References."""


@dataclass(frozen=True, slots=True)
class Thread:
    """Where one mail stands in its conversation. `parents` are Message-IDs, the oldest first."""

    message_id: str
    parents: tuple[str, ...]

    def headers(self) -> dict[str, str]:
        own = {"Message-ID": self.message_id}
        if not self.parents:
            return own
        return own | {"In-Reply-To": self.parents[-1], "References": " ".join(self.parents)}


def message_id(delivery: UUID, domain: str) -> str:
    return f"<{delivery}@{domain}>"


def asker_thread(question: UUID, delivery: UUID, asked_by: str | None, domain: str) -> Thread:
    """The conversation with the asker starts with their own mail, or with our acknowledgement."""
    acknowledgement = message_id(delivery_id(question, DeliveryKind.ACKNOWLEDGEMENT), domain)
    return _thread(delivery, (asked_by, acknowledgement), domain)


def partner_thread(delivery: UUID, began_with: UUID | None, domain: str) -> Thread:
    """The conversation with a partner starts with the mail that told it of the question first."""
    return _thread(delivery, (message_id(began_with, domain) if began_with else None,), domain)


def stranger_thread(delivery: UUID, answered: str | None, domain: str) -> Thread:
    """Below the mail that it answers."""
    return _thread(delivery, (answered,), domain)


def _thread(delivery: UUID, ancestors: Iterable[str | None], domain: str) -> Thread:
    own = message_id(delivery, domain)
    named = (one for one in ancestors if one and MESSAGE_ID.fullmatch(one))
    return Thread(own, tuple(parent for parent in named if parent != own))


def subject_line(text: str, most: int = SUBJECT_LENGTH) -> str:
    """One line from a question, cut between words, for a subject that people recognise."""
    words = " ".join(text.split())
    if len(words.rstrip(CLOSING)) <= most:
        return words
    return words[:most].rsplit(" ", 1)[0].rstrip(" ,;:.") + "…"


def about(said: str, headline: str) -> str:
    """A subject that says which question, too, where its words may be told."""
    return f"{said} · {headline}" if headline else said


def reply_subject(subject: str) -> str:
    """`Re:` once, however many times the others put it, in French or German as well."""
    bare = subject.strip()
    while (colon := bare.find(":")) != -1 and bare[:colon].strip().lower() in {"re", "ré", "aw", "tr", "fw"}:
        bare = bare[colon + 1 :].strip()
    return f"Re: {bare}"
