"""`./sesame test` and `./sesame bench`: pytest and the measurements, from the root of the checkout."""

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from deploy.local.checkout import PYTHON, ROOT
from deploy.local.servers import provide_missing

BENCHMARKS = "tests/benchmarks"
LONG = ("tests/resilience/test_notifier_killed_long.py",)
"""Long runs: with --chaos, or when named."""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    test = subparsers.add_parser("test", help="run the test suite against real servers")
    test.add_argument("paths", nargs="*", metavar="PATH", help="files, folders or file::test; default: all")
    test.add_argument("-k", dest="expression", help="only tests whose name matches, as pytest's -k")
    test.add_argument("-x", dest="first", action="store_true", help="stop at the first failure")
    test.add_argument("--chaos", action="store_true", help="the long runs with kill -9, too")
    test.add_argument("--durations", type=int, metavar="N", help="show the N slowest")
    test.add_argument("--containers", action="store_true", help="the containers, on a real Docker engine")
    test.set_defaults(run=run_tests)
    bench = subparsers.add_parser(
        "bench", help="measure throughput, latency and memory beside the floor", add_help=False
    )
    bench.set_defaults(run=run_benchmarks, passes_on=True)


def run_tests(chosen: argparse.Namespace) -> NoReturn:
    if chosen.containers:
        _become("tests.containers", [])
    paths = [_absolute(path) for path in chosen.paths]
    if _need_servers(paths):
        provide_missing(os.environ)
    options = [f"--ignore={BENCHMARKS}"]
    if not chosen.chaos and not chosen.paths:
        options += [f"--ignore={path}" for path in LONG]
    if chosen.expression:
        options += ["-k", chosen.expression]
    if chosen.first:
        options.append("-x")
    if chosen.durations is not None:
        options.append(f"--durations={chosen.durations}")
    _become("pytest", [*options, *paths])


def run_benchmarks(chosen: argparse.Namespace) -> NoReturn:
    """Its options, `--help` among them, are those of tests/benchmarks."""
    if "--help" not in chosen.others:
        provide_missing(os.environ)
    _become(BENCHMARKS.replace("/", "."), chosen.others)


def _absolute(path: str) -> str:
    """The caller's path as seen from the root; what follows `::` is pytest's."""
    file, separator, test = path.partition("::")
    return f"{Path(file).resolve()}{separator}{test}"


def _need_servers(paths: Sequence[str]) -> bool:
    """So that what is missing is one line before the tests instead of an error in each."""
    return not paths or not all(path.startswith(str(ROOT / "tests" / "unit")) for path in paths)


def _become(module: str, arguments: Sequence[str]) -> NoReturn:
    """In our place, so that Ctrl-C and the exit status are its own."""
    os.chdir(ROOT)
    os.execv(PYTHON[0], [*PYTHON, "-m", module, *arguments])
