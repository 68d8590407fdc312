"""The wall: what of ours no text may carry to whom it is not for, whatever any parser made of a mail.

Ingest looks before it accepts an answer or a follow-up, the notifier once more at the last moment before it
sends or publishes. A link opens a page in its owner's name, so one that got out can't be taken back.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote
from uuid import UUID

from services.contracts.links.marks import mark_codes, may_hold, words_of
from services.contracts.links.signed_links import ASKER, LENGTH, Link, party_digest, read_token

_BETWEEN = re.compile(r"[\s>|=\u00ad\u200b-\u200f\u2060\ufeff]+")
"""What a mail program puts into a link that it breaks."""
_TOKEN = re.compile(rf"(?=([pab][a-z2-7]{{{LENGTH - 1}}}))")
NOTE_RUN = 6
"""Words of a private note in a row that nobody writes by chance."""
SHORTEST_NOTE = 3
"""Words: what is shorter, as "merci" or "for school", stands in any answer."""


@dataclass(frozen=True, slots=True)
class Wall:
    """`box`: the address whose tags are keys (`reply@…`); `public_url`: where pages and files are."""

    keys: Sequence[bytes] = field(repr=False)
    box: str
    public_url: str

    def why_not(
        self,
        texts: Iterable[str | None],
        question: UUID,
        *,
        partners: Collection[str] = (),
        note: str | None = None,
        known: str = "",
    ) -> str | None:
        """What of ours stands in one of the texts, in a word: link, address, file, mark, note; None when they
        may go. `partners`: those asked, by id. `note`: given where the text must not hold it; what stands in
        `known`, the question itself, may be said."""
        codes = self._codes(question, partners)
        return next(
            (why for text in texts if text and (why := self._why_not(text, codes, note, known))), None
        )

    def _why_not(self, text: str, codes: frozenset[str], note: str | None, known: str) -> str | None:
        squeezed = _BETWEEN.sub("", unquote(text).lower())
        if self._links_in(squeezed):
            return "link"
        local, _, domain = self.box.lower().partition("@")
        named = rf"{re.escape(local)}(?:\+[a-z0-9]*+)?@{re.escape(domain)}"
        if f"@{domain}" in squeezed and re.search(named, squeezed):
            return "address"
        if f"{self.public_url.lower().rstrip('/')}/files/" in squeezed:
            return "file"
        if may_hold(text, codes) and not codes.isdisjoint(words_of(text)):
            return "mark"
        return "note" if note and repeats(words_of(text), words_of(note), words_of(known)) else None

    def _links_in(self, squeezed: str) -> list[Link]:
        found = (read_token(self.keys, match[1]) for match in _TOKEN.finditer(squeezed))
        return [link for link in found if link is not None]

    def _codes(self, question: UUID, partners: Collection[str]) -> frozenset[str]:
        digests = [party_digest(partner) for partner in partners]
        return frozenset(
            (
                *mark_codes(self.keys, "asker", question, party_digest(ASKER)),
                *(code for digest in digests for code in mark_codes(self.keys, "partner", question, digest)),
            )
        )


def repeats(words: Sequence[str], note: Sequence[str], known: Sequence[str]) -> bool:
    """Whether so many words of a note stand in a row among these, that do not stand so in what is known."""
    length = min(NOTE_RUN, len(note))
    if length < SHORTEST_NOTE:
        return False
    secret = _runs(note, length) - _runs(known, length)
    return not secret.isdisjoint(_runs(words, length))


def _runs(words: Sequence[str], length: int) -> set[tuple[str, ...]]:
    return {tuple(words[at : at + length]) for at in range(len(words) - length + 1)}
