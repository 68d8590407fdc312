"""Programs that send people's questions on: a library's own contact form, a mailing list that is a public
address.

Both look like machines. Who sets the network up names them (`SESAME_CONTACT_FORMS`, `SESAME_PUBLIC_LISTS`).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from services.contracts.addresses import is_partner_id
from services.ingest.domain.mail.automatic import Sign
from services.ingest.domain.mail.parsed_mail import ParsedMail

FORM = re.compile(r"(?P<partner>[^=\s]{1,64})\s{0,9}=\s{0,9}(?P<sender>\S{1,320})")


@dataclass(frozen=True, slots=True)
class KnownSenders:
    """`forms`: address or domain → the partner whose form it is. `lists`: addresses, or ids of lists."""

    forms: Mapping[str, str] = field(default_factory=dict)
    lists: frozenset[str] = frozenset()

    def form_of(self, sender: str) -> str | None:
        """The partner whose contact form sends from this address."""
        return self.forms.get(sender) or self.forms.get(sender.rpartition("@")[2])

    def explained(self, sender: str, lists: tuple[str, ...], *, has_reply_to: bool) -> frozenset[Sign]:
        """The signs of a machine that say nothing here."""
        by_list = {Sign.MASS} if self.lists.intersection(lists) else set()
        by_form = {Sign.ROBOT, Sign.MASS, Sign.HEADER} if has_reply_to and self.form_of(sender) else set()
        return frozenset(by_list | by_form)

    def as_written(self, mail: ParsedMail) -> ParsedMail:
        """From whom it is: a contact form says it in Reply-To."""
        partner = self.form_of(mail.sender)
        if partner is None or mail.reply_to is None:
            return mail
        name, address = mail.reply_to
        return replace(mail, sender=address, sender_name=name, message_id=None, form_of=partner)


def contact_forms(text: str) -> dict[str, str]:
    """`montreuil=noreply@ville.example, orme=mediatheque-orme.example` → sender → partner. Raises
    ValueError."""
    found: dict[str, str] = {}
    for part in filter(None, map(str.strip, text.split(","))):
        form = FORM.fullmatch(part)
        if form is None or not is_partner_id(form["partner"]):
            raise ValueError(f'"{part}": a contact form is named partner=address or partner=domain')
        found[form["sender"].lower().removeprefix("@")] = form["partner"]
    return found


def public_lists(text: str) -> frozenset[str]:
    """Addresses of lists, by commas: by their address and by the id that goes with it. Raises ValueError."""
    named = [part.strip().lower() for part in text.split(",") if part.strip()]
    for one in named:
        if "." not in one or " " in one:
            raise ValueError(f'"{one}": a list is named by its address, questions@univ.example')
    return frozenset(named) | {one.replace("@", ".") for one in named}
