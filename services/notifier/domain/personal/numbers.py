"""Numbers that lead to one person: telephone, bank account, card, social security, car, reader's card.

Libraries write many numbers: shelf marks, ISBN, years. So a number counts by its shape or by the word before
it, and none counts inside a link."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import ip_address

from services.notifier.domain.personal.letters import TextSpan, around, holds

LINK = re.compile(r"(?:https?://|www\.|doi:|ark:/|\b10\.\d{4,9}/)\S++", re.IGNORECASE)
BOOK = re.compile(r"\b(?:ISBN|ISSN|EAN|PPN|SUDOC|FRBNF|OCLC|DOI|cotes?)\b[^\n]{0,12}$", re.IGNORECASE)
"""Directly before the number of a book."""

_SIGN = r"[ ./,:_\t\n-]{0,4}"
FRENCH = re.compile(
    rf"(?<![\w+])(?<!\d[./,:-])\(?[0oO]\)?{_SIGN}[1-9](?P<sign>{_SIGN})\d\d(?:(?P=sign)\d\d){{3}}(?![\w])"
)
RUN = re.compile(r"(?<![\w+])(?<!\d[./-])[+(]{0,2}\d(?:[ ./()-]{0,3}\d){6,40}(?!\w)")
PAIRS = re.compile(r"\(?0\)? ?[1-9](?P<sign>[ ./-]{0,3})\d\d(?:(?P=sign)\d\d){3}(?!\d)")
AMERICAN = re.compile(r"(?:1[ .-])?\(?[2-9]\d\d\)?[ .-][2-9]\d\d[.-]\d{4}")
BOOK_SHAPE = re.compile(r"\d-\d{2,7}-\d{2,7}-\d|97[89][ -]?\d")
DATES = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}")
DATED = re.compile(r"\d{1,2}[ ./-]\d{1,2}[ ./-](?:1[5-9]|20)\d\d(?!\d)")
"""A day with its year, and perhaps the hour behind it."""
PLAIN = re.compile(r"\d+")

IBAN_LENGTHS = {
    country: length
    for length, countries in (
        (15, "NO"),
        (16, "BE"),
        (18, "DK FI NL"),
        (19, "SI"),
        (20, "AT EE LT LU"),
        (21, "CH HR LI LV"),
        (22, "BG DE GB IE"),
        (24, "CZ ES RO SE SK TN"),
        (25, "PT"),
        (26, "DZ IS TR"),
        (27, "FR GR IT MC SM"),
        (28, "CY HU MA PL"),
        (29, "UA"),
        (31, "MT"),
    )
    for country in countries.split()
}
"""Letters and digits of an account in each country (ISO 13616)."""
FEWEST_IBAN_DIGITS = 10
IBAN = re.compile(r"\b(?P<country>[A-Z]{2}) ?\d\d(?:[ .\n-]?[A-Z0-9]){11,30}", re.IGNORECASE)

_SIV = "[A-HJ-NP-TV-Z]{2}"
SHAPES = re.compile(
    rf"\b(?:{_SIV}(?P<plate>[ -]?)\d{{3}}(?P=plate){_SIV}"  # a French car since 2009
    rf"|(?i:{_SIV} ?- ?\d{{3}} ?- ?{_SIV}))\b"
    r"|\b[1-9]-[A-Z]{3}-\d{3}\b"  # a Belgian car
    # French social security (NIR)
    r"|\b[12](?<!\d[.,]\d) ?\d\d ?(?:0[1-9]|1[0-2]|[2-9]\d) ?(?:\d\d|2[ABab]) ?\d{3} ?\d{3}(?: ?\d\d)?\b"
    r"|\b\d\d\.\d\d\.\d\d-\d{3}\.\d\d\b"  # the Belgian register, as it writes it
    r"|\b756\.\d{4}\.\d{4}\.\d\d\b"  # Swiss social security
)
CARD = re.compile(r"\b[3-6]\d{3}(?P<sign>[ -]?)\d{4}(?P=sign)\d{4}(?P=sign)\d{3,4}\b")
PLACE = re.compile(r"(?<![\w.])-?\d{1,3}\.\d{4,}\s{0,2}[,;]\s{0,2}-?\d{1,3}\.\d{4,}")
"""A place on earth, to ten metres."""

_NUMBER = r"(?:n°|nº|no\.?|nr\.?|num[ée]ros?|number|identifiant)"
LABELLED = re.compile(
    r"\b(?:(?P<word>tels?|portables?|mobiles?|compte|permis|adh[ée]rente?|abonn[ée]e?)"
    r"|t[ée]l(?:[ée]phone)?s?|phone|telefoon|telefon|tel[ée]fono|gsm|fax|whats ?app"
    r"|iban|rib|bic|compte bancaire|passe?port|cni|carte (?:nationale )?d'identit[ée]|carte vitale|nir"
    r"|s[ée]cu(?:rit[ée] sociale)?|allocataire|permis de conduire"
    r"|carte (?:de (?:lect(?:eur|rice)|biblioth[èe]que|s[ée]jour|cr[ée]dit)|bancaire|bleue|d'[ée]tudiante?)"
    rf"|{_NUMBER} (?:de |d')?(?:lect(?:eur|rice)|client|dossier|contrat|[ée]tudiant|matricule|carte)"
    r"|matricule|num[ée]ro fiscal|dossier m[ée]dical"
    r"|library card|identity card|bsn)"
    rf"\b(?:\s{{0,2}}(?:\w{{1,12}}\s)?{_NUMBER})?(?:\s(?:c'est|est|is|le|la|au|suivant|caf|perso|pro"
    rf"|fran[çc]aise?|belge)){{0,3}}[\s.:=°(-]{{0,5}}"
    r"(?P<number>(?-i:\+?(?:[A-Z]{1,4}[ -]?)?\d(?:[ ./()-]{0,2}[A-Z0-9]){3,33}))",
    re.IGNORECASE,
)
"""`word` stands before many numbers: `le dépôt compte 12 345 volumes`."""
SIGNED = re.compile(rf"[:=°.]|\b(?:{_NUMBER}|c'est|est|is|suivant|caf)(?!\w)", re.IGNORECASE)
_REGISTER = r"\d\d[-./ ]?\d\d[-./ ]?\d\d[-./ ]?\d{3}[-./ ]?\d\d"
NATIONAL = re.compile(
    r"\b(?:(?:num[ée]ro|n[°o]|nr\.?|registre)(?: (?:de|du))?(?: registre)? national"
    r"|rijksregister(?:nummer|nr)?|niss|(?:nationaal|national) (?:register ?)?(?:number|nummer))\b"
    rf"(?:\W{{0,3}}(?:c'est|est|is|het|le|la|BE|belge|suivant|volgende|perso(?:nnel)?|{_NUMBER})(?!\w)){{0,4}}"
    rf"[\s.:=°(-]{{0,5}}(?P<number>{_REGISTER})(?!\w)",
    re.IGNORECASE,
)
"""The Belgian register: other national numbers are an agency's or a list's."""
DOTTED = re.compile(rf"(?<![\w./-])(?=\d\d([./-])\d\d\1\d\d[-./ ]\d{{3}}[-./ ])(?P<number>{_REGISTER})(?!\w)")
OWN_IP = re.compile(
    r"(?:\b(?:mon|ma|notre|my|our|mijn|onze?|meine?r?|unsere?r?) (?:\w{1,12} ){0,2}ip(?:v[46])?"
    r"(?:[- ](?:adresse|address|adres))?(?: \w{1,12}){0,4}?[\s:=(]{1,4}"
    r"|(?m:^)[>*• -]{0,4}(?:adresse )?ip(?:v[46])?(?:[- ](?:adresse|address|adres))?(?: publi\w{1,3})?"
    r" ?[:=] ?)"
    r"(?P<number>[\da-f]{1,4}[.:][\da-f.:]{4,36})",
    re.IGNORECASE,
)
PUBLIC_SERVERS = ("1.0.0.1", "1.1.1.1", "4.4.4.4", "8.8.4.4", "8.8.8.8", "9.9.9.9")
UNBROKEN = re.compile(r"\d{8}")
"""What makes such a word the label of a number."""
LABELS = (
    *("tél", "tel", "phone", "portable", "mobile", "gsm", "fax", "whats", "iban", "rib", "bic", "compte"),
    *("passe", "passp", "cni", "carte", "nir", "sécu", "secu", "allocat", "adh", "abonn", "permis", "lect"),
    *("client", "fiscal", "dossier", "contrat", "tudiant", "matric", "card", "bsn"),
)
FEWEST_LABELLED = 5
PLATE = re.compile(
    r"\b(?:plaque|immat\w{0,12}|(?:licen[cs]e |number )?plate|kenteken|nummerplaat|kennzeichen)\b"
    r"(?: (?:d'immatriculation|est|is|de|la|le|belge|française|:)){0,3}[\s.:=]{0,3}"
    r"(?-i:(?P<plate>(?=[A-Z-]{0,4}[ -]?\d|\d{1,4}[ -]?[A-Z])[A-Z0-9](?:[ -]{0,3}[A-Z0-9]){4,8}))",
    re.IGNORECASE,
)
YEARS_OR_ROMAN = re.compile(r"[\d -]+|[IVXLC]+[ -]{0,3}[\d -]+")
"""Behind a plate that is no car's: `plaque 1885-1902`, `plate XIV 12`."""
SECRET = re.compile(
    r"\b(?:mot de passe|password|passwort|kennwort|wachtwoord|contraseña|code (?:pin|secret|d'accès|wifi)"
    r"|(?:mon |my )(?:identifiant|login)|ine)"
    r" ?(?:est|is|:|=|(?=\d)) ?(?P<secret>(?=[^\s,;]{0,60}[\d!@#$%&*_+])[^\s,;]{3,60})",
    re.IGNORECASE,
)
SECRETS = ("passe", "passw", "kennw", "wachtw", "contras", "code ", "identif", "login", "ine ", "ine:")
PLATES = ("plaque", "immat", "plate", "kent", "nummerpl", "kennz")
LETTERS_OF_A_WORD = re.compile(r"[^\W\d_]{4,}")
NEAR = (70, 60)
"""Characters before the first digit, and after the last: with the words that say what it is."""
LINKS = ("://", "www.", "doi:", "ark:", "10.")
MAY_HOLD = re.compile(r"\d[\d ./,:_()\t\n-]{2,}\d|\d{2}")


