"""Rendering: one template per kind, written once with shapes, drawn as text and as HTML in a language."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from jinja2 import BaseLoader, ChoiceLoader, Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from services.chassis.face import OURS, Accent
from services.chassis.language import Languages, Translator
from services.chassis.language.templates import speak
from services.notifier.domain.mail.threads import about, subject_line
from services.notifier.sending.mail.codes import delivery
from services.notifier.sending.mail.own_templates import faults, with_former_names

TEMPLATES = Path(__file__).parent / "templates"
LOCALE = Path(__file__).parents[2] / "locale"
WIDTH = 76


@dataclass(frozen=True, slots=True)
class RenderedMail:
    """A rendered mail; `html` is a whole document, `body` what stands in it."""

    subject: str
    text: str
    html: str
    body: Markup


class MailRenderer:
    """Renders mails. `replacements` holds a network's own templates, by the names of ours or in a folder
    named after a language; a folder named after a partner in it goes first for mail to that partner. `accent`
    is the network's colour, as on its pages."""

    def __init__(self, *, zone: str, replacements: Path | None = None, accent: Accent = OURS) -> None:
        self.languages = Languages.of(LOCALE, zone)
        self._replacements = replacements
        self._accent = accent
        self._shapes: dict[tuple[str | None, str, bool], tuple[Environment, Environment]] = {}

    def render(
        self,
        kind: str,
        language: str,
        values: dict[str, Any],
        *,
        partner: str | None = None,
        within: bool = False,
    ) -> RenderedMail:
        """`kind` names the template: `answer.j2`, or `fr/answer.j2` for one language. `within`: to stand in
        another mail, which greets and signs for all."""
        values = with_former_names(values)
        text, html = self._environments(partner, language, within)
        names = [f"{language}/{kind}.j2", f"{kind}.j2"]
        plain = text.select_template(names).make_module(values)
        styled = html.select_template(names).make_module(values)
        subject = " ".join(str(vars(plain)["subject"]).split())
        head, foot = _marks(self.languages[language], values)
        page = html.get_template("page.j2").render(values, subject=subject, body=styled, head=head, foot=foot)
        whole = f"{values['network']} · {head}\n\n{plain}\n\n{foot}" if head else str(plain)
        return RenderedMail(subject, _tidy(whole), page, Markup(styled))

    def faults(self) -> list[str]:
        """What in the network's own templates would let a mail fail."""
        if self._replacements is None:
            return []
        if not self._replacements.is_dir():
            return [f"SESAME_TEMPLATE_FOLDER={self._replacements}: no such folder: make it, or unset it"]
        plain, _ = self._environments(None, "en", False)
        return list(faults(self._replacements, plain))

    def _environments(
        self, partner: str | None, language: str, within: bool
    ) -> tuple[Environment, Environment]:
        if (partner, language, within) not in self._shapes:
            loader, words = self._loader(partner), self.languages[language]
            self._shapes[partner, language, within] = (
                self._environment(loader, "text", words, within),
                self._environment(loader, "html", words, within),
            )
        return self._shapes[partner, language, within]

    def _loader(self, partner: str | None) -> BaseLoader:
        folders = [TEMPLATES]
        if self._replacements is not None:
            folders.insert(0, self._replacements)
            if partner is not None:
                folders.insert(0, self._replacements / partner)
        return ChoiceLoader([FileSystemLoader(folder) for folder in folders])

    def _environment(self, loader: BaseLoader, shape: str, words: Translator, within: bool) -> Environment:
        environment = Environment(
            loader=loader,
            autoescape=shape == "html",
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        environment.globals["shapes"] = f"{shape}.j2"
        environment.globals["accent"] = self._accent
        environment.globals["within"] = within
        environment.filters["delivery"] = partial(delivery, words)
        environment.filters["paragraph"] = paragraph
        environment.filters["item"] = item
        environment.filters["about"] = about
        environment.filters["shortened"] = subject_line
        environment.filters["apart"] = apart
        environment.filters["quoted"] = quoted
        return speak(environment, words)


def _marks(words: Translator, values: Mapping[str, Any]) -> tuple[str, str]:
    """What stands above and below a mail that may be answered: by it a reply is told from its quote."""
    code, network = values["code"], values["network"]
    if code is None:
        return "", ""
    return (
        words.gettext("reply above this line · ref. %(code)s", code=code),
        words.gettext("End of the message from %(network)s · ref. %(code)s", network=network, code=code),
    )


def apart(name: str) -> Markup:
    """A name in another writing turns nothing round beside it."""
    return Markup("<bdi>{}</bdi>").format(name)


def paragraph(text: str) -> str:
    """Wrapped for readers that don't; neither addresses nor no-break spaces are broken."""
    joined = re.sub(r"[ \t\n]+", " ", text).strip()
    return textwrap.fill(joined, WIDTH, break_long_words=False, break_on_hyphens=False)


def item(text: str) -> str:
    """One of a list, each further line under the first; addresses stay whole."""
    lines = textwrap.wrap(
        " ".join(text.split(" ")), WIDTH - 2, break_long_words=False, break_on_hyphens=False
    )
    return "- " + "\n  ".join(lines)


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
