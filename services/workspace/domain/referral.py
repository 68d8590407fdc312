"""Who could take a question that a library passes on: the strong ones that are open now first, with reasons.

A help to choose, by the directory as it was told: who can really have it, the router says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Literal, get_args
from zoneinfo import ZoneInfo

from services.workspace.domain.profile import WEEKDAYS, is_away

OFFICE: Mapping[str, tuple[str, ...]] = dict.fromkeys(WEEKDAYS[:5], ("09:00-12:30", "13:30-18:00"))
"""When a library is open that has not said it: docs/routing.md."""
STRONG = 3
"""From this strength on a library counts as strong in a theme."""
ReferralGroup = Literal["open", "strong", "other"]
GROUPS: tuple[ReferralGroup, ...] = get_args(ReferralGroup)
"""Strong in the theme and open now, strong, the rest."""
MOST_STRONG = 40
"""So many are looked at closely; a page shows them all, and must not take longer with each library."""
LOOKS_AHEAD = 7
"""Days."""


@dataclass(frozen=True, slots=True)
class ReferralChoice:
    """`strength` in the question's theme, 0 where it has said none. Of a strong one: whether it is open now,
    and else when it opens, in its own time, None where for a week not at all."""

    id: str
    name: str
    strength: int
    open: int
    group: ReferralGroup = "other"
    opens_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ReferredQuestion:
    """What of a question counts for the choice; `zone` is that of libraries without one of their own."""

    subject: str | None
    language: str | None
    now: datetime
    zone: ZoneInfo


def choices(libraries: Iterable[Mapping[str, Any]], asked: ReferredQuestion) -> list[ReferralChoice]:
    """Of rows with id, name, record and how many questions are open: strong and open first, then by name."""
    rows = sorted(
        (row for row in libraries if _takes(row["record"])),
        key=lambda row: (-_strength(row, asked), row["name"]),
    )
    strong = list(islice((row for row in rows if _is_strong(row, asked)), MOST_STRONG))
    named = {row["id"] for row in strong}
    found = [_strong(row, asked) for row in strong]
    found += [
        ReferralChoice(row["id"], row["name"], _strength(row, asked), row["open"])
        for row in rows
        if row["id"] not in named
    ]
    return sorted(
        found,
        key=lambda one: (GROUPS.index(one.group), -one.strength if one.group != "other" else 0, one.name),
    )


def _takes(record: Mapping[str, Any]) -> bool:
    return record.get("role") != "coordinator" and record.get("capacity_per_week") != 0


def _strength(row: Mapping[str, Any], asked: ReferredQuestion) -> int:
    return int((row["record"].get("subjects") or {}).get(asked.subject, 0))


def _is_strong(row: Mapping[str, Any], asked: ReferredQuestion) -> bool:
    """In the theme, speaks the language, and is not away today."""
    record = row["record"]
    speaks = asked.language is None or asked.language in (record.get("languages") or ("fr",))
    if not speaks or _strength(row, asked) < STRONG:
        return False
    return is_away(record, asked.now.astimezone(zone_of(record, asked.zone)).date()) is None


def _strong(row: Mapping[str, Any], asked: ReferredQuestion) -> ReferralChoice:
    record = row["record"]
    here = asked.now.astimezone(zone_of(record, asked.zone))
    group: ReferralGroup = "open" if is_open(record, here) else "strong"
    opens = None if group == "open" else opens_at(record, here)
    return ReferralChoice(row["id"], row["name"], _strength(row, asked), row["open"], group, opens)


def zone_of(record: Mapping[str, Any], otherwise: ZoneInfo) -> ZoneInfo:
    """A library's own, as its record names it."""
    try:
        return ZoneInfo(record["time_zone"])
    except (KeyError, ValueError, OSError, TypeError):
        return otherwise


def is_open(record: Mapping[str, Any], here: datetime) -> bool:
    """By its hours and closures, at this moment of its own clock; public holidays are not looked at."""
    if is_away(record, here.date()):
        return False
    at = here.strftime("%H:%M")
    return any(start <= at < end for start, end in _slots(record, here))


def opens_at(record: Mapping[str, Any], here: datetime) -> datetime | None:
    """The next moment at which a slot begins, in the zone of `here`; None within a week."""
    for days in range(LOOKS_AHEAD):
        day = here + timedelta(days=days)
        if is_away(record, day.date()):
            continue
        for start, _ in _slots(record, day):
            begins = day.replace(hour=int(start[:2]) % 24, minute=int(start[3:5]), second=0, microsecond=0)
            if begins > here:
                return begins
    return None


def _slots(record: Mapping[str, Any], day: datetime) -> list[tuple[str, str]]:
    """Of that day, as 09:00 and 12:30, in order."""
    spans = (record.get("hours") or OFFICE).get(WEEKDAYS[day.weekday()], ())
    pairs = (str(span).split("-", 1) for span in spans)
    return sorted((_padded(pair[0]), _padded(pair[1])) for pair in pairs if len(pair) == 2)


def _padded(hour: str) -> str:
    """9:00 as 09:00, so that hours sort as text."""
    return hour.strip().rjust(5, "0")
