"""Words that speak for an answer in what else looks like a notice or an absence.

An answer that is held is kept from who asked; a notice that goes out misleads them. So these weigh more
where they are clear; words of a deputy, of another address or of later are no answer. All is looked for in
texts without accents."""

import re

from services.ingest.domain.cleaning import any_of

SUBSTANCE = re.compile(
    r"\d|https?:|[«“]|\b(?:mais|cependant|toutefois|but|however|aber|maar)\b", re.IGNORECASE
)
FIGURES = re.compile(r"\d|https?:|[«“]", re.IGNORECASE)
WHOM_TO_ASK = any_of(
    r"\S@\S|\bcontact\w*|\b(?:écrivez|écrire (?:à|au)|adresse[rz]|appele[rz]|joindre|please|bitte|wenden"
    r"|schreiben sie|schrijf\w*|neem|write to|e-?mail|call)\b"
)
"""What a notice adds for who waits."""
_COLLEAGUE = (
    r"\b(?:collègues?|kolleg\w{1,6}|collega\w{0,2}|colleagues?|vertret\w{1,6}|remplaç\w{1,6})\b"
    r"(?![^.!?]{0,60}\b(?:trouv|found|gefunden|gevonden|dit\b|indiqu|says?\b|sagt\b|zegt\b|pense|thinks\b"
    r"|meint\b))"
)
_LATER = (
    r"(?!,? (?:(?:je|nous|i|we|ich|ik|wir|wij) .{0,40}\b(?:retour|back|return|zurück|terug|lir\w+"
    r"|répond\w+|repl\w+|antw\w+)|please|veuillez|merci)\b)"
    r"(?![^.!?:]{0,60}\b(?:weitergeleitet|doorgestuurd|forwarded|disposition|joignables?|erreichbar|erreichen"
    r"|bereikbaar|bereiken|reach(?:able|ed)?|contact\w*|write to|écri(?:re|vez)|schreiben sie|schrijven"
    r"|adresser|appeler|e-?mail me)\b)"
    rf"(?![^.!?:]{{0,30}}{_COLLEAGUE})"
)
_TO_REACH = (
    r"(?:adress|e-?mail|mail|courriel|coordonn|contact|kontakt|numéro|number|nummer"
    r"|téléphone|phone|horaires|hours|formulaire|form\b|lien\b|link\b|remplaç|replac|success|nachfolg|vertret"
    r"|opvolg|vervang|collègue|colleague|kolleg|collega)"
)
_MINE = r"(?:mon|ma|mes|notre|nos|my|our|meine\w?|unsere\w?|mijn|onze|ons)"
_ADVICE = (
    r" (?:[\w’'-]+ )?(?:best|better|possible|not|advis|recommend|likely|faster|quick|easier|möglich|besser|am"
    r" besten|nicht|ratsam|mogelijk|beter|niet|raadzaam|handig|sneller)"
)
ANSWERS = any_of(
    rf"\b(?:mais|cependant|toutefois|but|however|aber|jedoch|maar)\b{_LATER}",
    rf"\bvoici\b(?! (?:[\w’'-]+ ){{0,3}}?(?:[ldn][’'])?{_TO_REACH})",
    r"\bil s[’']agi\w+(?! d[’']une? (?:message|réponse|boîte|adresse|messagerie)\b)",
    rf"\b(?:d[’']après|selon)\b(?! {_MINE}\b)|\b(?:according to|volgens|laut)\b(?! {_MINE}\b)",
    rf"\bhere(?:[’']s| is| are)\b(?! (?:[\w’'-]+ ){{0,3}}?{_TO_REACH})|\b(?:meanwhile|you asked for)\b",
    rf"\bit (?:is|was)\b(?! no|{_ADVICE})",
    rf"\bhier (?:is|zijn|ist|sind|kommt|komt|vindt|finden)\b(?! (?:[\w’'-]+ ){{0,3}}?{_TO_REACH})",
    rf"\bes ist\b(?!{_ADVICE})|\bes handelt\b(?! sich um eine automat)|\bhet (?:is|was)\b(?!{_ADVICE})",
    r"\bhet gaat\b(?! om een automat)",
    r"\b(?:la réponse est|the answer is|het antwoord|die antwort (?:ist|lautet))\b",
    r"\b(?:poèmes?|ouvrage|roman|auteure?|tableau|citation|poem|novel|author|painting|quotation|gedicht|verfasser"
    r"|dichter|lied|gemälde|bild|schilderij|schrijver|(?:le livre|the book|das buch|het boek)"
    r" (?:est|is|ist|ligt|liegt|vous))\b",
)
BEHIND_COLON = re.compile(r"(?P<before>[^.:;!?]{0,60}):\s+(?P<behind>[^\W\d][^.!?]{5,200})")
HOW_TO_REACH = any_of(
    r"contact|urgen|join(?:dre|able)|écri|adress|coordonn|télé|phone|mail(?!box)|schreib|schrijf|stuur|dring|reach|lien\b"
    r"|\blink|https?:|suivant|following|formul|\bform\b|\S@\S"
)
"""Beside a colon: what follows is whom to ask instead."""
INSTEAD = any_of(
    r"remplaç|success|absence|horaires|replac|vertret|nachfolg|vervang|opvolg|intérim|suppléan|deputy|stellvertr"
    r"|retour|opening hours|öffnungszeit|openingstijd|sprechzeit",
    _COLLEAGUE,
)
"""Before a colon: a name or a time follows."""
CLOSED_WITH = any_of(
    r"(?:^|[.!?]\s|\n)\W{0,3}(?:(?:bien |très )?cordialement|bien à (?:vous|toi)"
    r"|(?:kind |best |warm )?regards|sincerely|cheers|mit freundlichen|viele grüße"
    r"|(?:met )?(?:vriendelijke )?groeten|hartelijke groet)\b.*$"
)
NAME_AND_ADDRESS = re.compile(
    r"(?:[.!?]|\n)\s{0,9}+(?!(?i:contact|ecri|e?-?mail|write|please|schr))"
    r"(?:[A-Z][\w’'-]+[ ,]{1,2}){1,4}<?[^\s@]+@[^\s@]+$"
)
_MONTH = (
    r"(?:jan|fev|feb|mar|avr|apr|mai|may|mei|mrt|juin|juil|jun|jul|aou|aug|sep|o[ck]t|nov|dec|dez)[a-z]{0,6}"
)
_ON = r"\b(?:le|on|au|am|vom|bis|until)"
TIMES_AND_PLACES = any_of(
    r"https?://\S+|[^\s@]{1,64}@\S+|\+\d[\d ().-]{7,20}\d|\b0\d[\d ().-]{6,20}\d\b",
    rf"(?:{_ON} )?\b\d{{1,2}}(?:er|st|nd|rd|th|\.)? {_MONTH}\.?(?: 20\d\d)?\b",
    rf"\b{_MONTH} \d{{1,2}}(?:,? 20\d\d)?\b",
    r"\b(?:20\d\d|\d{1,2})[/.-]\d{1,2}(?:[/.-](?:20\d\d|\d\d?)?)?\b",
    r"\b\d{1,2}(?:[:h]\d{2}| ?[ap]m| ?uhr| uur)\b",
    rf"{_ON} \d\d?(?:er|st|nd|rd|th)?\b(?! ?\d)",
    rf"\b(?:depuis|since|seit|sinds|en|in|fin|end of) (?:{_MONTH} )?20\d\d\b",
    r"\b(?:poste|ext(?:ension)?|durchwahl|apparat|toestel)\.? ?\d{1,5}\b",
    r"\b\d{1,3}[ -]?(?:(?:working|business) )?(?:h|heures?|jours?|semaines?|hours?|days?|weeks?|stunden"
    r"|tagen?|dagen|werkdagen|werktagen)\b",
)
"""Numbers that notices hold, too; a year before 2000 is of the matter."""


def unsigned(written: str) -> str:
    """In one line, without what closes the letter."""
    text = re.sub(CLOSED_WITH.pattern, "", written, count=1, flags=re.IGNORECASE | re.DOTALL)
    return " ".join(NAME_AND_ADDRESS.sub("", text.strip()).split())


def answers(said: str) -> bool:
    """Whether words of it speak for an answer."""
    return bool(ANSWERS.search(said)) or any(
        not (HOW_TO_REACH.search(found[0]) or INSTEAD.search(found["before"]))
        for found in BEHIND_COLON.finditer(said)
    )


def says_more(said: str) -> bool:
    """Whether it says more than a notice: such words, a number, a quotation."""
    return answers(said) or bool(FIGURES.search(TIMES_AND_PLACES.sub("", said)))
