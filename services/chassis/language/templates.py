"""Jinja templates that speak one language."""

from __future__ import annotations

from datetime import datetime

from jinja2 import Environment
from markupsafe import Markup

from services.chassis.language import names
from services.chassis.language.commonmark import html_of
from services.chassis.language.detection import language_of
from services.chassis.language.translator import Translator
from services.chassis.language.typography import bound

LOOKED_AT = 500
"""Characters of a text that say its language: a page shows many."""


def speak(environment: Environment, words: Translator) -> Environment:
    """Gives the templates `_()`, `ngettext`, `pgettext` and `{% trans %}`, `words`, and filters for dates,
    sizes and names. An environment speaks one language: messages are looked up where macros stand, too.
    For what a person wrote there are `lang`, the attribute that names its language, `bound`, and `marks`, the
    HTML of a text with marks."""
    environment.add_extension("jinja2.ext.i18n")
    messages, called = words.messages, names.Names(words)
    vars(environment)["install_gettext_callables"](
        messages.gettext,
        messages.ngettext,
        newstyle=True,
        pgettext=messages.pgettext,
        npgettext=messages.npgettext,
    )
    environment.globals["words"] = words
    environment.globals["language"] = words.language
    environment.filters.update(
        instant=datetime.fromisoformat,
        day=words.day,
        moment=words.moment,
        short_moment=words.short_moment,
        brief_moment=words.brief_moment,
        number=words.number,
        size=words.size,
        listed=words.list,
        country=words.country,
        language_name=words.language_name,
        theme=called.theme,
        channel=called.channel,
        purpose=called.purpose,
        way=called.way,
        actor=called.actor,
        territory=called.territory,
        lang=lang_attribute,
        bound=bound,
        marks=html_of,
    )
    return environment


def lang_attribute(text: str | None, told: str | None = None) -> Markup:
    """` lang="ar"`: the language that a person's text is in, else the one that was told of it; nothing where
    neither is known."""
    code = language_of((text or "")[:LOOKED_AT]) or told
    return Markup(' lang="{}"').format(code) if code else Markup()
