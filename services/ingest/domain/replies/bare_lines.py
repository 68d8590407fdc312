"""A line that may be a command, without what a program or a finger added: bold, full-width letters, what
can't be seen."""

import re
import unicodedata

AROUND = re.compile(r"^[\s*_~`#>«“\"\[(]++|[*_~`»”\"\])]++(?=\W*$)|[*_~`]{2,}")
BEFORE = re.compile(r"^[\s*_~`#>«“\"\[(]++|[*_~`]{2,}")
SET_OFF = re.compile(r"^(?P<word>[^:：–—-]{1,80}[:：–—-])(?P<rest>.*\w.*)$", re.DOTALL)
BOLD = "*_~`"
INVISIBLE = re.compile(r"[\u00ad\u034f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]+")
LONGEST, LONGEST_COMMAND = 300, 40
"""Characters of a line that may be a command as a whole, and of the command that a longer one begins with."""


def bare(line: str) -> str:
    """What stands behind a command on a long line stays as it was written."""
    if len(line) <= LONGEST:
        return AROUND.sub("", _seen(line)).strip()
    return BEFORE.sub("", _seen(line[:LONGEST_COMMAND])) + line[LONGEST_COMMAND:]


def _seen(text: str) -> str:
    """Letters as they are typed; a ½ or a ² of what stands behind stays one."""
    said = INVISIBLE.sub("", text)
    return said if said.isascii() else "".join(_letter(letter) for letter in said)


def _letter(letter: str) -> str:
    return unicodedata.normalize("NFKC", letter) if letter.isalpha() else letter


def with_bare_command(line: str) -> str:
    """What is said behind the command stays as it was written, but for the marks that set off both."""
    found = SET_OFF.match(line)
    if found is None:
        return bare(line)
    word = f"{bare(found['word'][:-1])} {unicodedata.normalize('NFKC', found['word'][-1])}"
    rest = found["rest"].strip()
    if any(mark in found["word"] for mark in BOLD):
        rest = rest.strip(BOLD).strip()
    return f"{word} {rest}"
