"""Rendering: one template per kind and language, written once with shapes, drawn as text and as HTML."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import BaseLoader, ChoiceLoader, Environment, FileSystemLoader, StrictUndefined

from services.chassis.dates import day_and_hour
from services.notifier.sending.mail.codes import delivery

TEMPLATES = Path(__file__).parent / "templates"
WIDTH = 76


@dataclass(frozen=True, slots=True)
class RenderedMail:
    """A rendered letter; `html` is a whole document."""

    subject: str
    text: str
    html: str


class MailRenderer:
    """Renders letters. `replacements` holds a network's own templates, by the same names as ours; a folder
    named after a partner in it goes first for mail to that partner."""

    def __init__(self, *, zone: str, replacements: Path | None = None) -> None:
        self._zone = zone
        self._replacements = replacements
        self._shapes: dict[str | None, tuple[Environment, Environment]] = {}

    def render(
        self, kind: str, language: str, values: Mapping[str, Any], *, partner: str | None = None
    ) -> RenderedMail:
        """`kind` and `language` name the template: `fr/answer.j2`."""
        text, html = self._environments(partner)
        name = f"{language}/{kind}.j2"
        plain = text.get_template(name).make_module({**values, "language": language})
        styled = html.get_template(name).make_module({**values, "language": language})
        subject = " ".join(str(vars(plain)["subject"]).split())
        page = html.get_template("page.j2").render(values, language=language, subject=subject, body=styled)
        return RenderedMail(subject, _tidy(str(plain)), page)

    def _environments(self, partner: str | None) -> tuple[Environment, Environment]:
        if partner not in self._shapes:
            loader = self._loader(partner)
            self._shapes[partner] = (self._environment(loader, "text"), self._environment(loader, "html"))
        return self._shapes[partner]

    def _loader(self, partner: str | None) -> BaseLoader:
        folders = [TEMPLATES]
        if self._replacements is not None:
            folders.insert(0, self._replacements)
            if partner is not None:
                folders.insert(0, self._replacements / partner)
        return ChoiceLoader([FileSystemLoader(folder) for folder in folders])

    def _environment(self, loader: BaseLoader, shape: str) -> Environment:
        environment = Environment(
            loader=loader,
            autoescape=shape == "html",
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        environment.globals["shapes"] = f"{shape}.j2"
        environment.filters["moment"] = lambda moment, language: day_and_hour(moment, language, self._zone)
        environment.filters["delivery"] = delivery
        environment.filters["paragraph"] = paragraph
        environment.filters["quoted"] = quoted
        return environment


def paragraph(text: str) -> str:
    """Wrapped for readers that don't; neither addresses nor no-break spaces are broken."""
    joined = re.sub(r"[ \t\n]+", " ", text).strip()
    return textwrap.fill(joined, WIDTH, break_long_words=False, break_on_hyphens=False)


def quoted(text: str) -> str:
    """As mail programs quote: each line after `> `."""
    lines = (
        piece
        for line in text.splitlines()
        for piece in textwrap.wrap(line, WIDTH - 2, break_long_words=False, break_on_hyphens=False) or [""]
    )
    return "\n".join(f"> {line}".rstrip() for line in lines)


def _tidy(text: str) -> str:
    """No more than one empty line anywhere."""
    lines: list[str] = []
    for line in text.strip().splitlines():
        if line.strip() or (lines and lines[-1]):
            lines.append(line.rstrip())
    return "\n".join(lines) + "\n"
