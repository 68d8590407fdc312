"""A library's record in one language: nobody reads or types a code, and whoever types one is understood."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from services.chassis.language import Translator
from services.chassis.language.names import Names
from services.chassis.language.territories import DEPARTMENTS, PROVINCES, REGIONS
from services.workspace.domain.choosing import plain

_BETWEEN = re.compile(r"[,;\n]+")
NOTHING = "–"


class ProfileWords:
    """`said`: the words of a code of the workspace's own, as `role_member`."""

    def __init__(self, words: Translator, said: Callable[[str], str]) -> None:
        self._words, self._names, self._said = words, Names(words), said
        territories = map(str, words.locale.territories)
        countries = (f"country:{code}" for code in territories if re.fullmatch("[A-Z]{2}", code))
        places = [*DEPARTMENTS, *(f"region:{code}" for code in REGIONS), *PROVINCES, *countries]
        called: dict[str, list[str]] = {}
        for place in places:
            called.setdefault(plain(self._names.territory(place)), []).append(place)
        self._doubled = {place for several in called.values() if len(several) > 1 for place in several}
        self._places = {plain(self.place(place)): place for place in places}
        for code, name in DEPARTMENTS.items():
            self._places.setdefault(plain(name), code)
        languages = {str(code): str(name) for code, name in words.locale.languages.items()}
        self._languages = {
            plain(name): code for code, name in languages.items() if re.fullmatch("[a-z]{2,3}", code)
        }

    def place(self, place: str) -> str:
        """Its name, with its code where another place has the same one: Luxembourg (BE-WLX)."""
        name = self._names.territory(place)
        return f"{name} ({place.rpartition(':')[2]})" if place in self._doubled else name

    def listed(self, field: str, value: Iterable[str]) -> str:
        """As it stands in the form, to be typed over."""
        name = {"languages": self._words.language_name, "territories": self.place}.get(field)
        return ", ".join(name(one) for one in value) if name else " ".join(value)

    def read(self, field: str, typed: str) -> list[str]:
        """What was typed, as in a record. What is no name comes back as it is, for the router to fault."""
        known = {"languages": self._languages, "territories": self._places}.get(field, {})
        found: set[str] = set()
        for one in filter(None, map(str.strip, _BETWEEN.split(typed))):
            whole = known.get(plain(one))
            found.update([whole] if whole else [known.get(plain(part), part) for part in one.split()])
        return sorted(found)

    def told(self, field: str, value: Any) -> str:
        """A field's value on one line."""
        if value in (None, "", [], {}):
            return NOTHING
        if field in ("languages", "territories"):
            return self.listed(field, value)
        if field == "subjects":
            return ", ".join(f"{self._names.theme(theme)} {strength}" for theme, strength in value.items())
        if field == "hours":
            return "; ".join(f"{self._said(day)} {' '.join(slots)}" for day, slots in value.items())
        if field == "closures":
            return "; ".join(map(self._closed, value))
        if field == "reach":
            return f"{self._names.way(value.get('way'))} {value.get('address', '')}".strip()
        if field == "role":
            return self._said(f"role_{value}")
        if field in ("country", "region"):
            return self._names.territory(f"{field}:{value}")
        return " ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)

    def _closed(self, one: Mapping[str, Any]) -> str:
        first, last = (self._words.day(date.fromisoformat(one[name])) for name in ("first", "last"))
        return " ".join(filter(None, (first if first == last else f"{first} – {last}", one.get("reason"))))