def telephones(plain: str) -> Iterator[TextSpan]:
    if not MAY_HOLD.search(plain):
        return
    plain = _without_links(plain)
    for found in FRENCH.finditer(plain):
        if not BOOK.search(plain, max(0, found.start() - 30), found.start()):
            yield found.span()
    for run in RUN.finditer(plain):
        if BOOK.search(plain, max(0, run.start() - 30), run.start()):
            continue
        if end := _telephone(run[0]):
            yield run.start(), run.start() + end


def _telephone(run: str) -> int:
    """How much of the run is one: 0, if it is none."""
    digits = "".join(PLAIN.findall(run))
    if DATES.fullmatch(run) or DATED.match(run) or BOOK_SHAPE.match(run):
        return 0
    if run.lstrip("(").startswith("+") or (digits.startswith("00") and digits[2:3] not in ("", "0")):
        return len(run) if len(digits) >= 8 else 0
    if pairs := PAIRS.match(run):
        rest = _telephone(run[pairs.end() :].lstrip(" ./-(")) if len(digits) > len("0612345678") else 0
        return len(run) if rest else pairs.end()
    if american := AMERICAN.match(run):
        return american.end()
    if digits.startswith("0") and digits[1:2] != "0":
        fewest = 10 if run.isdigit() else 9
        return len(run) if fewest <= len(digits) <= 12 else 0
    return len(run) if re.match(r"33[67]\d{8}$", digits) else 0


