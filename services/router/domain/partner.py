"""A partner of the network: who it is, what it is good at, when it is open, how much it takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from services.router.domain.hours.calendars import Closure, Hours, Slot

DEFAULT_HOURS: Hours = MappingProxyType(
    {day: (Slot(9 * 60, 12 * 60 + 30), Slot(13 * 60 + 30, 18 * 60)) for day in range(5)}
)
"""When a partner has not said when it is open: the hours of an office."""


class PartnerRole(StrEnum):
    MEMBER = "member"
    SPECIALIST = "specialist"  # asked about its own subjects only
    BACK_UP = "back-up"  # asked when no member can
    COORDINATOR = "coordinator"  # never asked by the machine


@dataclass(frozen=True, slots=True)
class ReachedBy:
    way: str
    address: str


@dataclass(frozen=True, slots=True)
class Partner:
    """`subjects`: theme → strength 1 to 5. No `territories`: everywhere. No `capacity_per_week`: no limit."""

    id: str
    name: str
    reach: ReachedBy
    kind: str = "library"
    email: str | None = None
    alert_email: str | None = None
    languages: frozenset[str] = frozenset({"fr"})
    subjects: Mapping[str, int] = field(default_factory=dict)
    territories: frozenset[str] = frozenset()
    capacity_per_week: int | None = None
    hours: Hours = field(default_factory=lambda: DEFAULT_HOURS)
    time_zone: str = "Europe/Paris"
    country: str = "FR"
    region: str | None = None
    closures: tuple[Closure, ...] = ()
    role: PartnerRole = PartnerRole.MEMBER
    own_forms: tuple[str, ...] = ()
    own_addresses: tuple[str, ...] = ()
