"""What a check says: how bad it is, about what, and in words that end with what to do."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Grade(StrEnum):
    OK = "ok"
    WARNING = "warn"
    FAULT = "FAIL"


class Finding(NamedTuple):
    grade: Grade
    what: str
    said: str
