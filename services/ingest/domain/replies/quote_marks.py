"""The words mail programs put around a quoted mail, in the languages the network meets.

Structure decides (see `quoting`): a date, an address, a colon at the end. These words only confirm it, so a
language that is missing here is still read when its attribution line carries an address.
"""

import re


def _any(*words: str) -> str:
    return "(?:" + "|".join(words) + ")"


_VERBS = _any(
    *("wrote", "writes", "a écrit", "a ecrit", "écrivait", "schrieb", "schreibt", "schreef", "geschreven"),
    *("ha scritto", "scrive", "scrisse", "escribió", "escribio", "escreveu", "skrev", "kirjoitti", "írta"),
    *(r"napisał(?:\(a\)|a)?", "napsala?", "написала?", "пишет"),
)
WROTE = re.compile(rf"\b{_VERBS}\b|\b(?:napsal|napisał)\(a\)", re.IGNORECASE)

_MONTHS = _any(
    *("jan", "f[eé][bv]", "m[aä]r", "apr", "avr", "abr", "ma[iyj]", "mag", "giu", "jui", "jun", "jul", "lug"),
    *("ao[uû]", "aug", "ago", "sep", "set", "o[ck]t", "ott", "out", "nov", "d[eé][csz]", "dic"),
    *("stycz", "lut", "marc", "kwie", "czerw", "lip", "sierp", "wrze", "pa[zź]dz", "list", "grud"),
    *("tammi", "helmi", "maalis", "huhti", "touko", "kes", "hein", "elo", "syys", "loka", "marras", "joulu"),
    *("янв", "фев", "мар", "апр", "ма[йя]", "июн", "июл", "авг", "сен", "окт", "ноя", "дек"),
)
DATE = re.compile(
    r"\b(?:19|20)\d\d\b|\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b"
    rf"|\b\d{{1,2}}(?:st|nd|rd|th|er|º|\.)?\s+(?:de\s+)?{_MONTHS}\w*|\b{_MONTHS}\w*\.?\s+\d{{1,2}}\b",
    re.IGNORECASE,
)
TIME = re.compile(r"\b\d{1,2}\s?[:.h]\s?\d{2}\b|\b\d{1,2}\s?(?:am|pm)\b", re.IGNORECASE)
ADDRESS = re.compile(r"[^\s<>()\"@]@[^\s<>()\"@]+\.\w")
"""Enough of one to know that it is there."""

LEAD = re.compile(
    r"(?:(?<=\s)|^)(?:On|Le|Am|Il|El|Op|Em|No dia|Den|D\.|Dne|Dnia|W dniu|Pe|På|Kl|Vào|Στις|В)\s"
)
"""The word with which "On …, … wrote:" begins."""

BANNER = re.compile(
    r"\b(?:extern\w*|caution|attention|warning|prudence|m[ée]fiez|suspect\w*|phishing|hameçonnage|vorsicht"
    r"|organi[sz]ation|outside|hors de|learnaboutsenderidentification)\b",
    re.IGNORECASE,
)
"""What gateways put above a mail that comes from elsewhere, or from somebody new: Microsoft's says it in each
language, with one link."""

_LABELS = {
    "from": _any(
        *("from", "de", "von", "van", "da", "di", "från", "fra", "od", "от", "lähettäjä", "feladó"),
        *("expéditeur", "message du", "mensagem de", "remitente", "mittente"),
    ),
    "date": _any(
        *(
            "sent",
            "date",
            "received",
            "envoyé(?: le)?",
            "reçu le",
            "gesendet",
            "datum",
            "verzonden",
            "inviato",
        ),
        *("data", "fecha", "enviad[ao](?: el| em)?", "skickat", "sendt", "dato", "wysłano", "lähetetty"),
        *("отправлено", "дата"),
    ),
    "to": _any(
        *("to", "à", "a", "an", "aan", "para", "till", "til", "do", "кому", "cc", "copie(?: à)?", "kopie"),
        *("cópia", "copia", "destinataire"),
    ),
    "subject": _any(
        *(
            "subject",
            "objet",
            "sujet",
            "betreff",
            "onderwerp",
            "oggetto",
            "asunto",
            "assunto",
            "ämne",
            "emne",
        ),
        *("temat", "тема", "aihe", "tárgy"),
    ),
}
LABEL_LINE = re.compile(
    r"^\W{0,4}(?:" + "|".join(f"(?P<{role}>{words})" for role, words in _LABELS.items()) + r")\s?[*_]*\s?:",
    re.IGNORECASE,
)
"""A line of a quoted header; the name of the matching group is its role."""

_ORIGINAL = _any(
    *(
        "original message",
        "reply message",
        "forwarded message",
        "original appointment",
        "mail original",
        "courriel original",
    ),
    *("message d[’']origine", "message transféré", "ursprüngliche nachricht", "originalnachricht"),
    *(
        "antwort nachricht",
        "weitergeleitete nachricht",
        "oorspronkelijk bericht",
        "doorgestuurd bericht",
        "messaggio originale",
    ),
    *("messaggio inoltrato", "mensaje original", "mensaje reenviado", "mensagem original"),
    *("mensagem encaminhada", "mensagem reenviada", "oprindelig (?:besked|meddelelse)"),
    *("ursprungligt meddelande", "opprinnelig melding", "wiadomość oryginalna"),
)
_FORWARDED = _any(
    *("begin forwarded message", "début du message (?:réexpédié|transféré)", "inizio messaggio inoltrato"),
    *("anfang der weitergeleiteten nachricht", "begin doorgestuurd bericht", "inicio del mensaje reenviado"),
    "início da mensagem (?:encaminhada|reenviada)",
)
SEPARATOR = re.compile(
    rf"^[^\w=-]*+[-_=]{{2,}}+\s*+{_ORIGINAL}\s*+[-_=]{{2,}}+\W*+$|^\W*+{_FORWARDED}\s*:\s*$", re.IGNORECASE
)
"""Possessive: whoever writes ten thousand dashes must not be tried ten thousand times over."""

_DEVICE = _any(
    "sent (?:from|via|using|with)",
    "get outlook for",
    "envoyé (?:de|depuis|à partir|avec|via)",
    "(?:télécharger|téléchargez|obtenir|obtenez) outlook",
    "gesendet (?:von|mit|via)",
    "von meinem",
    "diese nachricht wurde von mein",
    "outlook für",
    "(?:verzonden|verstuurd) (?:vanaf|met|vanuit|via)",
    "outlook voor",
    "inviat[ao] da",
    "(?:scarica|ottieni) outlook",
    "enviad[ao] (?:desde|do|a partir|de|via|pelo)",
    "(?:obtener|obtén|obter o) outlook",
    *("skickat från", "sendt fra", "lähetetty"),
)
SENT_FROM = re.compile(rf"^\W{{0,3}}{_DEVICE}\b", re.IGNORECASE)
