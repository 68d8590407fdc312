"""What a respondent filled in, and what is wrong with it, in the page's language."""

from __future__ import annotations

import json
from uuid import UUID

from starlette.datastructures import FormData

from services.chassis.language import N_, Translator
from services.ingest.domain.intake import NotAnswered, Refused, ReusedKey, Walled
from services.ingest.entrypoints.http.files import NOT_ACCEPTED
from services.ingest.entrypoints.http.pages.forms import field
from services.ingest.entrypoints.http.pages.held import HOLDS_OURS

FIELDS = ("text", "sources", "effort", "files")
FAULTY = (*FIELDS, "ask", "over")
WORDS = (*FIELDS, "ask", "reason")
OVER = N_("This can’t be done any more: see below how the question stands now.")
"""Of a form that stood open while its question went on without it."""


def sources_in(form: FormData) -> tuple[str, ...]:
    return tuple(filter(None, map(str.strip, field(form, "sources").splitlines())))


def faults_of(refusal: Refused, words: Translator) -> dict[str, str]:
    if refusal.field == "files":
        return {"files": words.gettext(NOT_ACCEPTED)}
    if refusal.field == "ended":
        return {
            "text": words.gettext(
                "Somebody answered this question while you were writing. Your text is kept below."
            )
        }
    if refusal.field == "over" or isinstance(refusal, NotAnswered):
        return {"over": words.gettext(OVER)}
    if isinstance(refusal, Walled):
        return {"text": words.gettext(HOLDS_OURS)}
    if isinstance(refusal, ReusedKey):
        return {"text": words.gettext("This form was already sent with another text. Load the page again.")}
    return {"text": words.gettext("Write your answer.")}


def held_number(form: FormData) -> UUID | None:
    try:
        return UUID(field(form, "held"))
    except ValueError:
        return None


def raw_of(form: FormData, *names: str) -> bytes:
    return json.dumps({name: field(form, name) for name in names}, ensure_ascii=False).encode()
