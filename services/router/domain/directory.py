"""All partners at one moment, indexed by what a decision asks: territory, language, role, subject, hours.

A directory never changes; a change among the partners makes a new one. It keeps the agendas of its clocks.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from zoneinfo import ZoneInfo

from services.router.domain.calendars import IsHoliday, opening_hours
from services.router.domain.partner import Partner, Role
from services.router.domain.territory import Nearness, Place, country_of, is_narrow, territories_of
from services.router.domain.working_time import Clock

HolidaysOf = Callable[[str, str | None], IsHoliday]
"""(country, region) → is this day a holiday there."""


class Directory:
    def __init__(self, partners: Iterable[Partner], holidays_of: HolidaysOf) -> None:
        self.partners: Mapping[str, Partner] = {partner.id: partner for partner in partners}
        self.everyone = frozenset(self.partners)
        self.taking_nothing = frozenset(p.id for p in self.partners.values() if p.capacity_per_week == 0)
        self.limits = {
            p.id: p.capacity_per_week for p in self.partners.values() if p.capacity_per_week is not None
        }
        self.with_closures = tuple(p for p in self.partners.values() if p.closures)
        self._holidays_of = holidays_of
        self._serving = _index(self.partners.values(), lambda partner: partner.territories)
        self._within = _index(self.partners.values(), _countries)
        self._everywhere = frozenset(p.id for p in self.partners.values() if not p.territories)
        self._clocks: dict[str, Clock] = {}
        self._shared: dict[object, Clock] = {}
        self.not_speaking = lru_cache(maxsize=64)(self._not_speaking)
        self.not_in = lru_cache(maxsize=8)(self._not_in)
        self.strengths = lru_cache(maxsize=64)(self._strengths)
        self.levels = lru_cache(maxsize=64)(self._levels)
        self.off_subject = lru_cache(maxsize=64)(self._off_subject)

    @property
    def coordinator(self) -> Partner | None:
        named = (p for p in self.partners.values() if p.role is Role.COORDINATOR)
        return min(named, key=lambda partner: partner.id, default=None)

    def near(self, place: Place) -> Mapping[str, Nearness]:
        """Who serves the place. Of a country alone: whoever is in it."""
        found = dict.fromkeys(self._everywhere, Nearness.SOMEWHERE)
        if not is_narrow(place):
            found.update(dict.fromkeys(self._within.get(place.country, ()), Nearness.SOMEWHERE))
        for territory, nearness in sorted(territories_of(place).items(), key=lambda item: item[1]):
            found.update(dict.fromkeys(self._serving.get(territory, ()), nearness))
        return found

    def clock(self, partner: Partner) -> Clock:
        """The clock that runs while the partner is open."""
        clock = self._clocks.get(partner.id)
        if clock is None:
            clock = self._clocks[partner.id] = self._shared_clock(partner)
        return clock

    def _shared_clock(self, partner: Partner) -> Clock:
        """Partners with the same hours in the same place share one, and so its agendas."""
        hours = tuple(sorted(partner.hours.items()))
        key = (hours, partner.time_zone, partner.closures, partner.country, partner.region)
        if key not in self._shared:
            holiday = self._holidays_of(partner.country, partner.region)
            zone = ZoneInfo(partner.time_zone)
            self._shared[key] = Clock(opening_hours(partner.hours, zone, partner.closures, holiday))
        return self._shared[key]

    def _not_speaking(self, language: str) -> frozenset[str]:
        return frozenset(p.id for p in self.partners.values() if p.languages and language not in p.languages)

    def _not_in(self, roles: frozenset[Role]) -> frozenset[str]:
        return frozenset(p.id for p in self.partners.values() if p.role not in roles)

    def _strengths(self, theme: str) -> Mapping[str, int]:
        return {p.id: p.subjects[theme] for p in self.partners.values() if theme in p.subjects}

    def _levels(self, theme: str | None) -> tuple[tuple[str, ...], ...]:
        """Partners of the same strength in the theme together, each group by name."""
        strengths = self.strengths(theme) if theme else {}
        levels: defaultdict[int, list[str]] = defaultdict(list)
        for name in sorted(self.everyone):
            levels[strengths.get(name, 0)].append(name)
        return tuple(map(tuple, levels.values()))

    def _off_subject(self, theme: str | None) -> frozenset[str]:
        """Specialists whose subjects the question's is not among."""
        specialists = (p for p in self.partners.values() if p.role is Role.SPECIALIST)
        return frozenset(p.id for p in specialists if theme not in p.subjects)


def _countries(partner: Partner) -> set[str]:
    return {country_of(territory) or partner.country for territory in partner.territories}


def _index(
    partners: Iterable[Partner], words: Callable[[Partner], Iterable[str]]
) -> Mapping[str, tuple[str, ...]]:
    index: defaultdict[str, list[str]] = defaultdict(list)
    for partner in partners:
        for word in words(partner):
            index[word].append(partner.id)
    return {word: tuple(found) for word, found in index.items()}
