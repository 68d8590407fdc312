"""The files chosen in a form: what is wrong with them, which they are, and those of an earlier try."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from starlette.datastructures import FormData

from services.chassis.language import Translator
from services.ingest.entrypoints.http.context import DoorContext
from services.ingest.entrypoints.http.files import MOST_FILES, read_again, sorted_uploads
from services.ingest.handlers.files.file_room import NoRoomAtAll
from services.ingest.handlers.files.files import Upload, keep_for_form
from services.ingest.store import files
from services.ingest.store.files import File


def file_faults(filled: FormData, waiting: int, words: Translator) -> str:
    """What is wrong with the files as they were chosen; each is named."""
    small, large = sorted_uploads(filled)
    faults = []
    if empty := empty_names(filled):
        faults.append(
            words.gettext("Empty, so that nothing can be read in it: %(names)s.", names=words.list(empty))
        )
    if large:
        faults.append(words.gettext("Too large, more than 10 MB: %(names)s.", names=words.list(large)))
    if waiting + len(small) > MOST_FILES:
        faults.append(words.gettext("At most %(most)s files are taken.", most=MOST_FILES))
    return " ".join(faults)


def empty_names(filled: FormData) -> list[str]:
    """As telephones send a photo that lies elsewhere and has not come."""
    return [one.name for one in sorted_uploads(filled)[0] if not one.size]


def not_taken(names: Sequence[str], words: Translator) -> str:
    if not names:
        return ""
    return words.gettext(
        "Neither picture, PDF nor text, and so not taken: %(names)s.", names=words.list(names)
    )


def chosen(filled: FormData, uploads: Sequence[Upload]) -> list[str]:
    """Tells a form with these files from the same one with others."""
    kept = [str(one) for one in filled.getlist("kept")]
    return [*kept, *(f"{one.name} {one.size}" for one in uploads)]


def kept_ids(filled: FormData) -> list[UUID]:
    """Of the files that came with an earlier try and that are still wanted."""
    return [found for value in filled.getlist("kept")[:MOST_FILES] if (found := _uuid(value))]


async def waiting_files(door: DoorContext, filled: FormData) -> list[File]:
    ids = kept_ids(filled)
    if not ids:
        return []
    async with door.begin() as unit:
        return await files.waiting(unit.db, ids)


async def keep_chosen(door: DoorContext, filled: FormData) -> list[File]:
    """Of a form that goes back with a fault: what waits for it, and what was chosen now, as far as there is
    room."""
    before = await waiting_files(door, filled)
    uploads, _ = sorted_uploads(filled)
    await read_again(filled)
    try:
        async with door.begin() as unit:
            now, _ = await keep_for_form(unit, uploads[: MOST_FILES - len(before)], door.intake.room)
    except NoRoomAtAll:
        return before
    return [*before, *now]


def _uuid(value: object) -> UUID | None:
    try:
        return UUID(str(value))
    except ValueError:
        return None
