"""The words and number forms of the pages, in every language of the catalogues."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

from babel.dates import get_day_names, get_month_names

from services.chassis.face import NetworkFace
from services.chassis.face.face import FooterLink
from services.chassis.language import Languages
from services.chassis.language.names import Names
from services.chassis.language.territories import DEPARTMENTS
from services.metrics.domain.figures import OTHERS
from services.metrics.domain.public import FOLDED
from services.metrics.pages.phrases import COUNTED, PHRASES, PIECES, TITLES

PageLanguage = Literal["fr", "en"]
LOCALE = Path(__file__).parents[1] / "locale"

_BETWEEN_LETTERS = re.compile(r"(?<!\d)[_-]|[_-](?!\d)")
"""What stands for a blank; not that of `18-25`."""

_HOUR = 3_600
_DAY = 24 * _HOUR


@cache
def _languages() -> Languages:
    return Languages.of(LOCALE)


def language_for(wish: str | None, accepted: str) -> PageLanguage:
    """The one wished for, else the first of an Accept-Language that is spoken here."""
    return "en" if _languages().wished(wish, accepted).language == "en" else "fr"


class Words:
    """Says things in one language. Unknown words of the network are shown as they are, made readable."""

    def __init__(self, language: PageLanguage) -> None:
        self.language = language
        self._words = _languages()[language]
        self._names = Names(self._words)

    def __call__(self, key: str, **values: object) -> str:
        if key in COUNTED:
            return self._words.ngettext(*COUNTED[key], 2, **values)
        return self._words.gettext(PHRASES[key], **values)

    def of(self, key: str, n: float, /, **values: object) -> str:
        """What stands beside a number, in its plural form."""
        whole = round(n) if n == round(n) else 2
        return self._words.ngettext(*COUNTED[key], whole, **values) if key in COUNTED else self(key, **values)

    def told(self, what: str, value: str) -> str:
        """`what: value` with the language's own spaces."""
        return self._words.gettext("%(label)s: %(value)s", label=what, value=value)

    def sources(self, sources: Iterable[str]) -> str:
        between = self._words.pgettext("between things named", "; ")
        return self("sources", sources=between.join(sources))

    def value(self, facet: str, value: str) -> str:
        """The name of a piece: ("channel", "mail") → "Courriel". What nobody said has a name as well."""
        if value in ("", OTHERS):
            return self("others" if value else "unsaid")
        if facet == "department":
            return f"{value} {DEPARTMENTS.get(value, '')}".rstrip()
        known = {
            "channel": self._names.channel,
            "subject": self._names.theme,
            "purpose": self._names.purpose,
            "language": self._words.language_name,
        }
        name = known[facet](value) if facet in known else _BETWEEN_LETTERS.sub(" ", value)
        return name[:1].upper() + name[1:]

    def others(self, facet: str, *, so_far: bool) -> str:
        """What closes the sum of a facet's pieces: of a running year, its questions of this month, too."""
        return self("others_so_far" if so_far and facet in FOLDED else "others")

    def facet(self, facet: str) -> str:
        """What questions cut by it are called together; one that has no phrase yet is made readable."""
        title = TITLES.get(facet)
        return self(title) if title else facet.replace("_", " ").capitalize()

    def piece(self, facet: str) -> str:
        """What one piece of it is called, at the head of a column."""
        return self(PIECES.get(facet, "piece"))

    def number(self, n: float) -> str:
        return self._words.number(n)

    def decimal(self, n: float) -> str:
        return self._words.number(n, 1)

    def percent(self, share: float) -> str:
        return self._words.percent(share)

    def part(self, n: int, whole: int) -> str:
        """What is there is not said to be none: `<1%`."""
        share = n / whole
        return f"<{self.percent(0.01)}" if 0 < share < 0.005 else self.percent(share)

    def growth(self, ratio: float) -> str:
        if round(100 * ratio) == 0:
            return f"±{self.percent(0)}"
        sign = "+" if ratio > 0 else "\N{MINUS SIGN}"
        return f"{sign}{self.percent(abs(ratio))}"

    def duration(self, seconds: float) -> str:
        """The two largest units that matter: 45 min, 18 h, 2 d 4 h."""
        day, hour, minute = self._units
        if seconds < _HOUR:
            return f"{max(1, round(seconds / 60))}\N{NO-BREAK SPACE}{minute}"
        hours = round(seconds / _HOUR)
        if hours < 48:
            return f"{hours}\N{NO-BREAK SPACE}{hour}"
        days, rest = divmod(hours, 24)
        tail = f"\N{NO-BREAK SPACE}{rest}\N{NO-BREAK SPACE}{hour}" if rest and days < 7 else ""
        return f"{days}\N{NO-BREAK SPACE}{day}{tail}"

    def bucket(self, seconds: int) -> str:
        """The upper bound of a histogram's bucket, short."""
        day, hour, minute = self._units
        for size, unit in ((_DAY, day), (_HOUR, hour), (60, minute)):
            if seconds >= size and seconds % size == 0:
                return f"{seconds // size}\N{NO-BREAK SPACE}{unit}"
        raise ValueError(f"a bound of {seconds} s is no whole number of minutes")

    def elsewhere(self, face: NetworkFace) -> list[FooterLink]:
        """The network's other public pages."""
        return list(face.links(self._words))

    @property
    def other_language(self) -> tuple[PageLanguage, str]:
        """Its code, and what it calls itself."""
        code: PageLanguage = "en" if self.language == "fr" else "fr"
        name = _languages()[code].language_name(code)
        return code, name[:1].upper() + name[1:]

    @property
    def _units(self) -> tuple[str, str, str]:
        """Day, hour and minute, short."""
        return (
            self._words.pgettext("unit of time", "d"),
            self._words.pgettext("unit of time", "h"),
            self._words.pgettext("unit of time", "min"),
        )

    @property
    def months(self) -> tuple[str, ...]:
        names = get_month_names("abbreviated", "stand-alone", self._words.locale)
        return tuple(names[month] for month in range(1, 13))

    @property
    def weekdays(self) -> tuple[str, ...]:
        """Monday first."""
        names = get_day_names("wide", "stand-alone", self._words.locale)
        return tuple(names[day] for day in range(7))

    def clock(self, zone: str) -> str:
        """`heure d’Europe centrale`, of `Europe/Paris`."""
        return self._words.clock_name(zone)

    def day(self, day: date) -> str:
        """`25 novembre 2026`, whose day and month stay together."""
        return self._words.day(day)
