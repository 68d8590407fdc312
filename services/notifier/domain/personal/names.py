"""Names that somebody says of themselves, signs with, or is addressed by."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from services.notifier.domain.personal.letters import TextSpan, holds
from services.notifier.domain.personal.nobody import COMMON, FIGURES, GREETED_NOBODY, NO_PERSON, OFFICES

_CAPITAL = r"[^\W\d_a-zà-öø-ÿ]"
_SMALL = r"(?:de la|de|du|des|d'|le|la|van der|van den|van de|van|von|der|den|da|di|del|dos|el|al|bin|ben)"
_WORD = rf"(?!(?:Prénom|Nom|Tél|Adresse|Mail|Courriel|Name)\b)(?:{_CAPITAL}\.|{_CAPITAL}[\w'-]{{1,40}})"
_NAME = rf"{_WORD}(?:[ -](?:{_SMALL} ?)?{_WORD}){{0,4}}"
_STOP = (
    r"(?:et|je|j|à|a|and|en|und|i|ik|ich|y|e|il|elle|mais|pour|qui|que|est|suis|cherche|donc|de|du|the|pas"
    r"|vous|nous|habite|from|comme|ainsi|aussi|encore|toujours|souvent|mucho|la|el|un|une|een|iedereen|allen"
    r"|u|jullie|welkom|pareil|autrement)\b"
)
_CLAUSE_ENDS = r"(?=[ ]?(?:[,.!;?()\n]|$)| (?:et j|en ik|y |e |und ich))"
_LOWER = rf"(?!{_STOP})[^\W\d_][\w'-]{{1,40}}(?: (?!{_STOP})[^\W\d_][\w'-]{{1,40}}){{0,2}}"
SAID = re.compile(
    r"\b(?i:je m'appell(?:e|ais)|je me (?:pré)?(?:nomme|sente)"
    r"|(?:mon|ma) (?:nom|prénom)(?: de famille| complet)? est|my (?:full )?name(?:'s| is)"
    r"|mijn naam is|ik heet|ich hei(?:ß|ss)e|mein name ist|me llamo"
    r"|(?:i am|i'm) called|мене звати|меня зовут|اسمي|mi nombre es|mi chiamo"
    r"|il mio nome è|(?:o )?meu nome é|chamo-me|je soussignée?|nous soussignée?s)"
    rf"[ ,:]{{0,3}}(?:(?i:mme|madame|m\.|monsieur|mr\.?) )?(?P<name>{_NAME})"
)
SAID_SMALL = re.compile(
    r"\b(?i:je m'appelle|ik heet|ich hei(?:ß|ss)e|me llamo|mi chiamo) "
    rf"(?P<small>{_LOWER}){_CLAUSE_ENDS}"
)
"""In small letters only where nothing but a name ends a clause: `mon nom est d'origine polonaise`."""
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
I_AM = re.compile(
    r"\b(?:(?i:je suis|moi,? c'est|i'm|ik ben|ich bin|soy|sono|sou)|[Ii] am|ici(?=[ ,]))[ ,]{1,2}"
    rf"(?P<name>{_WORD}[ -](?:{_SMALL} ?)?{_NAME})"
)
MYSELF = re.compile(rf"\b[Mm]oi,? (?P<name>{_WORD}[ -](?:{_SMALL} ?)?{_NAME})(?=, (?:je|j'|née?)\b)")
"""`Moi, Pierre Rivière, ayant égorgé ma mère` is a book."""
_TITLES = (
    r"[Mm]adame|MADAME|Mme\.?|MME|[Mm]ademoiselle|Mlle\.?|[Mm]onsieur|MONSIEUR|M\.?|MM\.|Mr\.?|Mrs\.?|Miss|Ms\.?"
    r"|Herrn?|Frau|[Mm]evrouw|[Mm]eneer|Dhr\.|Mevr\.|Señora?|Sr\.|Sra\.|Signora?|Sig\.|Me|Maître|Dr\.?|Docteur"
    r"|Pr\.?|Professeur"
)
TITLED = re.compile(rf"(?<![\w«“\"*_])(?<!« )(?:{_TITLES})[ ]{{1,2}}(?P<name>{_NAME})")
"""Not within quotation marks or slanted: « Madame Bovary » is a book."""
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
    r"|veuillez (?:agréer|recevoir|croire)[^\n]{0,120}?|--(?=[ ]?\n)",
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
DASHED = re.compile(
    rf"\n[ \t]{{0,9}}-{{1,2}}[ ]?(?P<name>{_NAME})[ ]?\.?"
    r"(?:\n[^\n]*[@\d][^\n]*){0,4}\s*$"
)
"""The last written line, below the end of a sentence; else it is one of a list, or who wrote a quote."""
ENDS_A_LETTER = re.compile(
    r"(?<![»”\"] )(?<![»”\"])"
    r"(?:[.!?…,]|(?i:merci|d'avance|cordialement|thanks|regards|salutations|amicalement))[ ]?$"
)
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
SAYINGS: tuple[tuple[tuple[str, ...], tuple[re.Pattern[str], ...]], ...] = (
    (SAYING, (SAID, NAMED, I_AM)),
    (("appelle ", "heet ", "heiß", "heiss", "llamo ", "chiamo "), (SAID_SMALL,)),
    (("moi ", "moi,"), (MYSELF,)),
    (KINDRED, (KIN,)),
)
"""What a text in small letters holds where these may be found in it."""
QUOTED = re.compile(r"[«“\"*_]\s?$")
FROM = re.compile(r"(?:de|from|von) ?:", re.IGNORECASE)
TITLE_CASE = re.compile(r"(?:My|Our) (?:Full )?[A-Z]|I Am ")
WITHIN_A_SENTENCE = re.compile(
    r"(?i)(?<!bonjour)(?<!bonsoir)(?<!salut)(?<!madame)(?<!monsieur)(?<!hello)(?<!hallo)(?<!merci)(?<=\w) $"
)
"""Where a capital begins a title, unless the greeting before it was written without a comma."""
TITLE_GOES_ON = re.compile(
    r", (?:the (?:musical|novel|film|book)|an? (?:musical|novel|film|book|song)|by|film"
    r"|roman|série|lettre|chanson|de|von|van)\b"
)
ENGLISH_WORD = re.compile(r"\b[A-Z][a-z]{1,10} $")
LAST_PART = 150
"""Characters in which a last line and the end of what stands above it are found."""
MOST_SIGNATURES = 100
"""Lines that close a letter, of one text: nobody signs so often."""


def all_names(plain: str) -> Iterator[TextSpan]:
    return chain(said_names(plain), greeted_names(plain))


def said_names(plain: str) -> Iterator[TextSpan]:
    """Where somebody says or signs their own name: it is theirs wherever it stands."""
    low = plain.lower()
    for words, patterns in SAYINGS:
        for pattern in patterns if holds(low, words) else ():
            for found in pattern.finditer(plain):
                if _is_said(plain, found):
                    yield found.span(found.lastgroup or 0)
    for found in TALKED.finditer(plain) if holds(low, TALKING) else ():
        if found["contact"] or INITIAL.match(found["name"]):
            yield found.span("name")
    for found in (*_signatures(plain), *_last_lines(plain)):
        if NO_PERSON.search(found["name"]) or COMMON.match(found["name"]):
            continue
        if not TITLE_GOES_ON.match(plain, found.end("name")):
            yield found.span("name")


def greeted_names(plain: str) -> Iterator[TextSpan]:
    """Who is addressed: looked for nowhere else, as it may be the service itself."""
    for found in _greetings(plain):
        if TITLE_GOES_ON.match(plain, found.end("name")):
            continue
        if not GREETED_NOBODY.match(found["name"]) and not NO_PERSON.search(found["name"]):
            yield found.span("name")


def _is_said(plain: str, found: re.Match[str]) -> bool:
    """Not a title, a calling or a people, not `Grade 12`, and `De :` only at the head of a mail."""
    name, before = found[found.lastgroup or 0], plain[max(0, found.start() - 24) : found.start()]
    if COMMON.match(name) or any(sign.isdigit() for sign in name) or QUOTED.search(before):
        return False
    said = plain[found.start() : found.start(found.lastgroup or 0)]
    if FROM.match(said):
        return not before.rstrip(" \t") or before.rstrip(" \t").endswith("\n")
    if ":" in said:
        return True
    title = TITLE_CASE.match(said) or (said[:1].isupper() and not said.startswith("I"))
    return not (title and WITHIN_A_SENTENCE.search(before)) and not TITLE_CASE.match(said)


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
    end = plain[-LAST_PART:]
    last = DASHED.search(plain, len(plain) - len(end)) if "\n-" in end or "\n " in end else None
    if last:
        above = plain[max(0, last.start() - LAST_PART) : last.start()].rstrip().rpartition("\n")[2]
        if ENDS_A_LETTER.search(above) and not above.lstrip().startswith("-"):
            yield last


def titled_names(plain: str) -> Iterator[TextSpan]:
    """`Madame Vaumont`: the name without its title."""
    for found in TITLED.finditer(plain):
        if (
            not OFFICES.match(found["name"])
            and not FIGURES.match(found["name"])
            and not _call_me(plain, found)
        ):
            yield found.span("name")


def _call_me(plain: str, found: re.Match[str]) -> bool:
    """`Call Me Ishmael`: a lawyer's title in French is none in English."""
    return found[0].startswith("Me ") and bool(
        ENGLISH_WORD.search(plain, max(0, found.start() - 12), found.start())
    )
