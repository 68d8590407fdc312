"""What was measured, as a table and as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Column, Table


@dataclass(frozen=True)
class Figure:
    """`floor` is the same by the hand-written peer in the same run; `wanted` is what Sésame promises."""

    name: str
    value: float
    unit: str
    floor: float | None = None
    wanted: str = ""

    @property
    def ratio(self) -> float | None:
        return self.value / self.floor if self.floor else None


def show(figures: Sequence[Figure]) -> None:
    table = Table(Column("measured", no_wrap=True), "value", "floor", "ratio", "wanted")
    for figure in figures:
        floor = "" if figure.floor is None else f"{figure.floor:,.1f} {figure.unit}"
        ratio = "" if figure.ratio is None else f"{figure.ratio:.2f}"
        table.add_row(figure.name, f"{figure.value:,.1f} {figure.unit}", floor, ratio, figure.wanted)
    Console().print(table)


def write(figures: Sequence[Figure], path: Path) -> None:
    rows = [{**asdict(figure), "ratio": figure.ratio} for figure in figures]
    path.write_text(json.dumps(rows, indent=2) + "\n")


def percentile(ordered: Sequence[float], share: float) -> float:
    """The value that `share` of the ordered values do not exceed (nearest rank)."""
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
