"""The languages a service speaks, and which of them somebody reads."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from services.chassis.language.catalogues import SOURCE, Catalogue, read_catalogues
from services.chassis.language.translator import Translator

NAMES = Path(__file__).parent / "locale"
"""What several services call by name: themes, channels, purposes, the forms of dates."""
PREFERENCE = re.compile(r"([a-z]{2,3})(?:-[a-z0-9-]*)?\s*(?:;\s*q=([\d.]+))?", re.IGNORECASE)
QUALITY = re.compile(r"(?:\d(?:\.\d{0,3})?)?")
LONGEST_HEADER = 500


class Languages(Mapping[str, Translator]):
    """Translators by language code. `usual` is for who wishes nothing that is spoken here."""

    def __init__(
        self, catalogues: Mapping[str, Catalogue], zone: str = "Europe/Paris", usual: str = "fr"
    ) -> None:
        self._translators = {code: Translator(one, zone) for code, one in catalogues.items()}
        self._usual = usual if usual in self._translators else SOURCE

    @classmethod
    def of(cls, folder: Path, zone: str = "Europe/Paris", usual: str = "fr") -> Languages:
        """A service's own catalogues, before the names that all share."""
        return cls(read_catalogues(folder, NAMES), zone, usual)

    def __getitem__(self, code: str) -> Translator:
        return self._translators[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self._translators)

    def __len__(self) -> int:
        return len(self._translators)

    def wished(self, wish: str | None, header: str = "") -> Translator:
        """The language wished for, else the first of an Accept-Language (RFC 9110, 12.5.4) that is spoken."""
        if wish in self._translators:
            return self._translators[wish]
        return self._translators[self._preferred(header)]

    def _preferred(self, header: str) -> str:
        wishes = [
            (float(quality or 1), code.lower())
            for code, quality in PREFERENCE.findall(header[:LONGEST_HEADER])
            if QUALITY.fullmatch(quality) and code.lower() in self._translators
        ]
        return max(wishes, key=lambda wish: wish[0])[1] if wishes else self._usual
