"""The files chosen in the question form: what is wrong with them, and which they are."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.datastructures import FormData

from services.chassis.language import Translator
from services.ingest.entrypoints.http.files import MOST_FILES, sorted_uploads
from services.ingest.handlers.files import Upload


def file_faults(filled: FormData, waiting: int, words: Translator) -> str:
    """What is wrong with the files as they were chosen; each is named."""
    small, large = sorted_uploads(filled)
    faults = []
    if large:
        faults.append(words.gettext("Too large, more than 10 MB: %(names)s.", names=words.list(large)))
    if waiting + len(small) > MOST_FILES:
        faults.append(words.gettext("At most %(most)s files are taken.", most=MOST_FILES))
    return " ".join(faults)


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
