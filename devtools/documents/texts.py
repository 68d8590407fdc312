"""The texts of the services beside their catalogues: what code and templates say, what is translated."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract, extract_python
from babel.messages.pofile import PoFileError, write_po
from jinja2.ext import babel_extract

from devtools.checkout import ROOT
from services.chassis.language.catalogues import BEGUN, is_begun, read_file

SERVICES = ROOT / "services"
CHASSIS = SERVICES / "chassis"
NAMES = CHASSIS / "language"
TEMPLATES = {"trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}
KEYWORDS = {**DEFAULT_KEYWORDS, "NN_": (1, 2)}
COMMENTS = ("For translators:",)
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|\{(\w+)\}|%%")
STRAIGHT = re.compile(r"\w'\w")
WIDTH = 100
SINCE = datetime(2026, 11, 27, tzinfo=UTC)
"""In every head, so that a catalogue changes when its messages do and never else."""


@dataclass(frozen=True, slots=True)
class Domain:
    """The messages of one folder of code, and where they are translated: in `locale` of it or `beside`."""

    name: str
    folder: Path
    beside: Path | None = None

    @property
    def locale(self) -> Path:
        return (self.beside or self.folder) / "locale"

    def path(self, language: str) -> Path:
        return self.locale / language / "LC_MESSAGES" / f"{self.name}.po"

    def languages(self) -> list[str]:
        return sorted(path.parts[-3] for path in self.locale.glob("*/LC_MESSAGES/*.po"))


def domains() -> Iterator[Domain]:
    """Every folder with a `locale` in it or messages to translate."""
    yield Domain("names", CHASSIS, NAMES)
    for folder in sorted(SERVICES.iterdir()):
        if (folder / "__main__.py").exists():
            yield Domain(folder.name, folder)


def extracted(domain: Domain) -> Catalog:
    """What stands in code and templates now."""
    found = Catalog(charset="utf-8", project="Sésame", version="")
    for path in sorted(domain.folder.rglob("*")):
        method, options = _method(path)
        if method is None:
            continue
        with path.open("rb") as file:
            for _, ids, comments, context in extract(method, file, KEYWORDS, COMMENTS, options):
                found.add(ids, None, auto_comments=comments, context=context)
    return found


def renew(domain: Domain, language: str) -> bool:
    """Adds what is new to the catalogue and drops what is gone; whether it changed. A language that was not
    there begins."""
    path = domain.path(language)
    template = extracted(domain)
    if not len(template):
        return False
    before = path.read_bytes() if path.exists() else b""
    catalogue = read_file(path, language) if before else _new(language)
    comment = catalogue.header_comment
    catalogue.update(template, no_fuzzy_matching=True)
    catalogue.header_comment = comment
    write(path, catalogue)
    return path.read_bytes() != before


def write(path: Path, catalogue: Catalog) -> None:
    catalogue.creation_date = catalogue.revision_date = SINCE
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalogue, width=WIDTH, no_location=True, sort_output=True, ignore_obsolete=True)


def faults(domain: Domain, root: Path = ROOT) -> Iterator[str]:
    """What a catalogue lacks, has too much or says wrongly, a line each; paths from `root`."""
    marked = {(message.context, message.id): message for message in extracted(domain) if message.id}
    yield from (f"{domain.name}: {_shown(one)}: write ’ for '" for one in marked.values() if _straight(one))
    for language in domain.languages():
        where = domain.path(language).relative_to(root)
        try:
            catalogue = read_file(domain.path(language), language)
        except PoFileError as error:
            yield f"{where}: line {error.lineno}: {error}"
            continue
        known = {(message.context, message.id): message for message in catalogue if message.id}
        for key in () if is_begun(catalogue) else marked.keys() - known.keys():
            yield f"{where}: {_shown(marked[key])}: missing; ./sesame texts adds it"
        for key, message in known.items():
            if key not in marked:
                yield f"{where}: {_shown(message)}: nobody says it; ./sesame texts drops it"
            else:
                yield from (f"{where}: {_shown(message)}: {fault}" for fault in _faults(message, catalogue))


def untranslated(domain: Domain, language: str) -> int:
    return sum(not _whole(message) for message in read_file(domain.path(language), language) if message.id)


def _faults(message: Message, catalogue: Catalog) -> Iterator[str]:
    if message.fuzzy:
        yield "fuzzy; look at the translation and take the mark away"
    if not _whole(message):
        if not is_begun(catalogue):
            yield "not translated"
        return
    wanted = _placeholders(message.id)
    for said in _forms(message.string):
        if STRAIGHT.search(said):
            yield f"{said!r}: write ’ for '"
        # A plural form may spell its number out: one, no.
        missing = wanted - _placeholders(said) - ({"num", "n"} if message.pluralizable else set())
        if missing or _placeholders(said) - wanted:
            yield f"{said!r}: must have the placeholders of the message: {', '.join(sorted(wanted))}"


def _method(path: Path) -> tuple[Callable[..., Iterable[Any]] | None, dict[str, str]]:
    if path.suffix == ".py":
        return extract_python, {}
    if path.suffix in {".html", ".j2"}:
        return _jinja, TEMPLATES
    return None, {}


def _jinja(
    file: BinaryIO, keywords: Any, comments: Any, options: dict[str, str]
) -> Iterable[tuple[int, str, Any, list[str]]]:
    return babel_extract(file, keywords, comments, options)


def _new(language: str) -> Catalog:
    comment = f"# Sésame in one more language; the English text stands where this says nothing.\n# {BEGUN}"
    return Catalog(language, header_comment=comment, project="Sésame", version="", charset="utf-8")


def _forms(string: str | Iterable[str] | None) -> list[str]:
    return [string] if isinstance(string, str) else list(string or ("",))


def _whole(message: Message) -> bool:
    return all(_forms(message.string))


def _straight(message: Message) -> bool:
    return any(STRAIGHT.search(text) for text in _forms(message.id))


def _placeholders(text: str | Iterable[str]) -> set[str]:
    return {one or other for part in _forms(text) for one, other in PLACEHOLDER.findall(part) if one or other}


def _shown(message: Message) -> str:
    return repr(_forms(message.id)[0])
