"""Catalogues of messages, read from .po files into what the standard library's gettext looks up."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from services.chassis.language.typography import set_right

SOURCE = "en"
"""The language that messages are written in."""
PATTERN = "*/LC_MESSAGES/*.po"
BEGUN = "X-State: begun"
"""In a comment at the head of a catalogue that is not whole yet: what it lacks is said in English."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """One language as far as it is translated."""

    language: str
    translations: NullTranslations
    begun: bool = False
    """Something in it is still said in English."""


class CatalogueMessage(NullTranslations):
    """The messages as they stand, well set."""

    def gettext(self, message: str) -> str:
        return set_right(message, SOURCE)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return set_right(msgid1 if n == 1 else msgid2, SOURCE)

    def pgettext(self, context: str, message: str) -> str:
        return self.gettext(message)

    def npgettext(self, context: str, msgid1: str, msgid2: str, n: int) -> str:
        return self.ngettext(msgid1, msgid2, n)


def read_catalogues(first: Path, *others: Path) -> Mapping[str, Catalogue]:
    """By language: those that the first folder has. What it does not say, the next one may."""
    if not first.is_dir():
        raise FileNotFoundError(
            f"catalogues of messages: {first} is no folder; it holds <language>/LC_MESSAGES"
        )
    found = {SOURCE: Catalogue(SOURCE, CatalogueMessage())}
    for language in sorted(path.parts[-3] for path in first.glob(PATTERN)):
        told = found[SOURCE]
        for folder in (*reversed(others), first):
            for path in folder.glob(PATTERN.replace("*", language, 1)):
                told = _read(path, language, told)
        found[language] = told
    return found


def read_file(path: Path, language: str) -> Catalog:
    """Raises PoFileError with file and line for what is no catalogue."""
    with path.open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def is_begun(catalogue: Catalog) -> bool:
    return BEGUN in catalogue.header_comment


def is_whole(messages: Iterable[Message]) -> bool:
    """Whether each is translated, in all its forms."""
    return all(
        bool(one.string) if isinstance(one.string, str) else all(one.string or ("",))
        for one in messages
        if one.id
    )


def _read(path: Path, language: str, behind: Catalogue) -> Catalogue:
    catalogue = read_file(path, language)
    for message in catalogue:
        if message.id:
            message.string = _well_set(message.string, language)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    translations = GNUTranslations(compiled)
    translations.add_fallback(behind.translations)
    return Catalogue(language, translations, behind.begun or not is_whole(catalogue))


def _well_set(string: str | Iterable[str] | None, language: str) -> str | tuple[str, ...]:
    if isinstance(string, str):
        return set_right(string, language)
    return tuple(set_right(one, language) for one in string or ())
