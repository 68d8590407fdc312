"""Posters and pictures, set by Typst in a process of its own: what that needs of memory ends with it."""

from __future__ import annotations

import subprocess
import sys
from typing import Literal

from pydantic import BaseModel

from services.metrics.domain.figures import YearFigures
from services.metrics.pages.imprint import Imprint
from services.metrics.pages.words import PageLanguage

Shape = Literal["a4", "a3", "wide", "square"]

SECONDS = 60
"""Longest time for one sheet; it takes about one second."""


class TypesettingFailed(RuntimeError):
    """Typst could not set the sheet. The text says what it said."""


class Job(BaseModel):
    """What the press is told on its standard input."""

    figures: YearFigures
    language: PageLanguage
    zone: str
    shape: Shape
    imprint: Imprint = Imprint()


def press(job: Job) -> bytes:
    """A4 and A3: one page of PDF/UA-1. `wide`: a PNG of 1200 x 630 pixels, `square`: 1200 x 1200. Blocks for
    about a second."""
    done = subprocess.run(
        [sys.executable, "-m", "services.metrics.pages.typesetting"],
        input=job.model_dump_json().encode(),
        capture_output=True,
        timeout=SECONDS,
        check=False,
    )
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip()
        raise TypesettingFailed(f"figures {job.figures.year} as {job.shape}: {said}")
    return done.stdout
