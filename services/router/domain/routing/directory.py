"""All partners at one moment, indexed by what a decision asks: territory, language, role, subject, hours.

A directory never changes; a change among the partners makes a new one. It keeps the agendas of its clocks.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from zoneinfo import ZoneInfo

from services.chassis.working_time import IsHoliday, WorkingClock
from services.router.domain.deadlines import is_away
from services.router.domain.hours.calendars import opening_hours
from services.router.domain.partner import Partner, PartnerRole
from services.router.domain.routing.loads import fair_capacity
from services.router.domain.routing.partner_sets import NOBODY, PartnerIndex, PartnerSet
from services.router.domain.territory import Nearness, Territory, country_of, is_narrow, territories_of

HolidaysOf = Callable[[str, str | None], IsHoliday]
"""(country, region) → is this day a holiday there."""


class Directory:
    def __init__(self, partners: Iterable[Partner], holidays_of: HolidaysOf) -> None:
        self.partners: Mapping[str, Partner] = {partner.id: partner for partner in partners}
        self.roll = PartnerIndex(self.partners)
        self.limits = {
            p.id: p.capacity_per_week for p in self.partners.values() if p.capacity_per_week is not None
        }
        self.capacities = {p.id: fair_capacity(p.capacity_per_week) for p in self.partners.values()}
        self.taking_nothing = self._who(lambda partner: partner.capacity_per_week == 0)
        self._with_closures = tuple(p for p in self.partners.values() if p.closures)
        self._holidays_of = holidays_of
        self._names_serving = self._index(lambda partner: partner.territories)
        self._names_within = self._index(_countries)
        self._everywhere = self._who(lambda partner: not partner.territories)
        self._clocks: dict[str, WorkingClock] = {}
        self._shared: dict[object, WorkingClock] = {}
        self._serving = lru_cache(maxsize=256)(lambda territory: self._found(self._names_serving, territory))
        self._within = lru_cache(maxsize=16)(lambda country: self._found(self._names_within, country))
        self.not_speaking = lru_cache(maxsize=64)(self._not_speaking)
        self.not_in = lru_cache(maxsize=8)(self._not_in)
        self.strengths = lru_cache(maxsize=64)(self._strengths)
        self.off_subject = lru_cache(maxsize=64)(self._off_subject)
        self.away = lru_cache(maxsize=64)(self._away)

    @property
    def coordinator(self) -> Partner | None:
        named = (p for p in self.partners.values() if p.role is PartnerRole.COORDINATOR)
        return min(named, key=lambda partner: partner.id, default=None)

    def near(self, place: Territory) -> Mapping[Nearness, PartnerSet]:
        """Who serves the place, the nearest first. Of a country alone: whoever is in it."""
        crowds = dict.fromkeys(sorted(Nearness, reverse=True), NOBODY)
        crowds[Nearness.SOMEWHERE] = self._everywhere
        if not is_narrow(place):
            crowds[Nearness.SOMEWHERE] |= self._within(place.country)
        for territory, nearness in territories_of(place).items():
            crowds[nearness] |= self._serving(territory)
        return crowds

    def clock(self, partner: Partner) -> WorkingClock:
        """The clock that runs while the partner is open."""
        clock = self._clocks.get(partner.id)
        if clock is None:
            clock = self._clocks[partner.id] = self._shared_clock(partner)
        return clock

    def _shared_clock(self, partner: Partner) -> WorkingClock:
        """Partners with the same hours in the same place share one, and so its agendas."""
        hours = tuple(sorted(partner.hours.items()))
        key = (hours, partner.time_zone, partner.closures, partner.country, partner.region)
        if key not in self._shared:
            holiday = self._holidays_of(partner.country, partner.region)
            zone = ZoneInfo(partner.time_zone)
            self._shared[key] = WorkingClock(opening_hours(partner.hours, zone, partner.closures, holiday))
        return self._shared[key]

    def _who(self, fits: Callable[[Partner], bool]) -> PartnerSet:
        return self.roll.crowd(p.id for p in self.partners.values() if fits(p))

    def _not_speaking(self, language: str) -> PartnerSet:
        return self._who(lambda partner: bool(partner.languages) and language not in partner.languages)

    def _not_in(self, roles: frozenset[PartnerRole]) -> PartnerSet:
        return self._who(lambda partner: partner.role not in roles)

    def _strengths(self, theme: str) -> Mapping[str, int]:
        return {p.id: p.subjects[theme] for p in self.partners.values() if theme in p.subjects}

    def _off_subject(self, theme: str | None) -> PartnerSet:
        """Specialists whose subjects the question's is not among."""
        return self._who(
            lambda partner: partner.role is PartnerRole.SPECIALIST and theme not in partner.subjects
        )

    def _away(self, today: date, until: date) -> PartnerSet:
        """Those whose closure covers every day from one to the other."""
        return self.roll.crowd(p.id for p in self._with_closures if is_away(p.closures, today, until))

    def _index(self, words: Callable[[Partner], Iterable[str]]) -> Mapping[str, Sequence[str]]:
        """Word → names; a crowd for each of thousands of postcodes would be a hundred megabytes."""
        index: defaultdict[str, list[str]] = defaultdict(list)
        for partner in self.partners.values():
            for word in words(partner):
                index[word].append(partner.id)
        return index

    def _found(self, index: Mapping[str, Sequence[str]], word: str) -> PartnerSet:
        return self.roll.crowd(index.get(word, ()))


def _countries(partner: Partner) -> set[str]:
    return {country_of(territory) or partner.country for territory in partner.territories}
