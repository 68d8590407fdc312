"""`./sesame audit`: which of the pinned libraries have known faults, by the public database OSV (osv.dev)."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx

from devtools.checkout import ROOT
from operations.errors import OperationError

LOCKS = ROOT / "deploy" / "requirements"
DATABASE = "https://api.osv.dev"
AT_ONCE = 500
"""Libraries in one question; the database takes a thousand."""

PINNED = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==([^\s;\\]+)", re.MULTILINE)


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    auditing = subparsers.add_parser("audit", help="known faults of the pinned libraries; for each release")
    auditing.add_argument("--database", default=DATABASE, metavar="URL", help="default: %(default)s")
    auditing.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    """Status 0: nothing is known; 1: something is; 2: the database did not answer, so nothing can be said."""
    libraries = pinned(LOCKS.glob("*.txt"))
    found = known_faults(libraries, chosen.database)
    for (name, version), faults in found.items():
        print(f"{name} {version}: {', '.join(faults)}")
    print(f"{len(libraries)} libraries asked about, {len(found)} with known faults")
    return 1 if found else 0


def pinned(locks: Iterable[Path]) -> list[tuple[str, str]]:
    """(name, version) of every library in the lock files, each once."""
    texts = [lock.read_text(encoding="utf-8") for lock in locks]
    return sorted({(name, version) for text in texts for name, version in PINNED.findall(text)})


def known_faults(libraries: Sequence[tuple[str, str]], database: str) -> Mapping[tuple[str, str], list[str]]:
    """Library → names of its faults (https://google.github.io/osv.dev/post-v1-querybatch/)."""
    found = {}
    with httpx.Client(base_url=database, timeout=30) as http:
        for start in range(0, len(libraries), AT_ONCE):
            asked = libraries[start : start + AT_ONCE]
            for library, answer in zip(asked, _ask(http, asked), strict=True):
                if faults := [str(fault["id"]) for fault in answer.get("vulns", ())]:
                    found[library] = faults
    return found


def _ask(http: httpx.Client, libraries: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
    queries = [{"package": {"name": n, "ecosystem": "PyPI"}, "version": v} for n, v in libraries]
    try:
        reply = http.post("/v1/querybatch", json={"queries": queries})
        reply.raise_for_status()
        results: list[dict[str, Any]] = reply.json()["results"]
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
        raise OperationError(
            f"{http.base_url}: {error or type(error).__name__}; nothing can be said of the libraries. Run"
            " this where the database can be reached"
        ) from error
    if len(results) != len(libraries):
        raise OperationError(f"{http.base_url}: {len(results)} answers to {len(libraries)} questions")
    return results
