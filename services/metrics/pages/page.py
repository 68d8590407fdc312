"""The figures as a web page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.chassis.face import NetworkFace
from services.metrics.domain.figures import YearFigures
from services.metrics.domain.public import FEW
from services.metrics.pages.drawings import channel_legend, channel_order, draw
from services.metrics.pages.links import Links
from services.metrics.pages.palette import PAGE
from services.metrics.pages.view.view_model import coarse_buckets, compose
from services.metrics.pages.words import PageLanguage, Words

HERE = Path(__file__).parent


def templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


class FigurePages:
    """Writes pages. `base` is the address they are seen at from outside, if that is known."""

    def __init__(self, *, base: str, zone: str, face: NetworkFace | None = None) -> None:
        self._base = base.rstrip("/")
        self._zone = zone
        self._face = face
        self._here = face.figures_url if face else ""
        self._network = face.name if face else NetworkFace().name
        environment = templates()
        self._figures = environment.get_template("figures.html.j2")
        self._notices = environment.get_template("notice.html.j2")

    def figures(
        self,
        figures: YearFigures,
        language: PageLanguage,
        years: Sequence[int],
        *,
        embedded: bool = False,
    ) -> str:
        words = Words(language)
        return self._figures.render(
            elsewhere=words.elsewhere(self._face) if self._face else [],
            sheet=compose(figures, words, zone=self._zone, network=self._network),
            logo=self._face.logo if self._face else "",
            charts=draw(figures, words, PAGE),
            channel_order=channel_order(figures),
            channel_legend=channel_legend(figures, words, PAGE),
            palette=PAGE,
            few=FEW,
            buckets=coarse_buckets(figures.durations["answer_calendar"].counts, words),
            years=years,
            links=Links(self._base, self._here, figures.year, figures.partner, language),
            embedded=embedded,
        )

    def nothing(self, year: int, language: PageLanguage, years: Sequence[int]) -> str:
        return self._notice(year, language, years, "nothing", "nothing_text" if years else "nothing_yet")

    def missing(self, year: int, language: PageLanguage, years: Sequence[int]) -> str:
        return self._notice(year, language, years, "missing", "nothing_text" if years else "nothing_yet")

    def failed(self, year: int, language: PageLanguage) -> str:
        return self._notice(year, language, (), "failed", "failed_text")

    def _notice(self, year: int, language: PageLanguage, years: Sequence[int], title: str, text: str) -> str:
        links = Links(self._base, "", year, "", language)
        words = Words(language)
        return self._notices.render(
            words=words,
            years=years,
            links=links,
            title=title,
            text=text,
            owner=self._network,
            logo=self._face.logo if self._face else "",
            elsewhere=words.elsewhere(self._face) if self._face else [],
        )
