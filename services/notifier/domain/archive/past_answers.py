"""Questions and answers from before Sésame: one row of a file each, checked before anything is kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from unicodedata import combining, normalize
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

FIELDS = (
    "id",
    "asked_at",
    "answered_at",
    "library",
    "library_name",
    "question",
    "answer",
    "title",
    "sources",
    "subject",
    "language",
    "channel",
    "publish",
)
NEEDED = ("id", "asked_at", "library", "question", "answer")
NAMESPACE = UUID("5f0c6f4e-4d7b-4d0e-9a55-0d2f3f6a7c11")
"""Ids are made from source and number, so that a second run finds what the first one kept."""
EARLIEST = 1990
LONGEST, LONGEST_TITLE, LONGEST_SOURCE = 50_000, 200, 500
HALVES = re.compile("[\ud800-\udfff]")
"""Of a letter that JSON writes in two: half of one is none, and no database takes it."""
YES = frozenset({"", "1", "true", "yes", "y", "oui", "o", "vrai"})
NO = frozenset({"0", "false", "no", "n", "non", "faux"})
NO_FORMAT = "as 2014-03-31 or 2014-03-31T09:30:00+02:00; another way is said by a mapping's date_format"
MAPPED = "; a mapping gives ours for theirs under values."
EARLIER = "earlier"
"""The channel of what nobody knows how it was asked."""


@dataclass(frozen=True, slots=True)
class RowFault:
    """What is wrong with one field of one row, and what would be right."""

    line: int
    field: str
    value: str
    fix: str

    def __str__(self) -> str:
        shown = self.value if len(self.value) <= 60 else f"{self.value[:60]}…"
        return f"line {self.line}: {self.field} {shown!r} {self.fix}"


@dataclass(frozen=True, slots=True)
class PastAnswer:
    """One question with its answer, as it may be kept. `public`: whether all may read it."""

    line: int
    number: str
    source: str
    asked_at: datetime
    answered_at: datetime
    partner: str
    partner_name: str
    question: str
    answer: str
    title: str
    sources: tuple[str, ...]
    subject: str | None
    language: str | None
    channel: str
    public: bool

    @property
    def id(self) -> UUID:
        return uuid5(NAMESPACE, f"{self.source}\n{self.number}")

    @property
    def digest(self) -> bytes:
        """Of its words: by library, moment and this the same row is known under another source or id."""
        return sha256(f"{self.question}\n{self.answer}".encode()).digest()

    @property
    def facets(self) -> dict[str, Any]:
        """As of a question of today, with the source it was taken from."""
        told = {"subject": self.subject, "language": self.language}
        return {
            "channel": self.channel,
            "received_at": self.asked_at.isoformat(),
            "import": self.source,
            **{name: value for name, value in told.items() if value},
        }


@dataclass(frozen=True, slots=True)
class KnownWords:
    """What a field may say. `language` gives the code of what names one, else None."""

    partner: re.Pattern[str]
    themes: Collection[str]
    channels: Collection[str]
    language: Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class RowReader:
    """Reads rows of one file. `zone`: of moments that name none; `date_format`: theirs, else ISO 8601."""

    known: KnownWords
    source: str
    zone: ZoneInfo
    now: datetime
    date_format: str = ""
    names: Mapping[str, str] | None = None
    """Library → its name, where the file does not say it."""

    def read(self, line: int, row: Mapping[str, Any]) -> PastAnswer | list[RowFault]:
        texts = {field: _text(row.get(field)) for field in FIELDS if field != "sources"}
        faults = [*self._faults(line, texts, row)]
        return faults or self._made(line, texts, row)

    def _faults(self, line: int, texts: Mapping[str, str], row: Mapping[str, Any]) -> Iterator[RowFault]:
        for field in texts:
            if isinstance(row.get(field), list | dict):
                yield RowFault(line, field, str(row[field]), "must be a text")
        for field in NEEDED:
            if not texts[field]:
                yield RowFault(line, field, "", "is empty; every row needs " + ", ".join(NEEDED))
        for field in ("asked_at", "answered_at"):
            if texts[field] and (fix := self._odd_moment(texts[field])):
                yield RowFault(line, field, texts[field], fix)
        if texts["library"] and not self.known.partner.fullmatch(texts["library"]):
            yield RowFault(
                line, "library", texts["library"], f"is no id of a library; as bpi or bm-lyon{MAPPED}library"
            )
        yield from self._odd_words(line, texts)
        for field in ("question", "answer"):
            if len(texts[field]) > LONGEST:
                yield RowFault(line, field, texts[field], f"has more than {LONGEST:,} characters; cut it")
        if not isinstance(row.get("sources"), list | tuple | str | None):
            yield RowFault(line, "sources", str(row["sources"]), "must be a list, or a text with one a line")

    def _odd_words(self, line: int, texts: Mapping[str, str]) -> Iterator[RowFault]:
        themes, channels = ", ".join(self.known.themes), ", ".join(self.known.channels)
        if texts["subject"] and _theme(texts["subject"]) not in self.known.themes:
            yield RowFault(
                line,
                "subject",
                texts["subject"],
                f"is no theme; empty or one of {themes}{MAPPED}subject",
            )
        if texts["channel"] and texts["channel"] not in self.known.channels:
            yield RowFault(
                line,
                "channel",
                texts["channel"],
                f"is not known; empty or one of {channels}{MAPPED}channel",
            )
        if texts["language"] and self.known.language(texts["language"]) is None:
            yield RowFault(line, "language", texts["language"], "is no language; as fr, fra or fr-BE")
        if texts["publish"].lower() not in YES | NO:
            yield RowFault(line, "publish", texts["publish"], "must be yes or no")

    def _odd_moment(self, text: str) -> str:
        moment = self._moment(text)
        if moment is None:
            known = f"as {self.date_format}" if self.date_format else NO_FORMAT
            return f"is no moment; {known}"
        if not moment.year >= EARLIEST or moment > self.now:
            return f"must lie between {EARLIEST} and now"
        return ""

    def _moment(self, text: str) -> datetime | None:
        try:
            return self._read_moment(text)
        except (ValueError, OverflowError):
            return None

    def _read_moment(self, text: str) -> datetime:
        if "%z" in self.date_format:
            return datetime.strptime(text, self.date_format).astimezone(UTC)
        if self.date_format:
            return datetime.strptime(text, self.date_format).replace(tzinfo=self.zone).astimezone(UTC)
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=self.zone)).astimezone(UTC)

    def _made(self, line: int, texts: Mapping[str, str], row: Mapping[str, Any]) -> PastAnswer:
        asked = self._moment(texts["asked_at"]) or self.now
        answered = self._moment(texts["answered_at"]) or asked
        library = texts["library"]
        return PastAnswer(
            line=line,
            number=texts["id"],
            source=self.source,
            asked_at=asked,
            answered_at=max(answered, asked),
            partner=library,
            partner_name=texts["library_name"] or (self.names or {}).get(library, library),
            question=texts["question"],
            answer=texts["answer"],
            title=" ".join(texts["title"].split())[:LONGEST_TITLE],
            sources=_sources(row.get("sources")),
            subject=_theme(texts["subject"]) or None,
            language=self.known.language(texts["language"]) if texts["language"] else None,
            channel=texts["channel"] or EARLIER,
            public=texts["publish"].lower() in YES,
        )


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = "" if value is None else str(value).replace("\x00", "").replace("\r\n", "\n").strip()
    if HALVES.search(text):
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _theme(text: str) -> str:
    """`Santé` is `sante`."""
    return "".join(letter for letter in normalize("NFKD", text.lower()) if not combining(letter))


def _sources(value: Any) -> tuple[str, ...]:
    lines = value.splitlines() if isinstance(value, str) else (value or ())
    said = (" ".join(_text(line).split())[:LONGEST_SOURCE] for line in lines)
    return tuple(line for line in said if line)
