"""Personal data in what may become public: addresses, numbers that lead to one person, names.

Marking helps the coordinator who releases; it proves nothing. A name that nobody says of themselves, or a
story that only one person could tell, is seen by people alone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from services.notifier.domain.personal import addresses, births, names, numbers, places
from services.notifier.domain.personal.letters import TextSpan, letters
from services.notifier.domain.personal.nobody import COMMON, NO_NAMES, SPREAD_NEVER

KINDS: Mapping[str, Callable[[str], Iterator[TextSpan]]] = {
    "mail": addresses.mails,
    "telephone": numbers.telephones,
    "number": numbers.numbers,
    "street": places.streets,
    "account": addresses.accounts,
    "name": names.all_names,
    "titled": names.titled_names,
    "birth": births.births,
}

COMBINING = {code: None for code in range(0x300, 0x1_E950) if unicodedata.combining(chr(code))}
"""Marks above and below letters, to be left out."""

WAYS = r"(?:mailto|tel|sms|callto|skype):"
"""Links that open a letter or a call."""

SURNAME = re.compile(r" (?:d'|de |von |van )?(?P<surname>[A-ZÀ-ÖØ-Þ][a-zà-öø-þ]{2,})")
"""Of somebody else with the asker's first name: Marie asks about Marie Curie."""

SHORTEST_NAME = 3
"""Letters: `Li` or `de` would be marked in half of all sentences."""


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """Characters `start` to `end` (excluded) of a text that look personal, and what they look like."""

    start: int
    end: int
    kind: str


def marks(text: str, known: Iterable[str] = ()) -> tuple[Mark, ...]:
    """Every personal looking place, in order, none overlapping. `known`: names to be looked for as well."""
    read = letters(text)
    every = (*_of_all_kinds(read.plain), *_known(read.plain, known))
    kept: list[Mark] = []
    for mark in sorted(every, key=lambda mark: (mark.start, -mark.end)):
        if not kept or mark.start >= kept[-1].end:
            kept.append(mark)
        elif mark.end > kept[-1].end:
            kept[-1] = Mark(kept[-1].start, mark.end, kept[-1].kind)
    return tuple(Mark(*read.span(mark.start, mark.end), mark.kind) for mark in kept)


def said_names(text: str) -> tuple[str, ...]:
    """Who says in it who they are."""
    plain = letters(text).plain
    return tuple(dict.fromkeys(plain[start:end] for start, end in names.said_names(plain)))


def masked(text: str, found: Iterable[Mark], mask: str = "[…]") -> str:
    """The text with every marked place replaced."""
    parts, last = [], 0
    for mark in found:
        parts += [text[last : mark.start], mask]
        last = mark.end
    return _without_hidden_addresses("".join((*parts, text[last:])), mask)


def _without_hidden_addresses(text: str, mask: str) -> str:
    """A link whose address is masked leads nowhere: of `[label](mailto:[…])` the label is left, of
    `<tel:[…]>` the mask."""
    away, inside = re.escape(mask), r"[^\[\]\n]{0,500}+"
    if not re.search(rf"{WAYS}{away}", text, re.IGNORECASE):
        return text
    label = rf"(?P<label>{inside}(?:{away}{inside}){{0,20}}+)"
    text = re.sub(
        rf"\[{label}\]\(<?{WAYS}{away}[^\s()<>]*>?(?:\s+[\"'(][^\n()]{{0,500}}[\"')])?\s*\)",
        lambda link: link["label"] or mask,
        text,
        flags=re.IGNORECASE,
    )
    return re.sub(rf"<?{WAYS}{away}(?:\?[^\s<>]*)?>?", lambda _: mask, text, flags=re.IGNORECASE)


def _of_all_kinds(plain: str) -> Iterator[Mark]:
    for kind, spans in KINDS.items():
        for start, end in spans(plain):
            yield Mark(start, end, kind)


def _known(plain: str, known: Iterable[str]) -> Iterator[Mark]:
    """With a capital, or beside another part: `rose` is a flower, `rose martin` is who asked."""
    whole = [re.findall(r"\w+", name) for name in known]
    given = {folded(name[0]) for name in whole if len(name) > 1}
    every = [part for name in whole for part in name]
    theirs = {folded(part) for part in every}
    common = {folded(part) for part in every if COMMON.fullmatch(part) or SPREAD_NEVER.match(part)}
    wanted = {part for part in theirs if len(part) >= SHORTEST_NAME and part not in NO_NAMES}
    found = [one for one in re.finditer(r"\w+", plain) if folded(one[0]) in wanted] if wanted else []
    for at, one in enumerate(found):
        near = (
            plain[first.end() : second.start()] for first, second in pairwise(found[max(0, at - 1) : at + 2])
        )
        other = SURNAME.match(plain, one.end()) if folded(one[0]) in given else None
        if other and folded(other["surname"]) not in theirs:
            continue
        alone = not one[0][0].islower() and folded(one[0]) not in common
        if alone or any(sign in (" ", "-") for sign in near):
            yield Mark(*one.span(), "name")


def folded(word: str) -> str:
    """Without accents and case: Hélène and HELENE are one person."""
    return unicodedata.normalize("NFKD", word.casefold()).translate(COMBINING)
