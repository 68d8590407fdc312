"""Whether the documents checked in are what the code would write: exit status 1 and their names if not."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from devtools.documents.contract import documents


def main(arguments: Sequence[str]) -> int:
    stale = [path for path, text in documents() if not path.exists() or path.read_text() != text]
    if "--write" in arguments:
        for path, text in documents():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return 0
    for path in stale:
        print(f"{path}: differs from the code; write it anew with `./sesame docs`")
    return 1 if stale else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
