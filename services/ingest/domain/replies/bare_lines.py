"""A line that may be a command, without what a program or a finger added: bold, full-width letters, what
can't be seen."""

import re
import unicodedata

MARKUP = re.compile(r"^[\s*_~`#>«“\"\[(]++|[*_~`»”\"\])]++(?=\W*$)|[*_~`]{2,}")
INVISIBLE = re.compile(r"[\u00ad\u034f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]+")
LONGEST = 300
"""Characters that are looked at: no command is longer."""


def bare(line: str) -> str:
    return MARKUP.sub("", unicodedata.normalize("NFKC", INVISIBLE.sub("", line[:LONGEST]))).strip()
