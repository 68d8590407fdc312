"""Reading the fields of a form as a browser sends it."""

from __future__ import annotations

from starlette.datastructures import FormData
from uuid_utils.compat import uuid7

from services.ingest.domain.forms import opened_at
from services.ingest.entrypoints.http.context import DoorContext


def field(form: FormData, name: str) -> str:
    """The text of a field; empty when it is missing or a file."""
    value = form.get(name)
    return value if isinstance(value, str) else ""


def form_key(door: DoorContext, form: FormData) -> str:
    """The same for a form sent twice; new for each one without a number of ours."""
    number = field(form, "number")
    return number if opened_at(door.intake.keys, number) else str(uuid7())
