"""Every regular expression of the services takes a time that grows with the text, not with its square."""

from __future__ import annotations

import importlib
import os
import pkgutil
import re
import subprocess
import sys
from collections.abc import Iterator
from types import ModuleType

import services

LONG = "SESAME_TEST_FUZZ" in os.environ
LETTERS = 1_000_000 if LONG else 30_000
"""The long runs try a megabyte."""
PROCESSOR_SECONDS = 10 if LONG else 1
"""For one text: none of the smaller ones takes a tenth, and the quickest of all squares takes longer."""
PIECES = (
    *("a", "A", "1", "é", "@", "-", ".", "/", "(", "[", "<", '"', "=", ":", " ", "\n", "\\", "|"),
    *("a@", "<a@", "> ", "a \n", "1 ", "a: \n ", "le 3 mars 2026\n", "a@b.fr 2026\n", "http://"),
    *("<a b='", "&#1", "=?a?q?", "[demande ", "aA1 ", "a-", "--b", "\x1b$B", "charset="),
)


def modules() -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(services.__path__, "services."):
        if not found.name.endswith("__main__"):
            yield importlib.import_module(found.name)


def held_by(value: object, depth: int = 3) -> Iterator[re.Pattern[str] | re.Pattern[bytes]]:
    """The patterns in a module's value, in tables too."""
    if isinstance(value, re.Pattern):
        yield value
    elif depth and isinstance(value, dict):
        for one in value.values():
            yield from held_by(one, depth - 1)
    elif depth and isinstance(value, tuple | list | set | frozenset):
        for one in value:
            yield from held_by(one, depth - 1)


def patterns() -> list[tuple[str, re.Pattern[str] | re.Pattern[bytes]]]:
    """(module, pattern), each once."""
    found: dict[re.Pattern[str] | re.Pattern[bytes], str] = {}
    for module in modules():
        for value in list(vars(module).values()):
            for pattern in held_by(value):
                found.setdefault(pattern, module.__name__)
    return [(module, pattern) for pattern, module in found.items()]


SCRIPT = f"""
import signal
from {__name__} import LETTERS, PIECES, PROCESSOR_SECONDS, patterns
for module, pattern in patterns():
    for piece in PIECES:
        text = (piece * (LETTERS // len(piece) + 1))[:LETTERS]
        text = text.encode() if isinstance(pattern.pattern, bytes) else text
        print(module, repr(piece), ascii(pattern.pattern[:200]), flush=True)
        signal.setitimer(signal.ITIMER_PROF, PROCESSOR_SECONDS)
        for _ in pattern.finditer(text):
            pass
        pattern.fullmatch(text)
        signal.setitimer(signal.ITIMER_PROF, 0)
"""


def test_no_text_keeps_a_pattern_busy() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False)
    assert done.returncode == 0, (done.stdout.splitlines()[-1:], done.stderr[-2000:])


def test_there_are_patterns_to_try() -> None:
    assert len(patterns()) > 80
