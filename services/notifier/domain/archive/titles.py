"""What an entry of the archive may be called: proposed to whoever releases, who has the last word."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import takewhile

from services.notifier.domain.archive.sentences import closes, sentences, thanks
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
REACHED = re.compile(r"(?:\d[ .-]?){9}|@")
"""A telephone number or an address: of whoever signs."""
QUESTION_MARKS = ("?", "\N{ARABIC QUESTION MARK}", "\N{FULLWIDTH QUESTION MARK}")


def headline(question: str) -> str:
    """What a mail's subject and a list say of a question: as its title would be, shorter. Nothing where it
    greets, thanks and signs alone: no name and number of a signature is one."""
    said = _said(question[:LOOKED_AT])
    above = frozenset(takewhile(lambda one: not closes(one), said))
    told = [one for one in said if _is_asking(one) or (one in above and not REACHED.search(one))]
    short = takewhile(lambda one: not thanks(one), (one for one in told if one in above))
    return subject_line(_begun(_chosen(told) or " ".join(short)))


def proposed_title(question: str) -> str:
    """The first sentence that asks, else the first that says anything, on one line."""
    said = _said(question)
    return subject_line(_begun(_chosen(said) or _says(said) or " ".join(question.split())), LENGTH)


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
