"""Names that somebody says of themselves, signs with, or is addressed by; the day they were born."""

from __future__ import annotations

import re
from collections.abc import Iterator

from services.notifier.domain.personal.letters import TextSpan, holds

_CAPITAL = r"[^\W\d_a-zà-öø-ÿ]"
_SMALL = r"(?:de la|de|du|des|d'|le|la|van der|van den|van de|van|von|der|den|da|di|del|dos|el|al|bin|ben)"
_WORD = rf"(?!(?:Prénom|Nom|Tél|Adresse|Mail|Courriel|Name)\b)(?:{_CAPITAL}\.|{_CAPITAL}[\w'-]{{1,40}})"
_NAME = rf"{_WORD}(?:[ -](?:{_SMALL} ?)?{_WORD}){{0,4}}"
_STOP = (
    r"(?:et|je|j|à|a|and|en|und|i|ik|ich|y|e|il|elle|mais|pour|qui|que|est|suis|cherche|donc|de|du|the|pas"
    r"|vous|nous|habite|from)\b"
)
_LOWER = rf"(?!{_STOP})[^\W\d_][\w'-]{{1,40}}(?: (?!{_STOP})[^\W\d_][\w'-]{{1,40}}){{0,2}}"
SAID = re.compile(
    r"\b(?i:je m'appell(?:e|ais)|je me (?:pré)?(?:nomme|sente)"
    r"|(?:mon|ma) (?:nom|prénom)(?: de famille| complet)? est|my (?:full )?name(?:'s| is)"
    r"|mijn naam is|ik heet|ich hei(?:ß|ss)e|mein name ist|me llamo"
    r"|(?:i am|i'm) called|мене звати|меня зовут|اسمي|mi nombre es|mi chiamo"
    r"|il mio nome è|(?:o )?meu nome é|chamo-me|je soussignée?|nous soussignée?s)"
    rf"[ ,:]{{0,3}}(?:(?i:mme|madame|m\.|monsieur|mr\.?) )?(?P<name>{_NAME}|{_LOWER})"
)
NAMED = re.compile(
    r"\b(?i:nom|prénom|nom et prénom|prénom et nom|name|first name|last name|signé|signed|envoyé par|sent by"
    r"|expéditeur|de|from|von|naam|nachname|vorname)"
    rf"(?:(?<=par)|(?<=by)|[ ]?:) ?(?P<name>{_NAME})"
)
_KIN = (
    r"mère|père|maman|papa|mari|femme|épouse|époux|fille|fils|frère|sœur|soeur|grand-?mère|grand-?père|oncle"
    r"|tante|cousine?|neveu|nièce|voisine?|collègue|amie?|compagne|compagnon|mother|father|mum|dad|husband"
    r"|wife|daughter|son|brother|sister|grandmother|grandfather|uncle|aunt|cousin|neighbour|friend"
)
KIN = re.compile(
    rf"\b(?i:(?:ma|mon|notre|my|our) (?:(?:arrière|petite?)-)?(?:{_KIN}))"
    rf"(?i:,| s'appel(?:le|ait)| is called)? (?P<name>{_NAME})"
)
TALKED = re.compile(
    r"\b(?i:entretien|conversation|échange|courriels?|appel|rendez-vous|témoignage|interview|call|mail)"
    rf"(?: \w{{1,15}})? (?i:avec|de|with|from) (?P<name>{_NAME})(?P<contact>[^\n]{{0,60}}?(?:@|\b0\d))?"
)
INITIAL = re.compile(rf"{_CAPITAL}\.")
GREETED = re.compile(
    r"(?<![ \t])[ \t]*+(?i:bonjour|bonsoir|chère|cher|salut|hello|hi|dear|hallo|beste|liebe[rs]?|buongiorno"
    rf"|gentile|hola|querid[oa]|estimad[oa]|olá),? (?P<name>{_NAME})(?=[ ]?[,!.\n]|$)"
)
GREETED_NOBODY = re.compile(
    r"^(?:à |mesdames|messieurs|tou[ts]|toutes|collègues?|amie?s?|lect(?:eur|rice)|sir|madam|team|all|every"
    r"|there|damen|herren|je\b|j'|il\b|nous\b|a\b|i\b|pou|question|who|what|où|comment|quel|could|can\b)",
    re.IGNORECASE,
)
I_AM = re.compile(
    r"\b(?i:je suis|moi,?(?: c'est)?|i am|i'm|ici|ik ben|ich bin|soy|sono|sou)[ ,]{1,2}"
    rf"(?P<name>{_WORD}[ -](?:{_SMALL} ?)?{_NAME})"
)
_TITLES = (
    r"[Mm]adame|MADAME|Mme\.?|MME|[Mm]ademoiselle|Mlle\.?|[Mm]onsieur|MONSIEUR|M\.?|MM\.|Mr\.?|Mrs\.?|Miss|Ms\.?"
    r"|Herrn?|Frau|[Mm]evrouw|[Mm]eneer|Dhr\.|Mevr\.|Señora?|Sr\.|Sra\.|Signora?|Sig\.|Me|Maître|Dr\.?|Docteur"
    r"|Pr\.?|Professeur"
)
TITLED = re.compile(rf"(?<![\w«“\"*_])(?<!« )(?:{_TITLES})[ ]{{1,2}}(?P<name>{_NAME})")
"""Not within quotation marks or slanted: « Madame Bovary » is a book."""
OFFICES = re.compile(
    r"^(?i:le|la|les|directeur|directrice|maire|bibliothécaires?|président|présidente|librarian|responsable"
    r"|ministre|préfet|monsieur|madame|sir|professeur|docteur|maître)\b"
)
_CLOSINGS = (
    r"(?:bien |très |avec |mes |nos |meilleures |sincères |cordiales )*(?:cordialement|sincèrement"
    r"|amicalement|respectueusement|salutations(?: distinguées)?|remerciements)|bien à (?:vous|toi)",
    r"(?:un grand |mille )?mercis?(?: (?:d'avance|par avance|beaucoup|bien|à vous|infiniment|encore|pour"
    r" (?:tout|votre (?:aide|réponse))))*|bonne (?:journée|soirée|réception|continuation)|belle journée"
    r"|(?:kind |best |warm )*regards|(?:many )?thanks(?: in advance| again| a lot)?|thank you(?: very much)?"
    r"|yours (?:sincerely|faithfully|truly)|sincerely|best wishes|cheers|best(?=[,\n])|see you(?: soon)?",
    r"(?:mit )?(?:freundlichen|besten|herzlichen|vielen) (?:grü(?:ß|ss)en|dank)|viele grü(?:ß|ss)e"
    r"|(?:met )?(?:vriendelijke|hartelijke|beste) groet(?:en|jes)?|alvast bedankt|groetjes"
    r"|mvg|lg|cdl?t"
    r"|(?:cordiali|distinti) saluti|grazie(?: mille)?|(?:un )?(?:cordial )?saludos?"
    r"|atentamente|muchas gracias"
    r"|gracias|atenciosamente|(?:muito )?obrigad[oa]",
    r"à (?:très )?bientôt|bises|bisous|amitiés|à vous lire|un lecteur|une lectrice|une usagère?|un usager"
    r"|veuillez (?:agréer|recevoir|croire)[^\n]{0,120}?|--|—",
)
SIGNED = re.compile(
    rf"(?:^|(?<=[.!?,;\n ]))(?i:{'|'.join(_CLOSINGS)})[ ]?[,.!…]?[ ]?(?:\n[ \t]*){{0,3}}"
    rf"(?P<name>{_NAME})[ ]?[.,]?(?=[ \t]*(?:\n|$)|, | - )",
    re.MULTILINE,
)
LAST_LINE = re.compile(
    rf"[.!?…][ \t]*\n\s*(?P<name>{_WORD}[ -](?:{_SMALL} ?)?{_NAME})[ ]?\.?"
    r"(?:\s*\n[^\n]*[@\d][^\n]*){0,4}\s*$"
)
SIGNED_SMALL = re.compile(
    r"(?:cordialement|sincèrement|regards|salutations|saludos|saluti|groeten|grüßen)[,.!]?[ \t]*\n\s*"
    r"(?P<name>[^\W\d_]{2,30}(?:[ -][^\W\d_]{2,30}){0,2})\s*$",
    re.IGNORECASE,
)
_MONTHS = (
    r"janv|f[ée]vr|mars|avr|mai|juin|juil|ao[ûu]t|sept|oct|nov|d[ée]c|jan|feb|mar|apr|may|jun|jul|aug|sep|dec"
)
_DATE = rf"\d{{1,2}}(?:[./-]\d{{1,2}}[./-]|(?:er|st|nd|rd|th)? (?:{_MONTHS})[a-zéû]*\.? )\d{{2,4}}"
BORN = re.compile(
    rf"\b(?:date (?:et lieu )?de naissance|date of birth|geburtsdatum|geboortedatum)\W{{1,4}}"
    rf"(?P<labelled>{_DATE})"
    r"|\b(?:je|j'|moi|i|ma|mon|notre|my|our)\b[^.!?\n]{0,60}?\b(?:née?|born)\b[^.!?\n\d]{0,8}"
    rf"(?P<said>{_DATE})"
    rf"|\bnée? (?:le )?(?P<before>{_DATE})[^.!?\n]{{0,60}}?\b(?:je|j'|moi)\b",
    re.IGNORECASE,
)
YEAR = re.compile(r"\d{4}")
OLDEST_LIVING = 1915
"""Who was born before is nobody's private affair any more."""
NO_PERSON = re.compile(
    r"^(?:la|le|les|l'|the|die|der|das|het|de|ihre?|votre|notre|vos|your|our|uw|team)\b"
    r"|\b(?:biblioth|médiath|archives?|musée|service|équipe|library|libraries|librarian|centre|center"
    r"|université|university|école|mairie|ville|réseau|network|département|association|société|collège|lycée"
    r"|institut|fonds|bnf|bpi|salle|pôle|bonjour|hello|question|réponse|sources?|merci|madame|monsieur"
    r"|france|paris|lyon|envoyé|sent\b|iphone|android|outlook|sésame|bient[ôo]t|journée|soirée|avance)",
    re.IGNORECASE,
)
"""What signs, and is nobody."""
NO_NAMES = frozenset(
    {
        *(
            "des",
            "les",
            "del",
            "van",
            "von",
            "der",
            "den",
            "dos",
            "das",
            "della",
            "dell",
            "ben",
            "bin",
            "the",
        ),
        *("and", "pour", "famille", "madame", "monsieur", "mademoiselle", "mme", "mlle", "mrs", "miss"),
        *("professeur", "docteur", "maitre", "bibliotheque", "mediatheque", "library"),
    }
)
"""Parts of a name that are words of all texts."""


