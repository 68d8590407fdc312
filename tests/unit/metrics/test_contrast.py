"""What a chart draws can be told from its ground (WCAG 1.4.11: 3 to 1), on the page and on paper."""

import re
from pathlib import Path

import pytest

from services.chassis.face.colours import contrast
from services.metrics.pages import page
from services.metrics.pages.palette import PAPER

STYLE = (Path(page.__file__).parent / "assets" / "figures.css").read_text()
DRAWN = re.compile(r"--(series-\d|warm|accent|unsaid): (#[0-9a-f]{6})")
LIGHT, DARK = STYLE.split("@media (prefers-color-scheme: dark)")[:2]
DAY = dict(DRAWN.findall(LIGHT))
NIGHT = DAY | dict(DRAWN.findall(DARK.split("box-sizing")[0]))


@pytest.mark.parametrize(("colours", "ground"), [(DAY, "#ffffff"), (NIGHT, "#191f2e")], ids=["day", "night"])
def test_every_colour_of_a_chart_stands_out_from_its_card(colours: dict[str, str], ground: str) -> None:
    assert len(colours) == 11
    assert {name: colour for name, colour in colours.items() if contrast(colour, ground) < 3} == {}


def test_every_colour_of_the_poster_stands_out_from_paper() -> None:
    drawn = (*PAPER.series, PAPER.accent, PAPER.warm, PAPER.unsaid)
    assert [colour for colour in drawn if contrast(colour, "#ffffff") < 3] == []