def numbers(plain: str) -> Iterator[TextSpan]:
    """Bank, identity, car, reader's card, what opens a door, a place on earth."""
    if holds(plain.lower(), SECRETS):
        yield from (found.span("secret") for found in SECRET.finditer(plain))
    if not MAY_HOLD.search(plain):
        return
    plain = _without_links(plain)
    for start, end in around((found.start() for found in PLAIN.finditer(plain)), *NEAR):
        for numbers_in in (_accounts, _cards, _labelled, _national, _own_ips, _plates, _shapes):
            yield from numbers_in(plain, start, end)


def _accounts(plain: str, begin: int, stop: int) -> Iterator[TextSpan]:
    for found in IBAN.finditer(plain, begin, stop):
        length = IBAN_LENGTHS.get(found["country"].upper(), 0)
        places = [at for at in range(found.start(), found.end()) if plain[at].isalnum()][:length]
        if length and len(places) == length and _ends(plain, places[-1] + 1):
            digits = sum(plain[at].isdigit() for at in places)
            if digits >= FEWEST_IBAN_DIGITS:
                yield found.start(), places[-1] + 1


def _cards(plain: str, begin: int, stop: int) -> Iterator[TextSpan]:
    for found in CARD.finditer(plain, begin, stop):
        if _luhn("".join(PLAIN.findall(found[0]))):
            yield found.span()