SAYING = (
    *(
        "appel",
        "nomme",
        "prénom",
        "nom ",
        "nom:",
        "name",
        "naam",
        "heet",
        "heiß",
        "heiss",
        "llamo",
        "nombre es",
    ),
    *(
        "chiamo",
        "chamo",
        "soussign",
        "signé",
        "signed",
        "je suis ",
        "présente",
        "moi,",
        "moi ",
        "i am ",
        "i'm ",
        "ici ",
    ),
    *("ik ben ", "ich bin ", "soy ", "sono ", "sou ", "envoyé", "sent by", "de :", "from:"),
    *("from :", "von:", "i am", "мене", "меня", "اسمي", "expéd"),
)
CLOSING = (
    *("ordiale", "incère", "amical", "respect", "salut", "merci", "bien à", "bonne ", "belle j", "regards"),
    *("thank", "sincer", "wishes", "cheers", "best", "grü", "gruss", "dank", "groet", "bedankt", "mvg", "lg"),
    *(
        "cdt",
        "cdlt",
        "bient",
        "bise",
        "bisou",
        "amiti",
        "vous lire",
        "lect",
        "usag",
        "agré",
        "grazie",
        "gracias",
        "atent",
        "atenc",
        "obrigad",
        "--",
        "—",
        "yours",
    ),
)
TALKING = (
    *("entretien", "conversation", "échange", "courriel", "appel ", "rendez", "témoign", "interview"),
    *("call ", "mail "),
)
KINDRED = (
    *("mère", "père", "mama", "papa", "mari ", "mari,", "femme", "épou", "fille", "fils", "frère", "sœur"),
    *("soeur", "oncle", "tante", "cousin", "neveu", "nièce", "voisin", "collègue", "amie", "ami ", "compagn"),
    *("mother", "father", "mum", "dad", "husband", "wife", "daughter", "son ", "sister", "brother", "uncle"),
    *("aunt", "neighb", "friend"),
)
LAST_PART = 150
"""Characters in which a last line and the end of what stands above it are found."""
MOST_SIGNATURES = 100
"""Lines that close a letter, of one text: nobody signs so often."""


