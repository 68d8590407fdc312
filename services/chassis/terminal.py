"""What an operator reads: tables, and words of strangers that no terminal may take for commands."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from signal import SIGPIPE
from typing import Any, TextIO, cast

from rich.console import Console

WIDE = 500

_CONTROLS = re.compile(r"\r(?!\n)|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""C0 and C1 but tab and ends of lines, and what turns the direction of writing round."""


def operator_console() -> Console:
    """Where no terminal bounds it, so wide that nothing is cut off or broken: only a whole id can be used.
    Without colours: what it prints holds no escape of its own, so every escape is a stranger's."""
    plainly: dict[str, Any] = {"color_system": None, "markup": False, "emoji": False, "highlight": False}
    return Console(**plainly) if sys.stdout.isatty() else Console(width=WIDE, **plainly)


def harmless(text: str) -> str:
    """The same with every control character written out, as JSON writes it: it commands no terminal."""
    return _CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


@contextmanager
def printing_harmlessly() -> Iterator[None]:
    """For an operator's command: what it prints is `harmless`. Bytes written to `buffer` stay as they are.
    Who reads no further, as `| head` does, ends it with SIGPIPE's status."""
    whole = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = (cast("TextIO", _Harmless(stream)) for stream in whole)
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), whole[0].fileno())
        raise SystemExit(128 + SIGPIPE) from None
    finally:
        sys.stdout, sys.stderr = whole


class _Harmless:
    def __init__(self, whole: TextIO) -> None:
        self._whole = whole

    def write(self, text: str) -> int:
        self._whole.write(harmless(text))
        return len(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._whole, name)
