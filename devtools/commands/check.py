"""`./sesame check`: everything that can be said about the code without running a server."""

import argparse
import importlib.util
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from devtools.checkout import PYTHON, ROOT

# Modules that hold what is checked in against what the code would write: print what differs, exit with 1.
COMPARISONS = {
    "docs": "devtools.documents.made_from_code",
    "texts": "devtools.commands.texts",
}
BESIDE_PYTHON = Path(sys.executable).parent


@dataclass(frozen=True)
class Check:
    name: str
    argv: Sequence[str]


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    check = subparsers.add_parser("check", help="format, lint, types, import rules, contract, docs")
    check.set_defaults(run=run)


def run(_: argparse.Namespace) -> int:
    outcomes = [_passes(check) for check in checks()]
    return 0 if all(outcomes) else 1


def checks() -> Iterator[Check]:
    yield Check("format", _module("ruff", "format", "--check", "--quiet", "--diff"))
    yield Check("lint", _module("ruff", "check", "--quiet"))
    yield Check("types", _module("mypy"))
    yield Check("imports", [str(BESIDE_PYTHON / "lint-imports"), "--no-cache"])
    yield Check("shell", ["sh", "-n", "sesame"])
    for name, module in COMPARISONS.items():
        if _exists(module):
            yield Check(name, _module(module))


def _module(name: str, *arguments: str) -> list[str]:
    return [*PYTHON, "-m", name, *arguments]


def _exists(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def _passes(check: Check) -> bool:
    started = time.monotonic()
    done = subprocess.run(
        check.argv, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    passed = done.returncode == 0
    print(f"{'ok  ' if passed else 'FAIL'} {check.name:<9}{time.monotonic() - started:5.1f} s", flush=True)
    if not passed:
        print(done.stdout.rstrip(), flush=True)
    return passed