def said_names(plain: str) -> Iterator[TextSpan]:
    """Where somebody says or signs their own name: it is theirs wherever it stands."""
    low = plain.lower()
    for pattern in (SAID, NAMED, I_AM) if holds(low, SAYING) else ():
        yield from (found.span("name") for found in pattern.finditer(plain))
    if holds(low, KINDRED):
        yield from (found.span("name") for found in KIN.finditer(plain))
    for found in _greetings(plain):
        if not GREETED_NOBODY.match(found["name"]) and not NO_PERSON.search(found["name"]):
            yield found.span("name")
    for found in TALKED.finditer(plain) if holds(low, TALKING) else ():
        if found["contact"] or INITIAL.match(found["name"]):
            yield found.span("name")
    for found in (*_signatures(plain), *_last_lines(plain)):
        if not NO_PERSON.search(found["name"]):
            yield found.span("name")


def _greetings(plain: str) -> Iterator[re.Match[str]]:
    at = 0
    while at >= 0:
        if found := GREETED.match(plain, at):
            yield found
        at = plain.find("\n", at) + 1 or -1


def _signatures(plain: str) -> Iterator[re.Match[str]]:
    """At the end of a line, or below it."""
    at, left = 0, MOST_SIGNATURES
    while at >= 0 and left:
        line_end = plain.find("\n", at)
        end = line_end if line_end >= 0 else len(plain)
        start = max(at, end - LAST_PART)
        if holds(plain[start:end].lower(), CLOSING):
            left -= 1
            yield from SIGNED.finditer(plain, start, end + LAST_PART)
        at = line_end + 1 or -1


def _last_lines(plain: str) -> Iterator[re.Match[str]]:
    for pattern in (LAST_LINE, SIGNED_SMALL):
        if last := pattern.search(plain, max(0, len(plain) - LAST_PART)):
            yield last


def titled_names(plain: str) -> Iterator[TextSpan]:
    """`Madame Vaumont`: the name without its title."""
    for found in TITLED.finditer(plain):
        if not OFFICES.match(found["name"]):
            yield found.span("name")


def births(plain: str) -> Iterator[TextSpan]:
    if holds(plain.lower(), ("né", "born", "geb", "naiss", "birth")):
        for found in BORN.finditer(plain):
            span = found.span(found.lastgroup or 0)
            year = YEAR.search(plain, *span)
            if year is None or int(year[0]) >= OLDEST_LIVING:
                yield span
