"""Why a question is where it is, as a page shows it: names for ids, shares of a bar for points."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

PARTS = ("referred", "origin", "place", "subject", "load", "fit", "fairness")
"""As docs/routing.md lists them, and as bars are coloured."""


@dataclass(frozen=True, slots=True)
class BarPart:
    """A stretch of a bar, in hundredths of the longest; points below zero have none."""

    name: str
    points: float
    start: float
    width: float


@dataclass(frozen=True, slots=True)
class CandidateBar:
    partner: str
    name: str
    total: float
    parts: tuple[BarPart, ...]
    due_at: datetime | None = None
    open: int | None = None
    capacity: int | None = None


@dataclass(frozen=True, slots=True)
class ExcludedGroup:
    code: str
    number: int
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DecisionPicture:
    decided_at: datetime
    chosen: str | None
    tier: str
    eligible: int
    candidates: tuple[CandidateBar, ...]
    excluded: tuple[ExcludedGroup, ...]
    weights: tuple[tuple[str, float], ...] = ()
    """By which it was decided, where it was written down."""


MOST_BARS = 12


def pictures(told: Mapping[str, Any], names: Mapping[str, str]) -> list[DecisionPicture]:
    """The latest decision first; what a library could still do stands beside those of the latest alone."""
    decisions = list(reversed(told.get("decisions", ())))
    chances = {one["partner"]: one for one in told.get("chances", ())}
    return [_picture(one, names, chances if number == 0 else {}) for number, one in enumerate(decisions)]


def _picture(
    told: Mapping[str, Any], names: Mapping[str, str], chances: Mapping[str, Mapping[str, Any]]
) -> DecisionPicture:
    shown = told.get("candidates", [])[:MOST_BARS]
    longest = max((_length(one) for one in shown), default=0) or 1
    excluded = (
        ExcludedGroup(one["code"], one["number"], tuple(_named(names, p) for p in one.get("partners", ())))
        for one in told.get("excluded", ())
    )
    return DecisionPicture(
        decided_at=datetime.fromisoformat(told["decided_at"]),
        chosen=_named(names, told["chosen"]) if told.get("chosen") else None,
        tier=told["tier"],
        eligible=told["eligible"],
        candidates=tuple(_bar(one, names, chances.get(one["partner"], {}), longest) for one in shown),
        excluded=tuple(sorted(excluded, key=lambda one: (one.number, one.code))),
        weights=tuple((name, told["weights"][name]) for name in PARTS if told.get("weights")),
    )


def _length(candidate: Mapping[str, Any]) -> float:
    return sum(float(points) for points in candidate["parts"].values() if points > 0)


def _bar(
    told: Mapping[str, Any], names: Mapping[str, str], chance: Mapping[str, Any], longest: float
) -> CandidateBar:
    parts, start = [], 0.0
    for name in PARTS:
        points = told["parts"].get(name, 0)
        if points:
            width = max(points, 0) / longest * 100
            parts.append(BarPart(name, points, round(start, 2), round(width, 2)))
            start += width
    due = chance.get("due_at")
    return CandidateBar(
        partner=told["partner"],
        name=_named(names, told["partner"]),
        total=told["total"],
        parts=tuple(parts),
        due_at=datetime.fromisoformat(due) if due else None,
        open=chance.get("open"),
        capacity=chance.get("capacity_per_week"),
    )


def _named(names: Mapping[str, str], partner: str) -> str:
    return names.get(partner, partner)


def due_if_asked(told: Mapping[str, Any] | None, partner: str) -> datetime | None:
    """Until when this library would have time, as the router told it."""
    chances = (one for one in (told or {}).get("chances", ()) if one["partner"] == partner)
    found = next(chances, None)
    return datetime.fromisoformat(found["due_at"]) if found else None
