"""Where somebody lives: a house's number with its street, in the order of each language, and what may stand
in its place. A street without a number leads to nobody."""

from __future__ import annotations

import re
from collections.abc import Iterator

from services.notifier.domain.personal.letters import TextSpan, around, holds

_CAPITAL = r"[A-ZÀ-ÖØ-Þ]"
_SMALL = r"(?:de la|de|du|des|la|le|les|l'|d'|aux?|à|et|en|sur|sous|lès)"
_STOP = (
    r"(?:et|je|j|à|a|pour|qui|que|ou|où|dans|mais|est|nous|on|c|avec|mon|ma|mes|depuis|près|face|chez|il|elle"
    r"|en|au|aux|sont|ont|était|sur|merci|car|quand|si|y|s|se|vous)\b"
)
_PART = rf"(?:{_SMALL}[ ']?){{0,3}}{_CAPITAL}[\w'.-]{{0,40}}"
_PROPER = rf"{_PART}(?:[ -]{_PART}){{0,5}}"
_LOWER = rf"(?:{_SMALL}[ ']?){{0,3}}(?!{_STOP})[\w'-]{{2,40}}(?: (?!{_STOP})[a-zà-öø-þ][\w'-]{{1,40}}){{0,2}}"
_NAME = rf"(?:{_PROPER}|{_LOWER})"
_DAY = r"(?:du|de la|des) \d{1,2}(?:er|e|ème)?[ -](?:[A-Za-zà-öø-þÀ-Þ'-]{2,20})(?: \d{4})?"
_HOUSE = (
    r"(?<![\w.,/-])\d{1,4}(?:\s?(?:bis|ter|quater|[A-Da-d])\b)?(?:\s?[-/]\s?\d{1,4})?"
    r",?\s{1,2}(?:(?:de la|du|de l') ?)?"
)
_STREETS = (
    r"rue|r\.|avenue|av\.?|ave|boulevard|boul\.?|bd\.?|bld|blvd|impasse|imp\.|allées?|all\.|chemin|ch\.|quai"
    r"|rte\.?|square|sq\.?|faubourg|fbg|fg|sentier|sente|esplanade|résidence|hameau|promenade|ruelle|venelle"
    r"|rond-point|montée|traverse|chaussée|clos|parvis|pl\.|lotissement|cité"
)
_ALSO_WORDS = r"place|route|cours|cour|passage|villa|voie|mail|domaine|galerie"
"""Streets whose names begin with a word that stands behind many numbers: `20 cours de français`."""
_TOWN = (
    rf"(?:,?\s{{1,3}}(?:[A-Z]{{1,2}}-)?\d{{4,5}}\s+{_CAPITAL}[\w'-]{{1,40}}"
    rf"(?:[ -]{_CAPITAL}[\w'-]{{0,40}}){{0,4}})?"
)
FRENCH = re.compile(
    rf"{_HOUSE}(?:(?i:{_STREETS}) (?:{_DAY}|{_NAME})"
    rf"|(?i:{_ALSO_WORDS}) (?:{_PROPER}|(?:du|de la|des|de l')\s?(?!{_STOP})[\w'-]{{3,40}})){_TOWN}"
)
NUMBER_LAST = re.compile(
    r"\b(?i:(?:grand[ -]?)?rue|avenue|av\.|boulevard|bd|chaussée|place|quai|allée|chemin|square|clos|drève"
    r"|via|viale|piazza|corso|calle|c/|avenida|avda\.|plaza|paseo|rua|praça|carrer)\s"
    rf"{_PROPER},?\s(?:n°\s?)?\d{{1,3}}[a-zA-Z]?(?=\s?(?:[,.;/)\n-]|$|bte|boîte|b\.)){_TOWN}"
)
GERMANIC = re.compile(
    rf"\b{_CAPITAL}[\w.-]{{1,40}}(?: ?(?:straße|strasse|str\.|straat|gracht|laan|plein|weg|platz)"
    rf"|gasse|allee|ufer|damm|kade|dreef|steenweg|singel|lei)\s\d{{1,4}}\s?[a-zA-Z]?\b{_TOWN}",
    re.IGNORECASE,
)
ENGLISH = re.compile(
    rf"(?<![\w.,/-])\d{{1,5}}[A-Z]?,?\s(?:{_CAPITAL}[\w'.-]{{1,30}}\s){{1,4}}"
    r"(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Court|Close|Crescent|Gardens|Terrace|Square|Way|Boulevard"
    r"|Blvd|Mews|Row|Grove)\b\.?"
)
WITHOUT_NUMBER = re.compile(
    rf"\b(?i:résidence|lotissement|lieu-dit|lieudit|hameau) (?:(?:les?|la|des|du|de la|de|d'|l') ?)?"
    rf"{_CAPITAL}[\w'-]{{1,40}}(?: {_CAPITAL}[\w'-]{{0,40}}){{0,3}}|\bBP\s?\d{{1,6}}\b"
    r"|\b(?i:boîte postale)\s\d{1,6}\b|\b(?i:appt?\.?|appartement|bât\.?|bâtiment|esc\.?|escalier)\s"
    rf"(?:n°\s?)?(?:\d{{1,4}}|{_CAPITAL}\d{{0,3}})\b"
)
PLACES = (
    *("rue", "aven", "av.", "boul", "bd ", "chauss", "place", "quai", "allée", "chemin", "square", "clos"),
    *("drève", "via", "piazza", "corso", "calle", "c/", "avda", "plaza", "paseo", "praça", "carrer", "rua"),
)
GERMAN_WAYS = (
    *("stra", "str.", "weg", "platz", "gasse", "allee", "ufer", "damm", "laan", "plein", "gracht", "kade"),
    *("dreef", "singel", "lei "),
)
HOMES = ("résidence", "lotissement", "lieu-dit", "lieudit", "hameau", "bp", "boîte", "app", "bât", "esc")
NEAR = (110, 80)
"""Characters of a street before the number of the house, and of the town behind it."""
DIGITS = re.compile(r"\d++")


def streets(plain: str) -> Iterator[TextSpan]:
    numbers = [found.start() for found in DIGITS.finditer(plain)]
    for at in numbers:
        for pattern in (FRENCH, ENGLISH):
            if house := pattern.match(plain, at):
                yield house.span()
    for start, end in around(numbers, *NEAR):
        low = plain[start:end].lower()
        for pattern, words in ((NUMBER_LAST, PLACES), (GERMANIC, GERMAN_WAYS)):
            if holds(low, words):
                yield from (found.span() for found in pattern.finditer(plain, start, end))
    if holds(plain.lower(), HOMES):
        yield from (found.span() for found in WITHOUT_NUMBER.finditer(plain))
