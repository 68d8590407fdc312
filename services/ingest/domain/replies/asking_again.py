"""An asker says by mail that the answer does not help: the words that the mail with the answer names
(`answer.j2`), at the head of the first line, in whatever language they were written to."""

import re
import unicodedata

from services.ingest.domain.replies.bare_lines import bare
from services.ingest.domain.replies.doubts import is_signature, matter

_WORDS = r"AUTRE R[EÉ]PONSE|ANOTHER ANSWER|ANDER ANTWOORD"
ALONE = re.compile(rf"^[\s*_«“\"]*(?:{_WORDS})[\s*_»”\".!]*$", re.IGNORECASE)
SET_OFF = re.compile(rf"^[\s*_]*(?:{_WORDS})[\s*_]*[:–—-][\s*_]*(?P<rest>\S.*)$")
"""With its reason behind it: in capitals alone, for "Autre réponse : ..." may begin any sentence."""


def reason_to_ask_again(text: str) -> str | None:
    """Why the answer does not help, in the asker's words; None where they do not say that it does not. `text`
    without the quote. Who gives no reason has their words themselves for one."""
    whole = unicodedata.normalize("NFC", text.strip())
    first, *below = matter(whole.split("\n")).split("\n")
    first = first if first.lstrip().startswith(">") else bare(first)  # what is quoted is not said
    set_off = SET_OFF.match(first)
    if set_off is None and not ALONE.match(first):
        return None
    said = "\n".join([set_off["rest"] if set_off else "", *below]).strip()
    return whole if is_signature(said.split("\n")) else said
