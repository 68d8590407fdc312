"""What may come in, in the words of the field: the values that doors build and handlers take."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

Proof = Literal["typed", "claimed", "return_path", "authenticated"]
"""How far an address is known to be its owner's, in the contract's words."""


@dataclass(frozen=True, slots=True)
class RawSubmission:
    """One thing handed in: `key` says when it is the same again (within its door), `raw` is how it came,
    `content` what it says, where the same may be written in more than one way."""

    door: str
    key: str
    raw: bytes
    received_at: datetime
    content: bytes | None = None

    @property
    def digest(self) -> bytes:
        return hashlib.sha256(self.raw if self.content is None else self.content).digest()

    @property
    def digests(self) -> tuple[bytes, bytes]:
        """By which the same is known again: what is kept of an earlier version is of its bytes."""
        return self.digest, hashlib.sha256(self.raw).digest()

    def under_its_content(self) -> RawSubmission:
        """As another thing than what came before under this key."""
        return replace(self, key=f"{self.key} sha256:{self.digest.hex()}")


@dataclass(frozen=True, slots=True)
class NewQuestion:
    """A question as a door understood it. `origin` is the partner on whose page or desk it was asked."""

    text: str
    channel: str
    asked_at: datetime
    private_note: str | None = None
    language: str | None = None
    subject: str | None = None
    purpose: str | None = None
    country: str = "FR"
    postcode: str | None = None
    place_known: bool = False
    publish_consent: bool = False
    origin: str | None = None
    reference: str | None = None
    mail: str | None = None
    proof: Proof = "typed"
    name: str | None = None
    message_id: str | None = None
    subject_line: str | None = None
    account: str | None = None
    post_url: str | None = None
    post_id: str | None = None
    post_visibility: str | None = None
    post_warning: str | None = None


@dataclass(frozen=True, slots=True)
class NewAnswer:
    """`way`: mail, page, api or partner. `effort`: READ scale, 1 to 6."""

    text: str
    way: str
    sources: tuple[str, ...] = ()
    effort: int | None = None
    subject: str | None = None
    format: Literal["plain", "commonmark"] = "plain"


@dataclass(frozen=True, slots=True)
class NewDecline:
    way: str
    reason: str | None = None
    refer_to: str | None = None


class Refused(Exception):
    """The sender's own fault: tell them why, and which `field` (`asker.mail`) with which `value` when it is a
    single one."""

    def __init__(self, reason: str, *, field: str | None = None, value: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.field = field
        self.value = value


Cap = Literal["hour", "open", "question"]
CAPS: Mapping[Cap, tuple[str, int]] = {
    "hour": ("questions of one sender within an hour", 3600),
    "open": ("open questions of one sender", 24 * 3600),
    "question": ("messages about one question within an hour", 3600),
}
"""Cap -> what it counts, and after how many seconds to come back: answers to open questions take days."""


class OverCap(Refused):
    """Enough for now: `count` of `most`. What is refused so may be sent again later under the same key."""

    def __init__(self, cap: Cap, count: int, most: int) -> None:
        what, self.wait_seconds = CAPS[cap]
        reason = f"{count} {what}; {most} at most; come back in {self.wait_seconds} s"
        super().__init__(reason, field="open" if cap == "open" else None)
        self.cap = cap
        self.count = count
        self.most = most


class ReusedKey(Refused):
    """The same key came with another content: nobody can tell which of the two is meant."""


class OfSpamSender(Refused):
    """A person marked what came from there before as spam: it is held, and causes no mail."""

    def __init__(self) -> None:
        super().__init__(
            "what this address sent before was marked as spam: it is kept, and a person reads it first",
            field="asker",
        )


class UnknownQuestion(Refused):
    """No such question, or none that this sender was asked."""


class NotAskedYet(UnknownQuestion):
    """The question is known, and may still be given to this sender."""

    def __init__(self, question: UUID, reason: str) -> None:
        super().__init__(reason)
        self.question = question


class Walled(Refused):
    """The text holds something of ours that is not for whoever would read it: link, address, file, mark,
    note."""

    def __init__(self, why: str) -> None:
        super().__init__(
            f"the text holds a {why} of ours that its reader must not have: take it out", field="text"
        )
        self.why = why


class QuestionEnded(Refused):
    """The question is answered or closed: nothing more can be handed in."""


class NotAnswered(Refused):
    """This partner has given no answer yet: there is nothing to add to."""
