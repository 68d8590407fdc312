"""Jinja templates that speak one language."""

from __future__ import annotations

from datetime import datetime

from jinja2 import Environment

from services.chassis.language import names
from services.chassis.language.translator import Translator


def speak(environment: Environment, words: Translator) -> Environment:
    """Gives the templates `_()`, `ngettext`, `pgettext` and `{% trans %}`, `words`, and filters for dates,
    sizes and names. An environment speaks one language: messages are looked up where macros stand, too."""
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
        number=words.number,
        size=words.size,
        listed=words.list,
        country=words.country,
        language_name=words.language_name,
        theme=called.theme,
        channel=called.channel,
        purpose=called.purpose,
        way=called.way,
        territory=called.territory,
    )
    return environment
