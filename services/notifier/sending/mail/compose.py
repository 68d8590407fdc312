"""One mail from one delivery: who it is from, which conversation it belongs to, what it says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime
from typing import Any
from uuid import UUID

from services.chassis.language import Translator
from services.chassis.language.names import Names
from services.chassis.language.reasons import Reasons
from services.contracts.links.marks import mail_fingerprint, mark_codes
from services.contracts.links.signed_links import (
    ASKER,
    Link,
    bounce_token,
    party_digest,
    reply_address,
    sealed,
    sign_in_token,
)
from services.notifier.domain.delivery import Said
from services.notifier.domain.greeting import greets
from services.notifier.domain.mail_route import needs_smtputf8, with_ascii_domain
from services.notifier.domain.outgoing import DeliveryAttempt, Message, written_in
from services.notifier.domain.threads import (
    AUTOMATIC,
    Thread,
    asker_thread,
    partner_thread,
    reply_subject,
    subject_line,
)
from services.notifier.sending.mail.codes import why_held
from services.notifier.sending.mail.rendering import MailRenderer, RenderedMail

TO_ASKER = frozenset(
    {
        "acknowledgement",
        "addition",
        "answer",
        "asked_again",
        "clarification",
        "clarification_reminder",
        "closed",
        "correction",
        "late",
        "not_passed_on",
        "rating",
    }
)
WITHOUT_THEIR_WORDS = frozenset({"acknowledgement", "asked_again", "late", "closed", "not_passed_on"})
"""Mail that goes out before a librarian has written anything: whoever typed in somebody else's address would
have us carry their words, and their links, to that person."""
TO_COORDINATOR = frozenset({"unroutable", "unhandled", "promise", "failure", "daily", "gathered"})
WORDS = ("question_text", "headline", "asker_name", "note", "theme", "purpose", "place", "follow_up")
TO_PEOPLE = frozenset({"sign_in", "invitation"})
"""To people of the network themselves, in their own language."""
ROUNDS = frozenset({"daily", "digest", "gathered"})
"""About no single question."""


@dataclass(frozen=True, slots=True)
class SenderIdentity:
    """Who we are in mails. `keys` sign the links and reply addresses; `language` is for libraries."""

    network: str
    mail_domain: str
    public_url: str
    keys: Sequence[bytes]
    coordinator: str
    language: str
    workspace_url: str = ""
    sign_in_key: bytes | None = None

    @property
    def box(self) -> str:
        return f"reply@{self.mail_domain}"


@dataclass(frozen=True, slots=True)
class Mail:
    """Ready for the SMTP server. Bounces go to `sender`, which names question and recipient."""

    sender: str
    recipient: str
    content: bytes
    said: Said | None = None
    """Where it may be answered."""


class Composer:
    def __init__(self, house: SenderIdentity, letters: MailRenderer) -> None:
        self._house = house
        self._letters = letters

    def compose(self, delivery: DeliveryAttempt) -> Mail:
        language = self._language(delivery)
        party = self._party(delivery)
        token = sealed(self._house.keys, party) if party else None
        letter = self._letters.render(
            delivery.kind, language, self._values(delivery, party, token), partner=_partner_id(delivery)
        )
        box = reply_address(self._house.box, token) if token else self._house.box
        content = self._message(delivery, letter, box, language).as_bytes()
        said = self._said(party, letter) if party else None
        recipient = with_ascii_domain(delivery.destination)
        return Mail(self._return_path(delivery, token), recipient, content, said)

    def _said(self, party: Link, letter: RenderedMail) -> Said | None:
        if party.role == "bounce":
            return None
        return Said(party.role, party.digest, mail_fingerprint(self._house.keys[0], letter.text))

    def compose_together(self, notes: Sequence[DeliveryAttempt]) -> Mail:
        """To the coordinator: each note as it would have come alone, one below the other."""
        first, language = notes[0], self._house.language
        letters = [self._letters.render(one.kind, language, self._values(one, None, None)) for one in notes]
        values = {"network": self._house.network, "code": None, "letters": letters}
        gathered = self._letters.render("gathered", language, values)
        content = self._message(replace(first, kind="gathered"), gathered, self._house.box, language)
        return Mail(self._house.box, with_ascii_domain(first.destination), content.as_bytes())

    def _return_path(self, delivery: DeliveryAttempt, token: str | None) -> str:
        """Not the address for replies: whoever asked knows that one, and no bounce there is believed."""
        if token is None:
            return self._house.box
        path = bounce_token(self._house.keys, delivery.question.id, delivery.destination)
        return reply_address(self._house.box, path)

    def _language(self, delivery: DeliveryAttempt) -> str:
        if delivery.kind in TO_ASKER:
            asked = delivery.question
            country = (asked.place or {}).get("country")
            spoken = self._letters.languages
            return written_in(asked.facets.get("language"), country, spoken, self._house.language)
        if delivery.kind in TO_PEOPLE and delivery.details["language"] in self._letters.languages:
            return str(delivery.details["language"])
        return self._house.language

    def _party(self, delivery: DeliveryAttempt) -> Link | None:
        """Whose reply it will be; None where the mail is not to be answered."""
        if delivery.kind in TO_ASKER:
            return Link("asker", delivery.question.id, party_digest(ASKER))
        partner = None if delivery.kind in ROUNDS else _partner_id(delivery)
        return Link("partner", delivery.question.id, party_digest(partner)) if partner else None

    def _message(
        self, delivery: DeliveryAttempt, letter: RenderedMail, box: str, language: str
    ) -> EmailMessage:
        recipient = with_ascii_domain(delivery.destination)
        message = EmailMessage(policy=SMTPUTF8 if needs_smtputf8(recipient) else SMTP)
        message["From"] = Address(self._house.network, addr_spec=self._house.box)
        message["To"] = recipient
        message["Reply-To"] = box
        message["Subject"] = _subject(delivery, letter)
        message["Date"] = format_datetime(delivery.decided_at)
        for name, value in self._thread(delivery).headers().items():
            message[name] = value
        if delivery.kind in AUTOMATIC:
            message["Auto-Submitted"] = AUTOMATIC[delivery.kind]
        if delivery.kind not in TO_ASKER:
            message["X-Auto-Response-Suppress"] = "All"
        if delivery.kind in ROUNDS:
            message["List-Unsubscribe"] = f"<mailto:{self._house.coordinator}?subject=unsubscribe>"
        elif delivery.kind not in TO_PEOPLE:
            message["X-Sesame-Question"] = str(delivery.question.id)
        # By this ingest knows our own mail when it comes back.
        message["X-Sesame"] = delivery.kind
        message.set_content(letter.text, cte="quoted-printable")
        message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
        message["Content-Language"] = language
        return message

    def _thread(self, delivery: DeliveryAttempt) -> Thread:
        question, domain = delivery.question, self._house.mail_domain
        if delivery.kind in TO_ASKER:
            return asker_thread(question.id, delivery.id, question.asker.get("message_id"), domain)
        turn = delivery.assignment
        return partner_thread(delivery.id, turn.began_with if turn else None, domain)

    def _values(self, delivery: DeliveryAttempt, party: Link | None, token: str | None) -> dict[str, Any]:
        words = self._letters.languages[self._language(delivery)]
        values = {
            **_of_question(delivery, words),
            **_without_words(delivery),
            **_of_partner(delivery, Reasons(words)),
            **_of_answer(delivery),
            **_of_details(delivery, Reasons(words)),
        }
        page = f"{self._house.public_url}/{'q' if delivery.kind in TO_ASKER else 'r'}/{token}"
        if delivery.kind in TO_PEOPLE:
            values |= {"door_url": self._door(delivery), "until": _moment(delivery.details["expires_at"])}
        return {
            **values,
            "given": delivery.details,
            "network": self._house.network,
            "coordinator": self._house.coordinator,
            "page_url": page if token else None,
            "desk_url": self._desk(delivery),
            "code": party and mark_codes(self._house.keys, party.role, party.question_id, party.digest)[0],
        }

    def _desk(self, delivery: DeliveryAttempt) -> str | None:
        """Where the coordinator acts on it: a page of the workspace, which asks who they are."""
        if delivery.kind not in TO_COORDINATOR or not self._house.workspace_url:
            return None
        path = {"failure": "deliveries", "daily": "network"}.get(
            delivery.kind, f"questions/{delivery.question.id}"
        )
        return f"{self._house.workspace_url}/{path}"

    def _door(self, delivery: DeliveryAttempt) -> str:
        """The link that lets this person in, once."""
        if self._house.sign_in_key is None:
            raise RuntimeError("no link can be made: set SESAME_SIGN_IN_SECRET as the workspace has it")
        token = sign_in_token(self._house.sign_in_key, UUID(delivery.details["sign_in"]))
        return f"{self._house.workspace_url}/sign-in/{token}"


def _subject(delivery: DeliveryAttempt, letter: RenderedMail) -> str:
    """An asker who wrote a mail finds every reply under its subject; others under ours."""
    asked = None if _withheld(delivery) else delivery.question.asker.get("subject_line")
    return reply_subject(asked) if asked and delivery.kind in TO_ASKER else letter.subject


def _withheld(delivery: DeliveryAttempt) -> bool:
    return delivery.kind in WITHOUT_THEIR_WORDS and delivery.question.asker.get("proof") != "authenticated"


def _without_words(delivery: DeliveryAttempt) -> dict[str, Any]:
    """What takes the place of all that the asker wrote, the name included; empty where it may stand."""
    return dict.fromkeys(WORDS, "") if _withheld(delivery) else {}


def _partner_id(delivery: DeliveryAttempt) -> str | None:
    if delivery.kind in TO_ASKER or delivery.kind in TO_COORDINATOR:
        return None
    return delivery.assignment.partner if delivery.assignment else delivery.details.get("partner")


def _of_question(delivery: DeliveryAttempt, words: Translator) -> dict[str, Any]:
    question, names = delivery.question, Names(words)
    spoken = question.facets.get("language")
    return {
        "question_id": str(question.id),
        "number": str(question.id)[-8:],
        "question_text": question.text,
        "headline": subject_line(question.text),
        "asker_name": question.asker.get("name"),
        "note": question.private_note,
        "theme": names.theme(question.facets.get("subject")),
        "purpose": names.purpose(question.facets.get("purpose")),
        "spoken": spoken and words.language_name(spoken),
        "asked_in": spoken or "",
        "place": _place(question.place or {}, words),
        "files": question.attachments,
        "promise_at": question.promise_at or delivery.decided_at,
        "asked_at": _moment(question.facets.get("received_at")) or delivery.decided_at,
        "over": question.ended is not None,
        "follow_up": delivery.follow_up.text if delivery.follow_up else delivery.details.get("text"),
        "reopened_because": question.reopened_text,
        "similar": delivery.similar,
    }


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _place(place: Mapping[str, Any], words: Translator) -> str:
    """`69001, France`, `Belgique`: the country by its name."""
    country = place.get("country")
    return ", ".join(filter(None, (place.get("postcode"), country and words.country(country))))


def _of_partner(delivery: DeliveryAttempt, reasons: Reasons) -> dict[str, Any]:
    turn = delivery.assignment
    if turn is None:
        return {
            "partner": delivery.details.get("partner_name"),
            "due_at": None,
            "zone": None,
            "reasons": [],
            "after_answer": False,
            "earlier": [],
        }
    return {
        "after_answer": turn.about is not None,
        "earlier": turn.earlier,
        "partner": turn.partner_name,
        "due_at": turn.due_at,
        "zone": turn.time_zone,
        "reasons": [reasons.why_you(reason) for reason in turn.reasons if _spoke_for(reason)],
    }


def _spoke_for(reason: Mapping[str, Any]) -> bool:
    """A person's choice has no points."""
    return bool(reason["points"] >= 1 or reason["code"] == "hand")


