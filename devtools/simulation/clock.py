"""One clock for several processes: eight bytes of a file that all of them map into memory."""

from __future__ import annotations

import mmap
from datetime import UTC, datetime, timedelta
from pathlib import Path

BYTES = 8
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class SharedClock:
    """Stands still until one of the processes sets it; then it is that late for all of them."""

    def __init__(self, path: Path) -> None:
        with path.open("r+b") as file:
            self._shared = mmap.mmap(file.fileno(), BYTES)

    @classmethod
    def made(cls, path: Path) -> SharedClock:
        path.write_bytes(bytes(BYTES))
        return cls(path)

    def now(self) -> datetime:
        return _BEGINNING + int.from_bytes(self._shared[:BYTES], "little") * _MICROSECOND

    def set(self, moment: datetime) -> None:
        self._shared[:BYTES] = ((moment - _BEGINNING) // _MICROSECOND).to_bytes(BYTES, "little")
