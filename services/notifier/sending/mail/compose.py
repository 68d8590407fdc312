"""One mail from one delivery: who it is from, which conversation it belongs to, what it says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any
from uuid import UUID

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
from services.notifier.domain.kinds import Addressee, DeliveryKind
from services.notifier.domain.mail.mail_route import with_ascii_domain
from services.notifier.domain.mail.threads import (
    Thread,
    asker_thread,
    partner_thread,
    reply_subject,
    stranger_thread,
)
from services.notifier.domain.outgoing import DeliveryAttempt, written_in
from services.notifier.sending.mail.fields import UNSEEN, mailbox, new_message
from services.notifier.sending.mail.rendering import MailRenderer, RenderedMail
from services.notifier.sending.mail.values import (
    moment_of,
    of_answer,
    of_details,
    of_partner,
    of_question,
    partner_id,
    withheld,
    without_words,
)

DESKS: Mapping[str, str] = {DeliveryKind.FAILURE: "deliveries", DeliveryKind.DAILY: "network"}
"""The workspace's page for what is about no single question."""


@dataclass(frozen=True, slots=True)
class SenderIdentity:
    """Who we are in mails. `keys` sign the links and reply addresses; `language` is for libraries."""

    network: str
    mail_domain: str
    public_url: str
    keys: Sequence[bytes] = field(repr=False)
    coordinator: str
    language: str
    workspace_url: str = ""
    sign_in_key: bytes | None = field(default=None, repr=False)
    figures_url: str = ""
    """Of the public page of figures; without one, mails lead to none."""

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
    def __init__(self, house: SenderIdentity, renderer: MailRenderer) -> None:
        self._house = house
        self._renderer = renderer

    def compose(self, delivery: DeliveryAttempt) -> Mail:
        language = self._language(delivery)
        party = self._party(delivery)
        token = sealed(self._house.keys, party) if party else None
        rendered = self._renderer.render(
            delivery.kind, language, self._values(delivery, party, token), partner=partner_id(delivery)
        )
        box = reply_address(self._house.box, token) if token else self._house.box
        content = self._message(delivery, rendered, box, language).as_bytes()
        said = self._said(party, rendered) if party else None
        recipient = with_ascii_domain(delivery.destination)
        return Mail(self._return_path(delivery, token), recipient, content, said)

    def _said(self, party: Link, rendered: RenderedMail) -> Said | None:
        if party.role == "bounce":
            return None
        return Said(party.role, party.digest, mail_fingerprint(self._house.keys[0], rendered.text))

    def compose_together(self, notes: Sequence[DeliveryAttempt]) -> Mail:
        """To the coordinator: each note as it would have come alone, one below the other."""
        first, language = notes[0], self._house.language
        mails = [
            self._renderer.render(one.kind, language, self._values(one, None, None), within=True)
            for one in notes
        ]
        values = {"network": self._house.network, "code": None, "mails": mails}
        gathered = self._renderer.render(DeliveryKind.GATHERED, language, values)
        content = self._message(
            replace(first, kind=DeliveryKind.GATHERED), gathered, self._house.box, language
        )
        return Mail(self._house.box, with_ascii_domain(first.destination), content.as_bytes())

    def _return_path(self, delivery: DeliveryAttempt, token: str | None) -> str:
        """Not the address for replies: whoever asked knows that one, and no bounce there is believed."""
        if token is None:
            return self._house.box
        path = bounce_token(self._house.keys, delivery.question.id, delivery.destination)
        return reply_address(self._house.box, path)

    def _language(self, delivery: DeliveryAttempt) -> str:
        if delivery.traits.addressee is Addressee.ASKER:
            asked = delivery.question
            country = (asked.place or {}).get("country")
            languages = self._renderer.languages
            return written_in(asked.facets.get("language"), country, languages, self._house.language)
        if (
            delivery.traits.addressee is Addressee.PERSON
            and delivery.details["language"] in self._renderer.languages
        ):
            return str(delivery.details["language"])
        return self._house.language

    def _party(self, delivery: DeliveryAttempt) -> Link | None:
        """Whose reply it will be; None where the mail is not to be answered."""
        if delivery.traits.addressee is Addressee.ASKER:
            return Link("asker", delivery.question.id, party_digest(ASKER))
        partner = None if delivery.traits.is_round else partner_id(delivery)
        return Link("partner", delivery.question.id, party_digest(partner)) if partner else None

    def _message(
        self, delivery: DeliveryAttempt, rendered: RenderedMail, box: str, language: str
    ) -> EmailMessage:
        message = new_message()
        message["From"] = mailbox(self._house.network, self._house.box)
        message["To"] = with_ascii_domain(delivery.destination)
        message["Reply-To"] = box
        message["Subject"] = _subject(delivery, rendered)
        message["Date"] = format_datetime(delivery.decided_at)
        for name, value in self._thread(delivery).headers().items():
            message[name] = value
        if delivery.traits.automatic is not None:
            message["Auto-Submitted"] = delivery.traits.automatic
        if delivery.traits.addressee is not Addressee.ASKER:
            message["X-Auto-Response-Suppress"] = "All"
        if delivery.kind == DeliveryKind.DIGEST:
            message["List-Unsubscribe"] = f"<mailto:{self._house.coordinator}?subject=unsubscribe>"
        if not delivery.traits.is_round and delivery.traits.addressee is not Addressee.PERSON:
            message["X-Sesame-Question"] = str(delivery.question.id)
        # By this ingest knows our own mail when it comes back.
        message["X-Sesame"] = delivery.kind
        message.set_content(rendered.text, cte="quoted-printable")
        message.add_alternative(rendered.html, subtype="html", cte="quoted-printable")
        message["Content-Language"] = language
        return message

    def _thread(self, delivery: DeliveryAttempt) -> Thread:
        question, domain = delivery.question, self._house.mail_domain
        if delivery.traits.addressee is Addressee.ASKER:
            return asker_thread(question.id, delivery.id, question.asker.get("message_id"), domain)
        if delivery.kind == DeliveryKind.TURNED_AWAY:
            return stranger_thread(delivery.id, delivery.details.get("message_id"), domain)
        assignment = delivery.assignment
        return partner_thread(delivery.id, assignment.began_with if assignment else None, domain)

    def _values(self, delivery: DeliveryAttempt, party: Link | None, token: str | None) -> dict[str, Any]:
        words = self._renderer.languages[self._language(delivery)]
        values = {
            **of_question(delivery, words),
            **without_words(delivery),
            **of_partner(delivery, Reasons(words)),
            **of_answer(delivery),
            **of_details(delivery, Reasons(words)),
        }
        page = (
            f"{self._house.public_url}/{'q' if delivery.traits.addressee is Addressee.ASKER else 'r'}/{token}"
        )
        leads = delivery.details.keys() & {"sign_in", "question"}
        if delivery.traits.addressee is Addressee.PERSON and leads:
            until = delivery.details["expires_at"]
            values |= {"door_url": self._door(delivery), "until": moment_of(until) if until else None}
            values["theme"] = Names(words).theme(delivery.details.get("theme"))
        return {
            **values,
            "given": {name: _seen(value) for name, value in delivery.details.items()},
            "given_at": moment_of(delivery.details.get("received_at")),
            "network": self._house.network,
            "coordinator": self._house.coordinator,
            "page_url": page if token else None,
            "workspace_url": self._workspace_page(delivery),
            "figures_url": self._figures(delivery, words.language),
            "code": party and mark_codes(self._house.keys, party.role, party.question_id, party.digest)[0],
        }

    def _workspace_page(self, delivery: DeliveryAttempt) -> str | None:
        """Where the coordinator acts on it: a page of the workspace, which asks who they are."""
        if not self._house.workspace_url or not _is_for_coordinator(delivery):
            return None
        path = DESKS.get(delivery.kind, f"questions/{delivery.question.id}")
        return f"{self._house.workspace_url}/{path}"

    def _figures(self, delivery: DeliveryAttempt, language: str) -> str | None:
        """The library's own page of the year that the week it is told of began in."""
        if delivery.kind != DeliveryKind.DIGEST or not self._house.figures_url:
            return None
        year = (delivery.decided_at - timedelta(days=7)).year
        return f"{self._house.figures_url}/figures/{year}/{partner_id(delivery)}?lang={language}"

    def _door(self, delivery: DeliveryAttempt) -> str:
        """The link that lets this person in, once; to a question, the one that asks who they are."""
        if delivery.kind == DeliveryKind.CALLED:
            return f"{self._house.workspace_url}/questions/{delivery.details['question']}#notes"
        if self._house.sign_in_key is None:
            raise RuntimeError("no link can be made: set SESAME_SIGN_IN_SECRET as the workspace has it")
        application = delivery.details["sign_in"]
        if delivery.kind == DeliveryKind.APPLIED:
            return f"{self._house.workspace_url}/applications/{application}"
        token = sign_in_token(self._house.sign_in_key, UUID(application))
        door = "join" if delivery.kind == DeliveryKind.JOINING else "sign-in"
        return f"{self._house.workspace_url}/{door}/{token}"


def _is_for_coordinator(delivery: DeliveryAttempt) -> bool:
    """What a library reads, too, is theirs where no assignment says whose it is."""
    traits = delivery.traits
    to_a_library = traits.addressee is Addressee.LIBRARY and partner_id(delivery) is None
    return traits.addressee is Addressee.COORDINATOR or to_a_library


def _seen(value: Any) -> Any:
    """A name that somebody of the network, or who would be, gave themselves."""
    return UNSEEN.sub("", value) if isinstance(value, str) else value


def _subject(delivery: DeliveryAttempt, rendered: RenderedMail) -> str:
    """An asker who wrote a mail finds every reply under its subject; others under ours."""
    asked = None if withheld(delivery) else delivery.question.asker.get("subject_line")
    return (
        reply_subject(asked) if asked and delivery.traits.addressee is Addressee.ASKER else rendered.subject
    )
