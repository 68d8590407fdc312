"""One language: its messages, and its forms of dates, numbers and units."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, get_timezone_name
from babel.lists import format_list
from babel.numbers import format_decimal, format_percent
from babel.units import format_unit

from services.chassis.language.catalogues import Catalogue
from services.chassis.language.typography import set_right

Length = Literal["short", "long", "narrow"]
REGIONS = {"en": "en_GB"}
"""Where a language's forms differ from place to place: day before month, hours to 24."""
KILOBYTE, MEGABYTE = 1000, 1_000_000
BETWEEN_DAY_AND_MONTH = re.compile(r"(?<=d) (?=M)|(?<=d\.) (?=M)|(?<=M) (?=d)")


class Translator:
    """Says messages with their values: `gettext("Read %(n)s times", n=3)`. A literal percent sign is `%%`.
    `zone` is where the moments are told, unless another is named."""

    def __init__(self, catalogue: Catalogue, zone: str) -> None:
        self.language = catalogue.language
        self.begun = catalogue.begun
        self.messages = catalogue.translations
        self.locale = Locale.parse(REGIONS.get(self.language, self.language))
        self.zone = zone

    def gettext(self, message: str, /, **values: object) -> str:
        return self.messages.gettext(message) % values

    def pgettext(self, context: str, message: str, /, **values: object) -> str:
        return self.messages.pgettext(context, message) % values

    def ngettext(self, one: str, many: str, n: int, /, **values: object) -> str:
        """`num` is the number as it is written, unless the values say otherwise."""
        return self.messages.ngettext(one, many, n) % ({"num": self.number(n)} | values)

    def day(self, moment: date | datetime, zone: str | None = None) -> str:
        """`1er décembre 2026`."""
        return self._dated(self.messages.pgettext("date pattern", "d MMMM y"), self._local(moment, zone))

    def weekday(self, moment: date | datetime, zone: str | None = None) -> str:
        """`mardi 1er décembre 2026`."""
        return self._dated(self.messages.pgettext("date pattern", "EEEE d MMMM y"), self._local(moment, zone))

    def moment(self, moment: datetime, zone: str | None = None, *, abroad: bool = False) -> str:
        """`mardi 1er décembre 2026 à 8 h 30`; with the zone's name where it is not the usual one, and with
        the usual one's for a reader `abroad`."""
        told = self._at_hour(self.weekday(moment, zone), moment, zone)
        if zone and self._elsewhere(moment, zone):
            return f"{told} ({self.zone_name(zone, moment)})"
        return f"{told} ({self.clock_name()})" if abroad else told

    def short_moment(self, moment: datetime, zone: str | None = None) -> str:
        """`1er décembre 2026 à 8 h 30`."""
        return self._at_hour(self.day(moment, zone), moment, zone)

    def brief_moment(self, moment: datetime, zone: str | None = None) -> str:
        """`1er déc. à 8 h 30`: where there is little room, and the year is plain."""
        day = self._dated(self.messages.pgettext("date pattern", "d MMM"), self._local(moment, zone))
        return self._at_hour(day, moment, zone)

    def zone_name(self, zone: str, moment: datetime) -> str:
        """`heure de La Réunion`."""
        local = moment.astimezone(ZoneInfo(zone))
        name = get_timezone_name(local, "long", uncommon=True, locale=self.locale)
        return set_right(name, self.language)

    def clock_name(self, zone: str | None = None) -> str:
        """`heure d’Europe centrale`: by summer and winter, of the usual zone unless another is named."""
        name = get_timezone_name(ZoneInfo(zone or self.zone), "long", uncommon=True, locale=self.locale)
        return set_right(name, self.language)

    def number(self, n: float, digits: int = 0) -> str:
        """`1 660`, `2,50`: with as many digits after the comma."""
        if not digits and isinstance(n, int) and 0 <= n < 1000:
            return str(
                n
            )  # as every locale of ours writes it, a hundred times as quick: tables have thousands
        return format_decimal(n, "#,##0" + ("." + "0" * digits if digits else ""), self.locale)

    def percent(self, share: float) -> str:
        return format_percent(share, locale=self.locale)

    def size(self, octets: int) -> str:
        """`54 ko`, `1,2 Mo`: never nothing."""
        if octets >= MEGABYTE:
            told = format_unit(round(octets / MEGABYTE, 1), "megabyte", "short", locale=self.locale)
        else:
            told = format_unit(max(1, round(octets / KILOBYTE)), "kilobyte", "short", locale=self.locale)
        return told.replace(" ", "\N{NO-BREAK SPACE}")

    def unit(self, amount: float, unit: str, length: Length = "long") -> str:
        """`3 jours`: CLDR's units, `day`, `hour`, `minute`."""
        told = format_unit(amount, f"duration-{unit}", length, locale=self.locale)
        return told.replace(" ", "\N{NO-BREAK SPACE}")

    def list(self, items: Iterable[str]) -> str:
        """`Brest, Lyon et Metz`."""
        return format_list(list(items), locale=self.locale)

    def country(self, code: str) -> str:
        return str(self.locale.territories.get(code.upper(), code))

    def language_name(self, code: str) -> str:
        return str(self.locale.languages.get(code.lower(), code))

    def _dated(self, pattern: str, day: date) -> str:
        """No line ends between day and month. The first of a month has a form of its own in some languages:
        `1er`."""
        pattern = BETWEEN_DAY_AND_MONTH.sub("\N{NO-BREAK SPACE}", pattern)
        if day.day != 1:
            return format_date(day, pattern, self.locale)
        first = self.messages.pgettext("first day of a month", "1")
        return format_date(day, pattern.replace("d", f"'{first}'", 1), self.locale)

    def _at_hour(self, day: str, moment: datetime, zone: str | None) -> str:
        local = moment.astimezone(ZoneInfo(zone or self.zone))
        full = self.messages.pgettext("pattern of a full hour", "HH:mm")
        pattern = self.messages.pgettext("hour pattern", "HH:mm") if local.minute else full
        # Letters stand between straight quotes, whatever quotes a translator's editor makes of them.
        hour = format_datetime(local, pattern.replace("’", "'"), locale=self.locale)
        bound = hour.replace(" ", "\N{NO-BREAK SPACE}")
        told = self.messages.pgettext("a moment", "{day} at {hour}")
        return told.replace(" {hour}", "\N{NO-BREAK SPACE}{hour}").format(day=day, hour=bound)

    def _elsewhere(self, moment: datetime, zone: str) -> bool:
        """Whether clocks there show another time than the network's."""
        return (
            moment.astimezone(ZoneInfo(zone)).utcoffset()
            != moment.astimezone(ZoneInfo(self.zone)).utcoffset()
        )

    def _local(self, moment: date | datetime, zone: str | None) -> date:
        return (
            moment.astimezone(ZoneInfo(zone or self.zone)).date() if isinstance(moment, datetime) else moment
        )