def _luhn(digits: str) -> bool:
    """ISO/IEC 7812-1, annex B."""
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(map(int, digits[-1::-2])) + sum(doubled)) % 10 == 0


def _labelled(plain: str, begin: int, stop: int) -> Iterator[TextSpan]:
    for found in LABELLED.finditer(plain, begin, stop) if holds(plain[begin:stop].lower(), LABELS) else ():
        start, end = found.span("number")
        bare = found["word"] and not SIGNED.search(plain, found.end("word"), start)
        if bare and not UNBROKEN.match(plain, start):
            continue
        word = LETTERS_OF_A_WORD.search(plain, start, end)
        end = start + len(plain[start : word.start()].rstrip(" ./()-")) if word else end
        fewest = FEWEST_LABELLED - any(sign.isalpha() for sign in plain[start:end])
        if sum(sign.isdigit() for sign in plain[start:end]) >= fewest and _ends(plain, end):
            yield start, end


def _national(plain: str, begin: int, stop: int) -> Iterator[TextSpan]:
    if holds(plain[begin:stop].lower(), ("national", "nationaal", "rijksreg", "niss")):
        yield from (found.span("number") for found in NATIONAL.finditer(plain, begin, stop))
    for found in DOTTED.finditer(plain, begin, stop):
        is_book = BOOK.search(plain, max(0, found.start() - 30), found.start())
        if not is_book and _is_registered("".join(PLAIN.findall(found["number"]))):
            yield found.span("number")


def _is_registered(digits: str) -> bool:
    """By the last two of the eleven digits; with a 2 before the others for who is born from 2000 on."""
    number, check = digits[:9], int(digits[9:])
    return check in (97 - int(number) % 97, 97 - int(f"2{number}") % 97)


def _own_ips(plain: str, begin: int, stop: int) -> Iterator[TextSpan]:
    """Of a household: not the machine itself, a network at home or a server that all know."""
    for found in OWN_IP.finditer(plain, begin, stop) if "ip" in plain[begin:stop].lower() else ():
        told = found["number"].rstrip(".:")
        try:
            known = not ip_address(told).is_global or told in PUBLIC_SERVERS
        except ValueError:
            continue
        if not known:
            yield found.start("number"), found.start("number") + len(told)


def _plates(plain: str, begin: int, stop: int) -> Iterator[TextSpan]:
    for found in PLATE.finditer(plain, begin, stop) if holds(plain[begin:stop].lower(), PLATES) else ():
        if not YEARS_OR_ROMAN.fullmatch(found["plate"]):
            yield found.span("plate")


def _shapes(plain: str, begin: int, stop: int) -> Iterator[TextSpan]:
    for pattern in (SHAPES, PLACE):
        for found in pattern.finditer(plain, begin, stop):
            if not BOOK.search(plain, max(0, found.start() - 30), found.start()):
                yield found.span()


def _ends(plain: str, at: int) -> bool:
    return at >= len(plain) or not plain[at].isalnum()


def _without_links(plain: str) -> str:
    return LINK.sub(lambda link: "_" * len(link[0]), plain) if holds(plain.lower(), LINKS) else plain
