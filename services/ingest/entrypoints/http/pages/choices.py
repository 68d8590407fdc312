"""What a form offers to choose from, by name."""

from __future__ import annotations

from collections.abc import Mapping

from services.chassis.language import Translator
from services.chassis.language.names import Names

PURPOSES = ("curiosity", "study", "work", "school")
DESK_CHANNELS = ("desk", "facebook_group")
COUNTRIES = ("FR", "BE", "CH", "LU", "CA")
ELSEWHERE = "XX"
POSTCODES = {"FR": "69001", "BE": "1000", "CH": "1201", "LU": "1855", "CA": "H2X 1Y4"}
"""One of each country, as an example."""
LANGUAGES = ("fr", "en", "de", "es", "it", "nl", "pt", "ar", "uk")
CHOICES: Mapping[str, tuple[str, ...]] = {
    "country": (*COUNTRIES, ELSEWHERE),
    "language": LANGUAGES,
    "purpose": PURPOSES,
}


def choices_in(words: Translator) -> Mapping[str, Mapping[str, str]]:
    """Field in the plural → code → name."""
    names = Names(words)
    return {
        "purposes": {code: names.purpose(code) for code in PURPOSES},
        "channels": {code: names.channel(code) for code in DESK_CHANNELS},
        "countries": {code: words.country(code) for code in COUNTRIES}
        | {ELSEWHERE: words.gettext("Another country")},
        "languages": {code: words.language_name(code) for code in LANGUAGES},
    }
