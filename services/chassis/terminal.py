"""Tables for an operator's eyes, or for whatever reads them from a pipe."""

from __future__ import annotations

import sys

from rich.console import Console

WIDE = 500


def operator_console() -> Console:
    """Where no terminal bounds it, so wide that nothing is cut off or broken: only a whole id can be used."""
    return Console() if sys.stdout.isatty() else Console(width=WIDE)
