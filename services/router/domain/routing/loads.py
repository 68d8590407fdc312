"""Who has how much: questions asked this week, questions still open, and what fairness owes whom.

Credit is counted in questions. At every decision each partner who could have had the question earns its share
of it (its capacity ÷ the capacity of all who could), and the one who gets it pays a whole one. So credits sum
to nothing, and one near zero says that a partner's share of the questions is its share of the capacity.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

USUAL_CAPACITY = 20
"""Questions a week that a partner without a limit counts as, when shares are reckoned."""

MOST_CREDIT = 50.0


@dataclass(frozen=True, slots=True)
class Load:
    asked: int = 0  # this week
    open: int = 0
    credit: float = 0.0


@dataclass(frozen=True, slots=True)
class LoadBook:
    """The loads of the whole network in one week (the Monday it began on). Each mapping names only those who
    have any; `changed` names whoever has another load than the book began with."""

    week: date
    asked: Mapping[str, int] = field(default_factory=dict)
    open: Mapping[str, int] = field(default_factory=dict)
    credit: Mapping[str, float] = field(default_factory=dict)
    changed: frozenset[str] = frozenset()

    @classmethod
    def holding(cls, week: date, loads: Mapping[str, Load]) -> LoadBook:
        return cls(
            week,
            {name: load.asked for name, load in loads.items() if load.asked},
            {name: load.open for name, load in loads.items() if load.open},
            {name: load.credit for name, load in loads.items() if load.credit},
        )

    def of(self, partner: str) -> Load:
        return Load(self.asked.get(partner, 0), self.open.get(partner, 0), self.credit.get(partner, 0.0))

    def turned(self, week: date) -> LoadBook:
        """The same book in a later week: what was asked starts anew, the rest is carried over."""
        if week <= self.week:
            return self
        return replace(self, week=week, asked={}, changed=self.changed | self.asked.keys())

    def given(self, partner: str, among: Mapping[str, float]) -> LoadBook:
        """After a question went to the partner; `among` is the capacity of everyone who could have had it."""
        credit = dict(self.credit)
        for name, earned in shares(among):
            credit[name] = bounded(credit.get(name, 0.0) + earned)
        credit[partner] = bounded(credit.get(partner, 0.0) - 1)
        return LoadBook(
            self.week,
            {**self.asked, partner: self.asked.get(partner, 0) + 1},
            {**self.open, partner: self.open.get(partner, 0) + 1},
            credit,
            self.changed | among.keys() | {partner},
        )

    def ended(self, partner: str) -> LoadBook:
        """After a question that the partner had is no longer its own."""
        still = dict(self.open)
        if still.get(partner, 0) > 1:
            still[partner] -= 1
        else:
            still.pop(partner, None)
        return replace(self, open=still, changed=self.changed | {partner})


def shares(capacities: Mapping[str, float]) -> Iterable[tuple[str, float]]:
    total = sum(capacities.values())
    return [(name, capacity / total) for name, capacity in capacities.items()] if total else []


def fair_capacity(capacity_per_week: int | None) -> int:
    return USUAL_CAPACITY if capacity_per_week is None else capacity_per_week


def week_of(moment: datetime, zone: ZoneInfo) -> date:
    """The Monday of the moment's week where the network is."""
    day = moment.astimezone(zone).date()
    return date.fromordinal(day.toordinal() - day.weekday())


def bounded(credit: float) -> float:
    return round(max(-MOST_CREDIT, min(MOST_CREDIT, credit)), 6)
