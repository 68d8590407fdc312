"""The dashboards as pictures, drawn by ourselves from the panels' own queries, for the docs.

python -m deploy.grafana.draw --prometheus URL --database URL [--minutes N] [--set partner=ID] FOLDER
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import pygal
import typst
from pygal.style import Style

from deploy.grafana.answers import Line, Rows, Sources
from deploy.grafana.boards import BOARDS
from deploy.grafana.panels import Dashboard, Panel
from deploy.grafana.schema import places
from services.metrics.pages.page import HERE
from services.metrics.pages.palette import PAPER

TEMPLATE = Path(__file__).parent / "board.typ"
MOST_ROWS, MOST_LINES = 12, 8
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
        (folder / f"{number}.svg").write_text(_chart(panel, lines))
        return {"chart": f"{number}.svg", "legend": _legend(lines)}
    if first.sql:
        rows = await sources.rows(first)
        if panel.kind == "stat":
            return {"numbers": _numbers(panel, [("value", float(str(rows.rows[0][0] or 0)))])}
        return _heat(rows) if panel.kind == "heat" else _table(rows)
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


def _chart(panel: Panel, lines: Sequence[Line]) -> str:
    chart = pygal.DateTimeLine(
        style=STYLE,
        js=(),
        width=round(panel.width * CELL[0] - 26),
        height=round(panel.height * CELL[1] - 78),
        margin=2,
        show_legend=False,
        show_dots=False,
        stroke_style={"width": 3},
        x_value_formatter=lambda at: at.strftime("%H:%M:%S"),
        value_formatter=lambda value: said(value, panel.unit),
        x_labels_major_count=4,
        show_minor_x_labels=False,
        max_scale=4,
        include_x_axis=True,
        disable_xml_declaration=True,
    )
    for line in lines:
        points = [
            (datetime.fromtimestamp(at, UTC), value) for at, value in line.points if math.isfinite(value)
        ]
        chart.add(line.name, points)
    text: str = chart.render(is_unicode=True)
    return text


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


def _table(found: Rows) -> dict[str, Any]:
    rows = [["" if cell is None else str(cell) for cell in row] for row in found.rows[:MOST_ROWS]]
    return {"columns": list(found.columns), "rows": rows}


def _heat(found: Rows) -> dict[str, Any]:
    numbers = [int(str(number)) for _, _, number in found.rows]
    most = max(numbers, default=0) or 1
    return {
        "heat": [
            {"day": at // 24, "hour": at % 24, "share": number / most} for at, number in enumerate(numbers)
        ]
    }


def said(value: float, unit: str) -> str:
    """A number with its unit, short."""
    if unit == "percentunit":
        return f"{100 * value:.0f} %"
    if unit == "bytes":
        return f"{value / 2**30:,.1f} GiB" if value >= 2**30 else f"{value / 2**20:,.0f} MiB"
    if unit == "s":
        return (
            f"{1000 * value:.0f} ms"
            if value < 1
            else f"{value / 3600:.1f} h"
            if value >= 3600
            else f"{value:.1f} s"
        )
    return f"{value:,.0f}" if value >= 10 or value == int(value) else f"{value:.2f}"


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
