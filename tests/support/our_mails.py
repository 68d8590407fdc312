"""Mails as they really go out: by the notifier's composer, about any question, to any party."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.contracts.links.marks import hashed, mark_codes, read_fingerprint, words_of
from services.contracts.links.signed_links import party_digest
from services.contracts.notifier import MailsSent
from services.contracts.notifier import SentMail as SentMailFact
from services.ingest.domain.replies.headings import Us
from services.ingest.domain.replies.quoting import Memory
from services.notifier.domain.delivery import Said, delivery_id
from services.notifier.domain.kinds import Addressee, DeliveryKind
from services.notifier.domain.outgoing import DeliveryAttempt, FollowedUp
from services.notifier.sending.mail.compose import Composer, SenderIdentity
from services.notifier.sending.mail.rendering import MailRenderer
from tests.support import notifier_facts as made
from tests.support.mail_programs import Received, received
from tests.support.notifier_outgoing import QUESTION, answered, assigned, outgoing

KEYS = (b"a key of sixteen letters and more",)
NETWORK, DOMAIN, URL = "Sésame", "sesame.example", "http://sesame.example"
REPLY_BOX = f"reply@{DOMAIN}"
TO_PARTNER = ("assigned", "reminder", "overdue", "ended", "follow_up", "refused", "held")
TO_THE_ASKER = ("acknowledgement", "answer", "asked_again", "late", "closed", "not_passed_on", "rating")
KINDS = (*TO_PARTNER, *TO_THE_ASKER)
LANGUAGES = ("fr", "en")
DETAILS = {
    "refused": {"reason": "closed"},
    "held": {"reason": "absence"},
    "not_passed_on": {"reason": "empty"},
    "closed": {"reason": "out_of_scope"},
}
FILE = {"name": "plan.png", "media_type": "image/png", "size": 9, "sha256": "0" * 64}


@dataclass(frozen=True)
class OurMail:
    """One mail of ours, and what ingest hears of it."""

    question: UUID
    kind: str
    delivery: UUID
    content: bytes
    said: Said

    @property
    def shown(self) -> Received:
        return received(self.content)

    def fact(self, sent_at: datetime) -> MailsSent:
        mail = SentMailFact(
            question=self.question,
            delivery_id=self.delivery,
            role=self.said.role,
            digest=self.said.digest,
            kind=self.kind,
            sent_at=sent_at,
            fingerprint=self.said.fingerprint,
        )
        return MailsSent(mails=(mail,))


def composer(language: str = "fr", keys: Sequence[bytes] = KEYS) -> Composer:
    identity = SenderIdentity(NETWORK, DOMAIN, URL, keys, f"coordination@{DOMAIN}", language)
    return Composer(identity, MailRenderer(zone="Europe/Paris"))


def delivery(
    kind: str,
    question: UUID = QUESTION,
    *,
    partner: str = "bpi",
    text: str = made.TEXT,
    note: str | None = made.NOTE,
    language: str = "fr",
) -> DeliveryAttempt:
    """To a partner or to the asker, with everything that such a mail can hold."""
    to_asker = DeliveryKind(kind).traits.addressee is Addressee.ASKER
    to = "lectrice@asker.example" if to_asker else "desk@bib.example"
    attempt = outgoing("mail", to, kind, details=DETAILS.get(kind, {}))
    files = ({**FILE, "url": f"{URL}/files/{question}"},)
    facets = {**attempt.question.facets, "language": language}
    asked = replace(
        attempt.question, id=question, text=text, private_note=note, facets=facets, attachments=files
    )
    return replace(
        attempt,
        id=delivery_id(question, kind, to),
        question=asked,
        assignment=None if to_asker else replace(assigned(), partner=partner),
        answer=answered() if kind in ("answer", "rating") else None,
        follow_up=FollowedUp(QUESTION, "Surtout le moulin de Croulebarbe, merci.", made.DUE)
        if kind == "follow_up"
        else None,
    )


def our_mail(
    kind: str,
    question: UUID = QUESTION,
    *,
    partner: str = "bpi",
    text: str = made.TEXT,
    note: str | None = made.NOTE,
    language: str = "fr",
) -> OurMail:
    attempt = delivery(kind, question, partner=partner, text=text, note=note, language=language)
    mail = composer(language).compose(attempt)
    assert mail.said is not None
    return OurMail(question, kind, attempt.id, mail.content, mail.said)


def memory_of(*mails: OurMail, quotable: Sequence[str] = (made.TEXT,)) -> Memory:
    """As ingest has it of these mails, all to one party about one question."""
    read = [found for mail in mails if (found := read_fingerprint(KEYS, mail.said.fingerprint))]
    said = mails[0].said
    return Memory(
        key=KEYS[0],
        mails=tuple(fingerprint for _, fingerprint in read),
        codes=frozenset(mark_codes(KEYS, said.role, mails[0].question, said.digest)),
        quotable=tuple(tuple(hashed(KEYS[0], word) for word in words_of(text)) for text in quotable),
        us=Us(NETWORK, REPLY_BOX),
    )


def partner_of(mail: OurMail, *partners: str) -> str | None:
    return next((one for one in partners if party_digest(one) == mail.said.digest), None)
