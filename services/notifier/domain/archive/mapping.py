"""How another help desk's export is read: which of its columns, or messages, are our fields."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from services.notifier.domain.archive.html_words import text_of
from services.notifier.domain.archive.past_answers import FIELDS, NEEDED


class BadMapping(ValueError):
    """The mapping can't be used. The text names the field, the value and the fix."""


@dataclass(frozen=True, slots=True)
class Messages:
    """A field that is said in one or all of the messages of a conversation."""

    list: str
    field: str
    where: Mapping[str, Any]
    take: str

    def of(self, row: Mapping[str, Any]) -> str:
        found = [
            str(one.get(self.field) or "")
            for one in row.get(self.list) or ()
            if all(one.get(name) == value for name, value in self.where.items())
        ]
        chosen = found[:1] if self.take == "first" else found[-1:] if self.take == "last" else found
        return "\n\n".join(chosen)


@dataclass(frozen=True, slots=True)
class ExportMapping:
    """From a TOML file; see docs/moving-in.md. Empty: the file has our own fields."""

    fields: Mapping[str, str | tuple[str, ...] | Messages] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Field → its word there → ours."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Library → its name."""
    date_format: str = ""
    html: bool = False
    """Questions and answers are HTML."""

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> ExportMapping:
        """Raises BadMapping."""
        fields = {name: _place(name, place) for name, place in told.get("fields", {}).items()}
        known = {"fields", "values", "names", "date_format", "html"}
        if unknown := sorted(told.keys() - known):
            raise BadMapping(f"{unknown[0]!r} is not known in a mapping; one of: {', '.join(sorted(known))}")
        return cls(
            fields,
            told.get("values", {}),
            told.get("names", {}),
            told.get("date_format", ""),
            told.get("html", False),
        )

    def columns(self, theirs: Mapping[str, Any]) -> dict[str, Any]:
        """A row by the names its columns are looked up by: of our own form, in small letters."""
        return dict(theirs) if self.fields else {name.lower(): said for name, said in theirs.items()}

    def twin(self, theirs: Mapping[str, Any]) -> str:
        """A field of our form that stands there twice, in small letters and capitals; else empty."""
        names = [] if self.fields else [name.lower() for name in theirs]
        return next((name for name in FIELDS if names.count(name) > 1), "")

    @property
    def needed(self) -> tuple[str, ...]:
        """Columns that a table must have: those named here, or those of our form without which no row is
        whole."""
        return tuple(self._places()) if self.fields else NEEDED

    @property
    def read(self) -> frozenset[str]:
        """Columns that are read, where a table has them."""
        return frozenset(self._places() if self.fields else FIELDS)

    def _places(self) -> Iterable[str]:
        for place in self.fields.values():
            yield from (place,) if isinstance(place, str) else () if isinstance(place, Messages) else place

    def row(self, theirs: Mapping[str, Any]) -> dict[str, Any]:
        """Their row in our fields."""
        named = self.columns(theirs)
        ours = {name: _said(place, named) for name, place in self.fields.items()} if self.fields else named
        for name, words in self.values.items():
            if name in ours:
                ours[name] = words.get(str(ours[name]), ours[name])
        if self.html:
            ours.update({name: text_of(str(ours.get(name) or "")) for name in ("question", "answer")})
        return ours


def _place(name: str, place: Any) -> str | tuple[str, ...] | Messages:
    if name not in FIELDS:
        raise BadMapping(f"fields.{name}: no such field; one of: {', '.join(FIELDS)}")
    if isinstance(place, str):
        return place
    if isinstance(place, list):
        return tuple(map(str, place))
    if isinstance(place, dict) and {"list", "field"} <= place.keys() and place.get("take", "all") in TAKEN:
        return Messages(place["list"], place["field"], place.get("where", {}), place.get("take", "all"))
    raise BadMapping(
        f"fields.{name}: {place!r} must be a column, a list of columns, or"
        ' {list = "articles", field = "body", where = {sender = "Agent"}, take = "first", "last" or "all"}'
    )


TAKEN = ("first", "last", "all")


def _said(place: str | tuple[str, ...] | Messages, theirs: Mapping[str, Any]) -> Any:
    if isinstance(place, str):
        return theirs.get(place)
    if isinstance(place, Messages):
        return place.of(theirs)
    return "\n\n".join(text for column in place if (text := str(theirs.get(column) or "").strip()))
