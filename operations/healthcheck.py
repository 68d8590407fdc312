"""Whether the service in this container is ready: exit status 0, or 1 with what it said."""

from __future__ import annotations

import os
import sys
import urllib.error
import urllib.request

TIMEOUT_SECONDS = 4.0


def main() -> int:
    port = os.environ.get("SESAME_OPS_PORT", "9000")
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/ready", timeout=TIMEOUT_SECONDS):
            return 0
    except urllib.error.HTTPError as answer:
        print(answer.read().decode(errors="replace"))
    except OSError as error:
        print(error)
    return 1


if __name__ == "__main__":
    sys.exit(main())
