"""Whether a text greets whom it is for: a mail that carries it does not greet twice."""

from __future__ import annotations

import re

GREETINGS = (
    r"bonjour|bonsoir|ch[eè]re?s?\b|madame|monsieur|mesdames",
    r"hello|hi\b|dear\b|good (?:morning|afternoon|evening)",
    r"goede(?:morgen|middag|navond|ndag)|dag\b|beste\b|geachte|hallo",
    r"guten (?:tag|morgen|abend)|liebe|sehr geehrte",
    r"hola\b|buen[oa]s|estimad[oa]|buon(?:giorno|asera)|gentile|salve|car[oa]\b",
    r"ol[aá]\b|bo[am] (?:dia|tarde|noite)|prezad[oa]",
    r"السلام(?: عليكم)?(?: ورحمة الله)?(?: وبركاته)?|مرحبا|أهلا",
    "\u0432\u0456\u0442\u0430\u044e|\u0434\u043e\u0431\u0440|\u0448\u0430\u043d\u043e\u0432",  # Ukrainian
)
GREETING = re.compile(rf"\s{{0,50}}+(?:{'|'.join(GREETINGS)})", re.IGNORECASE)


def greets(text: str) -> bool:
    return GREETING.match(text) is not None