def _of_answer(delivery: DeliveryAttempt) -> dict[str, Any]:
    """What a library says: its answer, or what it writes beside it."""
    if delivery.message is not None:
        return _of_message(delivery.message)
    answer = delivery.answer
    if answer is None:
        return {"answered_by": None}
    if delivery.kind != "answer":
        return {"answered_by": answer.partner_name}
    return {
        "answered_by": answer.partner_name,
        "partner": answer.partner_name,
        "answer_text": answer.text,
        "greeted": greets(answer.text),
        "sources": answer.sources,
        "files": answer.attachments,
    }


def _of_message(message: Message) -> dict[str, Any]:
    return {
        "answered_by": message.partner_name,
        "partner": message.partner_name,
        "answer_text": message.text,
        "greeted": greets(message.text),
        "sources": message.sources,
        "files": message.attachments,
        "ends_at": message.ends_at or message.written_at,
    }


def _of_details(delivery: DeliveryAttempt, reasons: Reasons) -> dict[str, Any]:
    details = delivery.details
    accepted = details.get("accepted_by") or {}
    found: dict[str, Any] = {
        "refusal": details.get("reason"),
        "refused_what": details.get("what"),
        "refused_text": details.get("text"),
        "closing": details.get("reason"),
        "held_why": why_held(reasons.words, details.get("reason")) if delivery.kind == "held" else None,
        "why": reasons.impasse(details["reason"]) if delivery.kind == "unroutable" else None,
        "accepted_by": accepted.get("name"),
        "excluded": list(_excluded(details.get("excluded", ()), reasons)),
        "explanation": details.get("explanation"),
        "with_coordinator": details.get("with_coordinator", False),
        "holder": details.get("partner_name"),
        "failed_kind": details.get("kind"),
        "failed_way": details.get("way"),
        "stars": details.get("stars"),
        "comment": details.get("comment"),
        "tries": details.get("attempts"),
        "error": details.get("error"),
    }
    if delivery.kind == "promise":
        found["promise_at"] = datetime.fromisoformat(details["due_at"])
    return found


def _excluded(excluded: Iterable[Mapping[str, Any]], reasons: Reasons) -> Iterator[str]:
    """Reason by reason, who was kept out by it."""
    kept_out: dict[str, list[str]] = {}
    for one in excluded:
        told = reasons.why_not(one["code"], one.get("language"))
        kept_out.setdefault(told, []).append(one.get("partner_name") or one["partner"])
    for told, libraries in kept_out.items():
        yield f"{told} – {reasons.words.list(libraries)}"
