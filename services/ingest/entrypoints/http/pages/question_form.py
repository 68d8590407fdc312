"""What the question form says: its values, their faults, and the question made of them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from starlette.datastructures import FormData
from uuid_utils.compat import uuid7

from services.chassis.language import N_, Translator
from services.contracts.addresses import is_partner_id
from services.contracts.vocabulary import Asker, Place
from services.ingest.domain.cleaning import clean_line, clean_text
from services.ingest.domain.forms import opened_at, why_spam
from services.ingest.domain.intake import NewQuestion, RawSubmission
from services.ingest.domain.mail.mail_address import mail_address
from services.ingest.domain.places import is_postcode, plain_postcode
from services.ingest.entrypoints.http.context import DoorContext
from services.ingest.entrypoints.http.pages.choices import CHOICES, ELSEWHERE, POSTCODES

LONGEST_QUESTION, LONGEST_NOTE = 20_000, 5_000
FIELDS = (
    "text",
    "private_note",
    "mail",
    "postcode",
    "country",
    "language",
    "purpose",
    "publish_consent",
    "files",
)
TOO_LONG = N_("This text is too long.")
EMPTY = dict.fromkeys(FIELDS, "")


def once(
    door: DoorContext, values: Mapping[str, str], files: Sequence[str] = ()
) -> tuple[RawSubmission, str | None]:
    """The same for a form sent twice; and why it looks like spam, if it does."""
    now = door.now()
    opened = opened_at(door.intake.keys, values["number"])
    key = values["number"] if opened else str(uuid7())
    raw = json.dumps(values, ensure_ascii=False).encode()
    spam = why_spam(
        trap=values["website"], opened=opened, text=values["text"], now=now, quickest=door.quickest_form
    )
    said = {name: values[name] for name in FIELDS if name in values}
    content = json.dumps([said, list(files)], sort_keys=True).encode()
    return RawSubmission("form", key, raw, now, content), spam


def values_of(form: FormData) -> dict[str, str]:
    known = (*EMPTY, "number", "lang", "origin", "website")
    return {name: value if isinstance(value := form.get(name, ""), str) else "" for name in known}


def origin_of(partner: str | None) -> str | None:
    return partner if partner and is_partner_id(partner) else None


def find_faults(values: Mapping[str, str], words: Translator, *, smtputf8: bool = False) -> dict[str, str]:
    """Field → what to mend, in the reader's language, in the order of the form."""
    faults = {}
    text = clean_text(values["text"], LONGEST_QUESTION + 1) or ""
    if not text or len(text) > LONGEST_QUESTION:
        faults["text"] = words.gettext(TOO_LONG) if text else words.gettext("Write your question.")
    if len(values["private_note"]) > LONGEST_NOTE:
        faults["private_note"] = words.gettext(TOO_LONG)
    if not values["mail"].strip():
        faults["mail"] = words.gettext("Write your e-mail address: the answer arrives there.")
    elif not _is_address(values["mail"], smtputf8=smtputf8):
        faults["mail"] = words.gettext("This does not look like an e-mail address such as ada@example.org.")
    if fault := _postcode_fault(values, words):
        faults["postcode"] = fault
    for name, choices in CHOICES.items():
        if values[name] and values[name] not in choices:
            faults[name] = words.gettext("This is not accepted; mend it and send again.")
    return faults


def _postcode_fault(values: Mapping[str, str], words: Translator) -> str:
    country, postcode = values["country"] or "FR", _postcode(values)
    if postcode is None or country == ELSEWHERE:
        return ""
    if is_postcode(country, postcode) and _fits(Place, postcode=postcode):
        return ""
    if example := POSTCODES.get(country):
        return words.gettext(
            "This is not a postcode in this country: %(country)s. One looks like %(example)s.",
            country=words.country(country),
            example=example,
        )
    return words.gettext("This is no postcode.")


def _is_address(text: str, *, smtputf8: bool) -> bool:
    try:
        return bool(mail_address(text, smtputf8=smtputf8))
    except ValueError:
        return False


def _fits(kind: type[Asker] | type[Place], **values: Any) -> bool:
    try:
        kind(**values)
    except ValidationError:
        return False
    return True


def _postcode(values: Mapping[str, str]) -> str | None:
    return plain_postcode(values["country"] or "FR", values["postcode"]) or None


def new_question(values: Mapping[str, str], now: datetime) -> NewQuestion:
    abroad = values["country"] == ELSEWHERE
    return NewQuestion(
        text=values["text"],
        channel="form",
        asked_at=now,
        private_note=clean_text(values["private_note"]),
        language=values["language"] or None,
        purpose=values["purpose"] or None,
        country="FR" if abroad else values["country"] or "FR",
        postcode=None if abroad else _postcode(values),
        place_known=not abroad and bool(values["country"] or values["postcode"]),
        publish_consent=bool(values["publish_consent"]),
        origin=origin_of(values["origin"]),
        mail=clean_line(values["mail"]),
    )
