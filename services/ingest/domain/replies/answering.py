"""Words that speak for an answer in what else looks like a notice or an absence.

An answer that is held is kept from who asked; a notice that goes out annoys. So these weigh more. All is
looked for in texts without accents."""

import re

from services.ingest.domain.cleaning import any_of

SUBSTANCE = re.compile(
    r"\d|https?:|[«“]|\b(?:mais|cependant|toutefois|but|however|aber|maar)\b", re.IGNORECASE
)
_LATER = (
    r"(?! (?:(?:je|nous|i|we|ich|ik|wir|wij) .{0,40}\b(?:retour|back|return|zurück|terug|lir\w+"
    r"|répond\w+|repl\w+|antw\w+)|please|veuillez|merci)\b)"
)
ANSWERS = any_of(
    rf"\b(?:mais|cependant|toutefois|but|however|aber|jedoch|maar)\b{_LATER}",
    r"\bvoici\b(?! (?:mon|ma|notre) (?:nouvel|adresse))|\bil s[’']agi\w+|\bd[’']après\b|\bselon\b",
    r"\b(?:here(?:[’']s| is| are)|it (?:is|was)(?! no)|according to|meanwhile|you asked for)\b",
    r"\bhier (?:is|zijn|ist|sind|kommt|komt|vindt|finden)\b|\bes (?:handelt|ist)\b|\bhet (?:is|gaat|was)\b",
    r"\bvolgens\b|\blaut\b|\b(?:la réponse est|the answer is|het antwoord|die antwort (?:ist|lautet))\b",
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
CLOSED_WITH = any_of(
    r"(?:^|[.!?]\s|\n)\W{0,3}(?:(?:bien |très )?cordialement|bien à (?:vous|toi)"
    r"|(?:kind |best |warm )?regards|sincerely|cheers|mit freundlichen|viele grüße"
    r"|(?:met )?(?:vriendelijke )?groeten|hartelijke groet)\b.*$"
)
NAME_AND_ADDRESS = re.compile(r"(?:[.!?]|\n)\s*(?:[A-Z][\w’'-]+[ ,]{1,2}){1,4}<?[^\s@]+@[^\s@]+$")
_MONTH = (
    r"(?:jan|fev|feb|mar|avr|apr|mai|may|mei|mrt|juin|juil|jun|jul|aou|aug|sep|o[ck]t|nov|dec|dez)[a-z]{0,6}"
)
_ON = r"\b(?:le|on|au|am|vom|bis|until)"
TIMES_AND_PLACES = any_of(
    r"https?://\S+|\S+@\S+|\+\d[\d ().-]{7,20}\d|\b0\d[\d ().-]{6,20}\d\b",
    rf"(?:{_ON} )?\b\d{{1,2}}(?:er|st|nd|rd|th|\.)? {_MONTH}\.?(?: \d{{4}})?\b",
    rf"\b{_MONTH} \d{{1,2}}(?:,? \d{{4}})?\b",
    r"\b\d{1,4}[/.-]\d{1,2}[/.-]?(?:\d{2,4})?\b|\b\d{1,2}(?:[:h]\d{2}| ?[ap]m| ?uhr| uur)\b",
    rf"{_ON} \d\d?(?:er|st|nd|rd|th)?\b",
    r"\b\d{1,3}[ -]?(?:(?:working|business) )?(?:h|heures?|jours?|semaines?|hours?|days?|weeks?|stunden"
    r"|tagen?|dagen|werkdagen|werktagen)\b",
)
"""Numbers that notices hold, too."""


def unsigned(written: str) -> str:
    """In one line, without what closes the letter."""
    text = re.sub(CLOSED_WITH.pattern, "", written, count=1, flags=re.IGNORECASE | re.DOTALL)
    return " ".join(NAME_AND_ADDRESS.sub("", text.strip()).split())


def answers(said: str) -> bool:
    """Whether words of it speak for an answer."""
    return bool(ANSWERS.search(said)) or any(
        not HOW_TO_REACH.search(found[0]) for found in BEHIND_COLON.finditer(said)
    )


def says_more(said: str) -> bool:
    """Whether it says more than a notice: such words, a number, a quotation."""
    return answers(said) or bool(SUBSTANCE.search(TIMES_AND_PLACES.sub("", said)))
