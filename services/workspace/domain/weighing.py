"""Weights as a form sends them: numbers, or what is wrong with each; and what a trial shows of them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from services.workspace.domain.explained import PARTS

FaultCode = Literal["no_points", "not_a_number", "below_nought", "too_many_points", "nothing_weighs"]


@dataclass(frozen=True, slots=True)
class WeightFault:
    """`part` is empty where all of them together are at fault."""

    part: str
    code: FaultCode
    value: str


@dataclass(frozen=True, slots=True)
class WeightsForm:
    """As typed, what of it is a number, and every fault."""

    typed: Mapping[str, str]
    points: Mapping[str, float]
    faults: tuple[WeightFault, ...]

    def fault_of(self, part: str) -> WeightFault | None:
        return next((one for one in self.faults if one.part == part), None)


def read_weights(typed: Mapping[str, str], most: float) -> WeightsForm:
    """`most`: points that a part may have."""
    points: dict[str, float] = {}
    faults: list[WeightFault] = []
    for part in PARTS:
        value = typed.get(part, "").strip()
        number = _number(value)
        if number is None:
            faults.append(WeightFault(part, "not_a_number" if value else "no_points", value))
        elif number < 0:
            faults.append(WeightFault(part, "below_nought", value))
        elif number > most:
            faults.append(WeightFault(part, "too_many_points", value))
        else:
            points[part] = number
    if not faults and not any(points.values()):
        faults.append(WeightFault("", "nothing_weighs", ""))
    return WeightsForm(typed, points, tuple(faults))


def _number(value: str) -> float | None:
    """With a comma, too, and with spaces between thousands, as people write it."""
    plain = "".join(value.split()).replace(",", ".")
    try:
        number = float(plain)
    except ValueError:
        return None
    return number if math.isfinite(number) and len(plain) < 20 else None


def as_typed(points: Mapping[str, Any], *, comma: bool) -> dict[str, str]:
    """The shortest that reads back the same."""
    written = {part: f"{points[part]:.12g}" for part in PARTS if part in points}
    return {part: one.replace(".", ",") if comma else one for part, one in written.items()}


@dataclass(frozen=True, slots=True)
class LoadRow:
    partner: str
    before: int
    after: int

    @property
    def difference(self) -> int:
        return self.after - self.before


def load_rows(told: Mapping[str, Any]) -> list[LoadRow]:
    """The greatest difference first, then who has most."""
    rows = [LoadRow(one["partner"], one["before"], one["after"]) for one in told.get("loads", ())]
    return sorted(rows, key=lambda row: (-abs(row.difference), -row.before, row.partner))
