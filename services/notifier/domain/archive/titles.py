"""What an entry of the archive may be called: proposed to whoever releases, who has the last word."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import takewhile

from services.notifier.domain.archive.sentences import OPENED, REQUESTED, THANKED, closes, sentences, thanks
from services.notifier.domain.mail.threads import subject_line

LENGTH = 120
LOOKED_AT = 3000
"""Letters of a question: who asks nothing in so many is called by how they begin."""
FEWEST_WORDS, TELLING_WORDS = 3, 6
"""`Pourquoi ?` says nothing; `Est-elle de lui ?` says it of what came before."""
ASKING = re.compile(
    r"\b(?:je (?:re)?cherche|je (?:voudrais|souhait)|j[’']aimerais|on cherche|nous (?:re)?cherchons"
    r"|nous (?:voudrions|aimerions|souhait)|(?:pou(?:vez|rriez)|sauriez|auriez|avez)-vous|savez-vous"
    r"|i(?: am|[’']m) (?:looking|trying|searching)|i would like|we are looking|could you|can you|do you"
    r"|ik (?:zoek|ben op zoek|wil)|wij zoeken|kunt u|ich suche|wir suchen|können sie"
    r"|busco|buscamos|estoy buscando|cerco|cerchiamo|sto cercando|procuro|procuramos|gostaria)",
    re.IGNORECASE,
)
HELP = (
    r"merci d[’']avance|est-ce possible|qu[’']en pensez|une idée",
    r"(?:pou(?:vez|rriez)|sauriez)[ -]vous (?:m[’']|nous |me )?(?:aider|renseigner|éclairer|orienter)",
    r"(?:auriez|avez)[ -]vous (?:une idée|des idées|une piste|des pistes)",
    r"(?:can|could) (?:you|anyone) (?:please )?help|any ideas?|is that possible",
    r"kunt u (?:mij|ons) helpen|können sie mir helfen",
)
EMPTY = re.compile(rf"(?:{'|'.join(HELP)})[^,;:]{{0,40}}[?.!…]*$", re.IGNORECASE)
"""Asks for help, and not for anything."""
REACHED = re.compile(r"(?<![\w./-])(?:\+|\(?0)(?:[ ./()-]{0,3}\d){8,13}(?!\w)|[\w.+-]{1,64}@[\w-]{1,63}\.\w")
"""A telephone number or a mail address: of whoever signs."""
OF_A_BOOK = re.compile(r"\b(?:ISBN|ISSN|EAN|PPN|OCLC|cotes?)\b|ark:/", re.IGNORECASE)
SIGNED = re.compile(
    r"[A-ZÀ-ÖØ-Þ][\w.'’-]{0,30}+(?:(?:[ ](?:de|du|des|la|le|van|von|der|of)){0,3}[ ](?:d['’])?"
    r"[A-ZÀ-ÖØ-Þ][\w.'’-]{0,30}+){1,4}[ ]?(?:[,+\d\n–(-]|\Z)"
    r"|[+(\d]|\S{1,80}(?:[ ]\S{1,80})?\s{0,9}(?:\n|\Z)"
)
"""A name, what leads to them, or no more than two words."""
QUESTION_MARKS = ("?", "\N{ARABIC QUESTION MARK}", "\N{FULLWIDTH QUESTION MARK}")


def headline(question: str) -> str:
    """What a mail's subject and a list say of a question: as its title would be, shorter. Nothing where it
    greets, thanks and signs alone: no name and number of a signature is one."""
    text = _behind(OPENED, question[:LOOKED_AT])
    said = [_behind(THANKED, one) for one in _said(text)]
    above = frozenset(takewhile(lambda one: not closes(one), said))
    before = frozenset(takewhile(lambda one: not thanks(one), said if question.startswith(text) else ()))
    told = [
        one for one in said if _is_asking(one) or (one in above and not _leads(one, is_before=one in before))
    ]
    short = takewhile(lambda one: not thanks(one), (one for one in told if one in above))
    return subject_line(_begun(_chosen(told) or " ".join(short) or next(filter(REQUESTED.match, told), "")))


def proposed_title(question: str) -> str:
    """The first sentence that asks, else the first that says anything, on one line."""
    said = _said(question)
    return subject_line(_begun(_chosen(said) or _says(said) or " ".join(question.split())), LENGTH)


def _behind(beginning: re.Pattern[str], text: str) -> str:
    """Without what only begins it, unless somebody signs behind that."""
    begun = beginning.match(text)
    return text[begun.end() :] if begun and not SIGNED.match(text, begun.end()) else text


def _leads(sentence: str, *, is_before: bool) -> bool:
    """To whoever signs, by number or address: before a closing, with hardly a word beside it."""
    if OF_A_BOOK.search(sentence) or not REACHED.search(sentence):
        return False
    return not is_before or len(re.sub(r"\S*@\S*|\d+", " ", sentence).split()) <= FEWEST_WORDS


def _said(question: str) -> list[str]:
    return [" ".join(sentence.split()) for sentence in sentences(question)]


def _begun(title: str) -> str:
    return title[:1].upper() + title[1:]


def _chosen(said: list[str]) -> str | None:
    telling = [sentence for sentence in said if not thanks(sentence) and not EMPTY.match(sentence)]
    chosen = _asks(telling) or _says(telling)
    if chosen and len(chosen.split()) < TELLING_WORDS:
        return _before(chosen, telling) or chosen
    return chosen


def _asks(said: Iterable[str]) -> str | None:
    return next((one for one in said if _is_long_enough(one) and _is_asking(one)), None)


def _says(said: Iterable[str]) -> str | None:
    return next((one for one in said if _is_long_enough(one)), None)


def _before(chosen: str, said: list[str]) -> str | None:
    """The nearest sentence before it that can stand alone."""
    earlier = said[: said.index(chosen)] if chosen in said else []
    return next((one for one in reversed(earlier) if len(one.split()) >= TELLING_WORDS), None)


def _is_asking(sentence: str) -> bool:
    return sentence.rstrip(' »”")').endswith(QUESTION_MARKS) or ASKING.search(sentence) is not None


def _is_long_enough(sentence: str) -> bool:
    return len(sentence.split()) >= FEWEST_WORDS and not sentence.endswith(":")
