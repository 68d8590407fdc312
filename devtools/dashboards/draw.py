"""The dashboards as pictures, drawn by ourselves from the panels' own queries, for the docs.

python -m devtools.dashboards.draw --prometheus URL --database URL [--minutes N] [--set partner=ID] FOLDER
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import pygal
import typst
from pygal.style import Style

from devtools.dashboards.answers import Line, Rows, Sources
from devtools.dashboards.boards import BOARDS
from devtools.dashboards.panels import Dashboard, Panel
from devtools.dashboards.schema import places
from services.metrics.pages.page import HERE
from services.metrics.pages.palette import PAPER
from services.metrics.pages.view.tiles import usual_most

TEMPLATE = Path(__file__).parent / "board.typ"
MOST_ROWS, MOST_LINES = 12, 8
NO_LINE = Line("", ())
"""Where nothing is known yet: bare axes."""
NARROW = 6
"""Columns, too few for more than two names on the time axis."""
CELL = (50, 25)
"""Points of one of Grafana's 24 columns and of one row, as board.typ has them."""

STYLE = Style(
    background="transparent",
    plot_background="transparent",
    foreground=PAPER.ink,
    foreground_strong=PAPER.ink,
    foreground_subtle=PAPER.quiet,
    guide_stroke_color=PAPER.quiet,
    major_guide_stroke_color=PAPER.quiet,
    guide_stroke_dasharray="none",
    major_guide_stroke_dasharray="none",
    colors=PAPER.series,
    font_family="Inter",
    label_font_size=10,
    major_label_font_size=10,
    stroke_opacity="1",
    opacity="1",
)


async def draw(sources: Sources, target: Path) -> None:
    for board in BOARDS:
        with TemporaryDirectory(prefix="sesame-board-") as folder:
            picture = await _picture(board, sources, Path(folder))
            _save(target / f"{board.uid}.png", picture)


