"""One copy: a folder named by its time, whole or not there."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from operations.backup.sealing import Identity, Recipient, digest, seal, unseal
from operations.errors import OperationError

MANIFEST = "manifest.json"
SEALED = ".age"
FORMAT = 1
NAME = "sesame-%Y%m%dT%H%M%SZ"
UNFINISHED = ".unfinished"


@dataclass(frozen=True)
class Copy:
    """A folder being filled, or one that is whole."""

    folder: Path

    def seal(self, name: str, content: bytes, recipients: Sequence[Recipient]) -> None:
        seal(io.BytesIO(content), self.sealed(name), recipients)

    def read(self, name: str, identities: Sequence[Identity]) -> bytes:
        plain = io.BytesIO()
        unseal(self.sealed(name), plain, identities)
        return plain.getvalue()

    def has(self, name: str) -> bool:
        return self.sealed(name).exists()

    def sealed(self, name: str) -> Path:
        return self.folder / f"{name}{SEALED}"

    @property
    def size(self) -> int:
        return sum(path.stat().st_size for path in self.folder.iterdir())

    def check(self) -> None:
        """Raises OperationError when a file is missing or not the one that was written."""
        try:
            manifest: dict[str, Any] = json.loads((self.folder / MANIFEST).read_text())
        except (OSError, ValueError) as error:
            raise OperationError(f"{self.folder}: no whole copy is here ({error})") from error
        if manifest.get("format") != FORMAT:
            found = manifest.get("format")
            raise OperationError(f"{self.folder}: its format is {found!r}; {FORMAT} is read here")
        for name, wanted in manifest["files"].items():
            path = self.folder / name
            if not path.exists() or digest(path) != wanted:
                raise OperationError(f"{path}: missing, or not as it was written; take another copy")


@contextmanager
def new_copy(place: Path, now: datetime) -> Iterator[Copy]:
    """Appears under its name only when the block ends well."""
    final = place / now.astimezone(UTC).strftime(NAME)
    unfinished = final.with_name(f"{final.name}{UNFINISHED}")
    unfinished.mkdir(mode=0o700, parents=True)
    try:
        yield Copy(unfinished)
        files = {path.name: digest(path) for path in sorted(unfinished.iterdir())}
        about = {"format": FORMAT, "made_at": now.astimezone(UTC).isoformat(), "files": files}
        (unfinished / MANIFEST).write_text(json.dumps(about, indent=1) + "\n")
        unfinished.rename(final)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise


def copies_in(place: Path) -> list[Path]:
    """The oldest first."""
    whole = (path.parent for path in place.glob(f"sesame-*/{MANIFEST}"))
    return sorted(folder for folder in whole if not folder.name.endswith(UNFINISHED))


def newest(place: Path) -> Copy:
    """The copy that `place` is, or the newest one in it."""
    if (place / MANIFEST).exists():
        return Copy(place)
    there = copies_in(place)
    if not there:
        raise OperationError(f"{place}: no copy is here; name the folder that `backup` wrote to")
    return Copy(there[-1])


def keep_newest(place: Path, most: int) -> list[Path]:
    """Removes the oldest beyond `most`; gives what is gone."""
    gone = copies_in(place)[:-most]
    for folder in gone:
        shutil.rmtree(folder)
    return gone
