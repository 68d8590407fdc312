"""The words and number forms of the pages: French and English."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Literal

from services.chassis.dates import DAYS, written
from services.metrics.pages.english import ENGLISH
from services.metrics.pages.french import FRENCH
from services.metrics.pages.lexicon import Lexicon

PageLanguage = Literal["fr", "en"]

_LEXICONS: Mapping[PageLanguage, Lexicon] = {"fr": FRENCH, "en": ENGLISH}

_HOUR = 3_600
_DAY = 24 * _HOUR


class Words:
    """Says things in one language. Unknown words of the network are shown as they are, made readable."""

    def __init__(self, language: PageLanguage) -> None:
        self.language = language
        self._lexicon = _LEXICONS[language]

    def __call__(self, key: str, **values: object) -> str:
        return self._lexicon.phrases[key].format(**values)

    def of(self, key: str, n: float, /, **values: object) -> str:
        """What stands beside a number: one is said in the singular, in French nought as well."""
        single = n == 1 or (self.language == "fr" and n == 0)
        known = single and f"one_{key}" in self._lexicon.phrases
        return self(f"one_{key}" if known else key, **values)

    def told(self, what: str, value: str) -> str:
        """`what : value` with the language's own spaces."""
        return f"{what}{self._lexicon.colon}{value}"

    def sources(self, sources: Iterable[str]) -> str:
        return self("sources", sources=self._lexicon.semicolon.join(sources))

    def value(self, facet: str, value: str) -> str:
        """The name of a piece: ("channel", "mail") → "courriel". What nobody said has a name as well."""
        if not value:
            return self("unsaid")
        known = self._lexicon.values.get(facet, {}).get(value)
        return known or value.replace("_", " ").replace("-", " ").capitalize()

    def number(self, n: float) -> str:
        return f"{n:,.0f}".replace(",", self._lexicon.thousands)

    def decimal(self, n: float) -> str:
        return f"{n:.1f}".replace(".", self._lexicon.decimal)

    def percent(self, share: float) -> str:
        return f"{100 * share:.0f}{self._lexicon.percent}"

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
        day, hour, minute = self._lexicon.units
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
        day, hour, minute = self._lexicon.units
        for size, unit in ((_DAY, day), (_HOUR, hour), (60, minute)):
            if seconds >= size and seconds % size == 0:
                return f"{seconds // size}\N{NO-BREAK SPACE}{unit}"
        raise ValueError(f"a bound of {seconds} s is no whole number of minutes")

    @property
    def months(self) -> tuple[str, ...]:
        return self._lexicon.months

    @property
    def weekdays(self) -> tuple[str, ...]:
        """Monday first."""
        return DAYS[self.language]

    def day(self, day: date) -> str:
        """`25 novembre 2026`, whose day and month stay together."""
        return written(day, self.language).replace(" ", "\N{NO-BREAK SPACE}", 1)
