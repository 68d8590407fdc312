"""The sentences of a text, and those that say nothing of its matter: greetings, thanks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from services.notifier.domain.mail.greeting import GREETING

END = re.compile(r"(?<=[.!?…\u061f\u3002\uff1f\uff01])[\s»”\")]+(?=\S)|\n\s*")
"""Of Arabic and Chinese, too."""
ABBREVIATED = re.compile(
    r"(?:^|[\s(])(?:[^\W\d_]|[^\W\d_]\.-?[^\W\d_]|mr?|mme|mlle|dr|st|ste|av|bd|etc|cf|ex|env|art|chap|vol|fig"
    r"|coll|ed|éd|mrs|ms|vs|no|nr|bzw|bijv|p\. ex|i\. e)\.$",
    re.IGNORECASE,
)
"""A full stop that ends no sentence: an initial, a short form."""
VOCATIVE = re.compile(r"[^,!?.:;\n]{0,40}?[,!.:;\n]\s*|\s+")
"""Whom a greeting greets, up to the sign that ends it."""
OF_A_TITLE = re.compile(
    r" (?!à |tout|les |mes |chers?|ch[èe]re|madame|monsieur|mesdames|messieurs)[a-zà-öø-þ]\w+ ?:"
)
"""`Bonjour tristesse : qui l'a écrit ?` greets nobody."""
THANKS = (
    r"merci|(?:nous|je) vous (?:en )?remerci|avec (?:tous )?mes remerciements|(?:bien )?cordialement",
    r"thank|many thanks|best regards|kind regards",
    r"dank|bedankt|alvast|met vriendelijke|vielen dank|mit freundlichen",
    r"gracias|un saludo|grazie|cordiali saluti|obrigad|com os melhores",
    r"شكر|\u0434\u044f\u043a\u0443",  # Arabic; Ukrainian
)
CLOSINGS = (
    r"(?:(?:bien|très) )?cordialement|(?:sinc[èe]res )?salutations"
    r"|(?:best|kind|warm) regards|yours (?:sincer|faith|truly)"
    r"|met vriendelijke|mit freundlichen|un saludo|saludos|cordiali saluti|distinti saluti|com os melhores"
)
CLOSING = re.compile(CLOSINGS, re.IGNORECASE)
"""Behind it stands who signs."""
OPENED = re.compile(rf"\s{{0,50}}+(?:{CLOSINGS})[^,!.:;\n]{{0,30}}[,!.:;\n]\s{{0,50}}", re.IGNORECASE)
"""At the very beginning it greets."""
THANKING = re.compile(rf"(?:{'|'.join(THANKS)})", re.IGNORECASE)
THANKED = re.compile(rf"(?:{'|'.join(THANKS)})[^,!?.:;\n]{{0,60}}: ", re.IGNORECASE)
"""`Merci pour votre aide : Zola et les mines`."""
REQUESTED = re.compile(r"merci (?:de |d['’])(?:me |m['’]|nous |bien vouloir )", re.IGNORECASE)


def sentences(text: str) -> Iterator[str]:
    """In order, without what only greets; a greeting is cut off what follows it."""
    begun = ""
    for piece in END.split(text.strip()):
        begun = f"{begun} {piece}".strip()
        if begun and not ABBREVIATED.search(begun):
            if said := without_greeting(begun):
                yield said
            begun = ""
    if begun and (said := without_greeting(begun)):
        yield said


def without_greeting(sentence: str) -> str:
    """`Bonjour Madame, où lire ?` → `où lire ?`."""
    greeted = GREETING.match(sentence)
    if greeted is None:
        return sentence
    rest = sentence[greeted.end() :]
    addressed = VOCATIVE.match(rest)
    if addressed and OF_A_TITLE.match(addressed[0]):
        return sentence
    return without_greeting(rest[addressed.end() :]) if addressed else rest.strip(" ,!.:;،؛")


def closes(sentence: str) -> bool:
    return CLOSING.match(sentence) is not None


def thanks(sentence: str) -> bool:
    return THANKING.match(sentence) is not None
