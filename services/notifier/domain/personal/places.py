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
    r"rue|r\.|avenue|av\.?(?! ?J\.)|ave|boulevard|boul\.?|bd\.?|bld|blvd|impasse|imp\.|allées?"
    r"|all\.|chemin|ch\.|quai"
    r"|rte\.?|square|sq\.?|faubourg|fbg|fg|sente|esplanade|ruelle|venelle|rond-point|chaussée|parvis|pl\."
)
_PROPER_ONLY = r"sentier|résidence|hameau|promenade|montée|traverse|clos|lotissement|cité"
"""Everyday words: `page 12 montée du nazisme`."""
_ALSO_WORDS = r"place|route|cours|cour|passage|villa|voie|mail|domaine|galerie"
"""Streets whose names begin with a word that stands behind many numbers: `20 cours de français`."""
_TOWN = (
    rf"(?:,?\s{{1,3}}(?:[A-Z]{{1,2}}-)?\d{{4,5}}\s+{_CAPITAL}[\w'-]{{1,40}}"
    rf"(?:[ -]{_CAPITAL}[\w'-]{{0,40}}){{0,4}})?"
)
FRENCH = re.compile(
    rf"{_HOUSE}(?:(?i:{_STREETS}) (?:{_DAY}|{_NAME})|(?i:grand(?:e[ -]|[ '-])rue)\b|(?i:{_PROPER_ONLY})"
    rf" {_PROPER}"
    rf"|(?i:{_ALSO_WORDS}) (?:{_PROPER}|(?:du|de la|des|de l')\s?(?!{_STOP})[\w'-]{{3,40}})){_TOWN}"
)
NUMBER_LAST = re.compile(
    r"\b(?i:(?:grand[ -]?)?rue|avenue|av\.|boulevard|bd|chaussée|place|quai|allée|chemin|square|clos|drève"
    r"|(?-i:Via)|viale|piazza|corso|calle|c/|avenida|avda\.|plaza|paseo|rua|praça|carrer)\s"
    rf"{_PROPER},?\s(?:n°\s?)?\d{{1,3}}[a-zA-Z]?(?=\s?(?:[,.;/)\n-]|$|bte|boîte|b\.)){_TOWN}"
)
GERMANIC = re.compile(
    rf"\b(?:{_CAPITAL}[\w.-]{{1,40}}(?:straße|strasse|str\.|STRASSE|STRAAT|straat|gracht|laan|plein|weg|platz"
    rf"|gasse|allee|ufer|damm|kade|dreef|steenweg|singel|(?<!er)lei"
    rf"| (?:Straße|Strasse|Str\.|Straat|Gracht|Laan|Plein|Weg|Platz|Allee|Ufer|Damm|Kade|Dreef|Steenweg"
    rf"|Singel))"
    rf"|[\w.-]{{1,40}}(?:straße|strasse|straat|steenweg))\s\d{{1,3}}(?!\d)\s?[a-zA-Z]?\b{_TOWN}"
)
ENGLISH = re.compile(
    rf"(?<![\w.,/-])\d{{1,5}}[A-Z]?,?\s(?!The\s)(?:{_CAPITAL}[\w'.-]{{1,30}}\s){{1,4}}"
    r"(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Court|Close|Crescent|Gardens|Terrace|Square|Way|Boulevard"
    r"|Blvd|Mews|Row|Grove)\b\.?"
)
WITHOUT_NUMBER = re.compile(
    rf"\b(?i:résidence|lotissement|lieu-dit|lieudit|hameau) (?:(?:les?|la|des|du|de la|de|d'|l') ?)?"
    rf"{_CAPITAL}[\w'-]{{1,40}}(?: {_CAPITAL}[\w'-]{{0,40}}){{0,3}}|\bBP\s?(?!(?:19|20)\d\d\b)\d{{1,6}}\b"
    r"|\b(?i:boîte postale)\s\d{1,6}\b|\b(?i:appt?\.?|appartement|bât\.?)\s"
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
HOME = re.compile(r"résidence|lotissement|hameau|lieu-dit|lieudit", re.IGNORECASE)
HOMES = ("résidence", "lotissement", "lieu-dit", "lieudit", "hameau", "bp", "boîte", "app", "bât", "esc")
IN_A_BOOK = re.compile(
    r"\b(?:pages?|pp?\.?|chapitres?|chapters?|chap\.?|ch\.|tomes?|t\.|volumes?|vol\.?|sections?|articles?"
    r"|art\.?"
    r"|livres?|books?|parts?|parties?|actes?|scènes?|episodes?|épisodes?|saisons?|tracks?|pistes?|kapitel"
    r"|band"
    r"|teil|seiten?|hoofdstuk|deel|pagina|blz\.?|planches?|figures?|fig\.|lots?|loi|cotes?)\s{0,2}$",
    re.IGNORECASE,
)
"""Directly before what is numbered there, and no house."""
IN_A_YEAR = re.compile(
    r"\b(?:in|en|since|depuis|dès|vers|by|before|after|avant|après|année|jahr|jaar)\s$", re.IGNORECASE
)
OF_A_YEAR = re.compile(r"\b(?!habit|adress|domicil|réside|num[ée]ro)[a-zà-öø-þ]{6,} $")
"""`plaque commémorative 1944, rue de Rivoli`; only the largest cities number houses by thousands."""
YEAR = re.compile(r"(?:1\d|20)\d\d(?!\w)")
OPEN_TO_ALL = re.compile(
    r"(?:\b(?:mus[ée]es?|biblioth[èe]ques?|médiathèques?|archives|mairie|librairie|théâtre|église"
    r"|cathédrale|opéra"
    r"|palais|château|université|institut|fondation|conservatoire|ambassade|cinémathèque|hôpital|préfecture"
    r"|tribunal|lycée|collège|école|museum|library|university|institute|foundation|theatre|embassy|gallery"
    r"|monument|villa|siège|abbaye|basilique|chapelle|cinéma|café|restaurant"
    r"|bibliothek|bibliotheek|archief|archiv|stadhuis|rathaus|universität|universiteit)\b"
    r"|\b(?:Maison d|Maison nat|Hôtel d|Maison Cocteau|Tour |BnF|Bnf|Bpi))"
    r"[^.!?\n]{0,70}$",
    re.IGNORECASE,
)
"""Before the address of a house that everybody may enter."""
SOMEBODYS = re.compile(
    r"\b(?:j'|je|mon|ma|mes|moi|nous|notre|chez|habite|appartement|i|i'm|my|we|our|live|ik|mijn|woon|ich"
    r"|mein|meine"
    r"|wohne|étudiante?|élève|professeure?|adresse|mme|madame|monsieur|cordialement|à côté|près|face"
    r"|derrière|devant|domicile|next|near|opposite)\b",
    re.IGNORECASE,
)
LONG_AGO = re.compile(
    r"\b1[3-8]\d\d\b(?! ?[A-Z-])|\b(?:XV|XVI|XVII|XVIII|XIX)e siècle"
    r"|\b(?:habita|vécut|mourut|naquit|logea|s'installa"
    r"|emménagea|s'éteignit|fut (?:bâti|construit|détruit|inauguré|ouvert)e?)\b",
)
"""Who lived there is nobody's private affair any more."""
UNTIL_THEN = re.compile(
    r"^[^.!?\n]{0,20}\b(?:en|in|de|dès|vers|until|from|since|von|bis) 1[3-8]\d\d\b(?! ?[A-Z-])"
)
FAMOUS = re.compile(
    r"1[01] Downing Street|221B,? Baker Street|84,? Charing Cross Road|8 Mile Road|4,? Privet Drive"
    r"|36,? quai des Orfèvres"
    r"|10 Rillington Place|1600 Pennsylvania Avenue|77 Sunset Strip|12,? Grimmauld Place|55,? rue du Faubourg"
    r"|12,? place Vendôme|27,? rue de Fleurus|5,? rue Sébastien-Bottin",
    re.IGNORECASE,
)
ONE_OF_THEM = re.compile(r"\b(?:la|le|une?|au|du|en|cette|ce|sa|son|the|een|das|die)\s$", re.IGNORECASE)
"""`La résidence Yaddo accueille des écrivains`: told of, not lived in."""
SENTENCE = re.compile(r"[^.!?\n]{0,160}$")
SENTENCE_ENDS = re.compile(r"[.!?\n]|$")
BEFORE = 160
NEAR = (110, 80)
"""Characters of a street before the number of the house, and of the town behind it."""
DIGITS = re.compile(r"\d++")


def streets(plain: str) -> Iterator[TextSpan]:
    for start, end in _numbered(plain):
        if not _of_the_public(plain, start, end):
            yield start, end


def _numbered(plain: str) -> Iterator[TextSpan]:
    numbers = [found.start() for found in DIGITS.finditer(plain)]
    for at in numbers:
        for pattern in (FRENCH, ENGLISH):
            house = pattern.match(plain, at)
            if house and not _is_no_house(plain, at):
                yield house.span()
    for start, end in around(numbers, *NEAR):
        low = plain[start:end].lower()
        for pattern, words in ((NUMBER_LAST, PLACES), (GERMANIC, GERMAN_WAYS)):
            if holds(low, words):
                yield from (found.span() for found in pattern.finditer(plain, start, end))
    if holds(plain.lower(), HOMES):
        yield from (found.span() for found in WITHOUT_NUMBER.finditer(plain))


def _is_no_house(plain: str, at: int) -> bool:
    before = plain[max(0, at - 20) : at]
    if IN_A_BOOK.search(before):
        return True
    return bool(YEAR.match(plain, at) and (IN_A_YEAR.search(before) or OF_A_YEAR.search(before)))


def _of_the_public(plain: str, start: int, end: int) -> bool:
    """Of a library or monument, or of people of long ago; not where somebody speaks of themselves."""
    sentence = SENTENCE.search(plain, max(0, start - BEFORE), start)
    before = sentence[0] if sentence else ""
    if FAMOUS.match(plain, start):
        return True
    if SOMEBODYS.search(before):
        return False
    if not plain[start].isdigit() and HOME.match(plain, start) and ONE_OF_THEM.search(before):
        return True
    if OPEN_TO_ALL.search(before) or LONG_AGO.search(before):
        return True
    stop = SENTENCE_ENDS.search(plain, end, end + BEFORE)
    after = plain[end : stop.start()] if stop else plain[end : end + BEFORE]
    return bool(UNTIL_THEN.search(after)) and not SOMEBODYS.search(after)
