"""The language of a text: by its script, else by the little words that every sentence needs.

Made for questions of a sentence or more. What is too short or too mixed has no language here, and none is
better than a wrong one: a question in a language that nobody answers in goes to the coordinator.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType

_LITTLE_WORDS = {
    "fr": "le la les des du un une et est que qui dans pour sur avec je nous vous il elle ce cette sont "
    "pas au aux mon ma mes notre votre où quel quelle comment avez merci bonjour par plus ou d l "
    "j qu c n s",
    "en": "the of and to in is are was were for on with i we you he she it this that these have has not "
    "my our your where what which how do does did can could would there any from by or thank "
    "hello be been",
    "de": "der die das den dem des ein eine einen und ist sind war für auf mit ich wir sie er es nicht "
    "mein unser wo was welche wie kann können von zu im zum zur aus bei über gibt es danke guten "
    "haben hat wurde",
    "es": "el la los las un una unos y es son que en para con por yo nosotros usted su sus mi mis no "
    "del al dónde qué cuál cómo hay está están gracias hola se lo como pero más sobre",
    "it": "il lo la i gli le un una e è sono che in per con su io noi voi mio mia nostro non del della "
    "dei delle al alla dove quale come c sarebbe grazie buongiorno si di da ci anche più sul "
    "sulla nel",
    "pt": "o a os as um uma e é são que em para com por eu nós você meu minha não do da dos das no na "
    "nos nas ao onde qual como há está obrigado obrigada olá se mais sobre pelo pela também ou",
    "nl": "de het een en is zijn was van voor op met ik wij we u hij zij dit dat deze niet mijn onze "
    "waar wat welke hoe kan kunt er te in aan bij naar dank hallo over heeft hebben ook geen",
    "ca": "el la els les un una i és són que en per amb jo nosaltres vostè meu meva no del dels al als "
    "on quin quina com hi ha gràcies hola es més sobre però aquest aquesta",
    "ro": "și este sunt care în pentru cu pe eu noi dumneavoastră meu mea nu din la unde ce cum "
    "mulțumesc bună se mai despre o un al ale de să",
    "pl": "i jest są który która w na z do dla ja my nie mój moja gdzie co jak czy dziękuję dzień dobry "
    "się o od po przez oraz tym",
}

WORDS: Mapping[str, frozenset[str]] = MappingProxyType(
    {language: frozenset(words.split()) for language, words in _LITTLE_WORDS.items()}
)

_SHARED_BY = Counter(word for words in WORDS.values() for word in words)

_SCRIPTS = (
    ("ar", re.compile(r"[\u0600-\u06ff]")),
    ("he", re.compile(r"[\u0590-\u05ff]")),
    ("el", re.compile(r"[\u0370-\u03ff]")),
    ("ja", re.compile(r"[\u3040-\u30ff]")),
    ("ko", re.compile(r"[\uac00-\ud7af]")),
    ("zh", re.compile(r"[\u4e00-\u9fff]")),
)
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_UKRAINIAN = re.compile(r"[іїєґ]")
_LETTERS = re.compile(r"[^\W\d_]")
_TOKENS = re.compile(r"[^\W\d_]+")

LEAST_WORDS = 3
"""Little words that must be there."""

LEAST_LEAD = 1.25
"""How many times as many as the second language's."""


def language_of(text: str) -> str | None:
    """ISO 639-1 code; None when the text does not say it clearly."""
    lower = text.lower()
    letters = len(_LETTERS.findall(lower))
    for language, script in _SCRIPTS:
        if len(script.findall(lower)) * 2 > letters > 0:
            return language
    if len(_CYRILLIC.findall(lower)) * 2 > letters > 0:
        return "uk" if _UKRAINIAN.search(lower) else "ru"
    return _by_little_words(Counter(_TOKENS.findall(lower)))


def _by_little_words(tokens: Counter[str]) -> str | None:
    """A word that several languages share says less of each."""
    said = {language: words & tokens.keys() for language, words in WORDS.items()}
    weights = {
        language: sum(tokens[word] / _SHARED_BY[word] for word in words) for language, words in said.items()
    }
    (second, _), (most, language) = sorted((weight, language) for language, weight in weights.items())[-2:]
    enough = sum(tokens[word] for word in said[language]) >= LEAST_WORDS
    return language if enough and most >= second * LEAST_LEAD else None