def _save(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    print(f"{path}: {len(content):,} bytes")


async def _picture(board: Dashboard, sources: Sources, folder: Path) -> bytes:
    panels = [
        {
            **place,
            "title": panel.title,
            "meaning": panel.meaning,
            **await _content(panel, sources, folder, at),
        }
        for at, (panel, place) in enumerate(zip(board.panels, places(board.panels), strict=True))
    ]
    return _set(folder, {"title": board.title, "meaning": board.meaning, "panels": panels})


def _set(folder: Path, content: dict[str, Any]) -> bytes:
    (folder / "board.json").write_text(json.dumps(content))
    (folder / "board.typ").write_bytes(TEMPLATE.read_bytes())
    made = typst.compile(
        folder / "board.typ",
        root=folder,
        font_paths=[HERE / "assets"],
        ignore_system_fonts=True,
        format="png",
        ppi=72,
    )
    if not isinstance(made, bytes):
        raise TypeError("a board is one page")
    return made


async def _content(panel: Panel, sources: Sources, folder: Path, number: int) -> dict[str, Any]:
    first = panel.queries[0]
    if panel.kind == "lines":
        lines = [line for query in panel.queries for line in await sources.over_time(query)][:MOST_LINES]
        (folder / f"{number}.svg").write_text(chart(panel, lines))
        return {"chart": f"{number}.svg", "legend": _legend(lines)}
    if first.sql:
        rows = await sources.rows(first)
        if panel.kind == "stat":
            return {"numbers": _numbers(panel, [("value", float(str(rows.rows[0][0] or 0)))])}
        return _heat(rows) if panel.kind == "heat" else _table(panel, rows)
    found = await sources.now(first)
    return {"bars": _bars(panel, found)} if panel.kind == "bars" else {"numbers": _numbers(panel, found)}


def _bars(panel: Panel, found: Sequence[tuple[str, float]]) -> list[dict[str, Any]]:
    most = max((value for _, value in found), default=0) or 1
    return [
        {"name": name, "value": said(value, panel.unit), "share": value / most}
        for name, value in found[:MOST_ROWS]
    ]


def _legend(lines: Sequence[Line]) -> list[dict[str, str]]:
    return [
        {"name": line.name, "colour": PAPER.series[at % len(PAPER.series)]} for at, line in enumerate(lines)
    ]


STEPS = {
    "s": (0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300, 1800, 3600, 21_600, 43_200, 86_400),
    "percentunit": (0.25,),
    "bytes": tuple(2.0**power for power in range(20, 41)),
}
MOST_STEPS = 4


def _steps(top: float, unit: str) -> list[float]:
    """Round numbers of the unit, from nought to above `top`."""
    whole = [ten * digit for ten in (10**power for power in range(12)) for digit in (1, 2, 5)]
    fine = [0.1, 0.2, 0.5] if unit == "ops" else []
    known = STEPS.get(unit, (*fine, *whole))
    step = next((one for one in known if top <= MOST_STEPS * one), known[-1])
    return [step * number for number in range(1 + max(1, math.ceil(top / step)))]


def chart(panel: Panel, lines: Sequence[Line]) -> str:
    values = [value for line in lines for _, value in line.points if math.isfinite(value)]
    steps = _steps(max(values, default=0), panel.unit)
    axes = pygal.DateTimeLine(
        style=STYLE,
        js=(),
        width=round(panel.width * CELL[0] - 26),
        height=round(panel.height * CELL[1] - 66),
        margin=2,
        show_legend=False,
        show_dots=False,
        stroke_style={"width": 3},
        x_value_formatter=lambda at: at.strftime("%H:%M:%S"),
        truncate_label=-1,
        value_formatter=lambda value: said(value, panel.unit),
        range=(0, steps[-1]),
        disable_xml_declaration=True,
    )
    axes.x_labels = _moments(lines, 4 if panel.width > NARROW else 2)
    axes.y_labels = steps
    for line in lines or [NO_LINE]:
        points = [
            (datetime.fromtimestamp(at, UTC), value) for at, value in line.points if math.isfinite(value)
        ]
        axes.add(line.name, points)
    text: str = axes.render(is_unicode=True)
    return text


def _moments(lines: Sequence[Line], number: int) -> list[datetime]:
    """As many moments as are named below, the same time apart."""
    times = [at for line in lines for at, _ in line.points]
    if not times:
        return []
    first, apart = min(times), (max(times) - min(times)) / number
    return [datetime.fromtimestamp(first + apart * (0.5 + place), UTC) for place in range(number)]


def _numbers(panel: Panel, found: Sequence[tuple[str, float]]) -> list[dict[str, str]]:
    return [
        {
            "name": "" if name == "value" else name,
            "value": said(value, panel.unit),
            "colour": _colour(panel, value),
        }
        for name, value in found[:MOST_ROWS]
    ]


def _colour(panel: Panel, value: float) -> str:
    """As Grafana's thresholds."""
    if panel.levels is None:
        return PAPER.accent
    warn, bad = panel.levels.warn, panel.levels.bad
    less_is_worse = bad < warn
    if (value < bad) if less_is_worse else (value >= bad):
        return "#c0392b"
    return "#b07a00" if ((value < warn) if less_is_worse else (value >= warn)) else "#1d7a4f"


def _table(panel: Panel, found: Rows) -> dict[str, Any]:
    rows = [[_cell(panel, cell) for cell in row] for row in found.rows[:MOST_ROWS]]
    return {"columns": list(found.columns), "rows": rows}


def _cell(panel: Panel, cell: object) -> str:
    if cell is None:
        return ""
    return said(float(cell), panel.unit) if isinstance(cell, int | Decimal) else str(cell)


def _heat(found: Rows) -> dict[str, Any]:
    numbers = [int(str(number)) for _, _, number in found.rows]
    most = usual_most(numbers) or 1
    return {
        "heat": [
            {"day": at // 24, "hour": at % 24, "share": min(1.0, number / most)}
            for at, number in enumerate(numbers)
        ]
    }


LARGER = {
    "percentunit": ((0.01, "%"),),
    "bytes": ((2**30, "GiB"), (2**20, "MiB"), (2**10, "KiB")),
    "s": ((3600, "h"), (60, "min"), (1, "s"), (0.001, "ms")),
}
"""Unit → what it is said in, largest first."""


def said(value: float, unit: str) -> str:
    """A number with its unit, short."""
    if unit == "short":
        return f"{value:,.0f}"
    if unit not in LARGER or value == 0:
        return _short(value)
    size, name = next(((size, name) for size, name in LARGER[unit] if value >= size), LARGER[unit][-1])
    return f"{_short(value / size)}\N{NO-BREAK SPACE}{name}"


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.2g}"


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--prometheus", required=True, metavar="URL")
    parser.add_argument("--database", required=True, metavar="URL", help="metrics' own role")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="a dashboard's variable"
    )
    parser.add_argument("folder", type=Path)
    chosen = parser.parse_args()
    variables = dict(pair.split("=", 1) for pair in chosen.set)
    async with httpx.AsyncClient(base_url=chosen.prometheus, timeout=30) as prometheus:
        await draw(Sources(prometheus, chosen.database, chosen.minutes, variables), chosen.folder)


if __name__ == "__main__":
    asyncio.run(main())
