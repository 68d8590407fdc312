"""`./sesame test` and `./sesame bench`: pytest and the measurements, from the root of the checkout."""

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NoReturn

from devtools.checkout import PYTHON, ROOT
from devtools.commands import debian13
from devtools.servers.folders import throwaway_folder
from devtools.servers.processes import tied_to_parent
from devtools.servers.servers import (
    AMQP_MANAGEMENT_URL,
    AMQP_URL,
    DATABASE_URL,
    provide_missing,
    running_servers,
)
from operations.errors import OperationError

BENCHMARKS = "tests/benchmarks"
PROCESSES = 4
"""Twice the cores of a small machine: most tests wait for a server, a process or a moment."""
HEARS_SIGINT = ("env", "--default-signal=INT")
"""Whoever starts us in the background (nohup, CI) has it ignored, and pytest would inherit that."""
LONG = (
    "tests/resilience/test_notifier_killed_long.py",
    "tests/resilience/test_two_copies_killed_long.py",
    "tests/resilience/test_cluster.py",
    "tests/resilience/test_cluster_long.py",
    "tests/e2e/test_doors_real_servers_long.py",
)
"""With --chaos, or when named."""
LONG_SECONDS = 7_200
OFTEN = {"SESAME_TEST_MAILS": "2000", "SESAME_TEST_FUZZ": "300", "SESAME_TEST_QUESTIONS": "10000"}
"""How much is tried with --chaos; the environment may say otherwise."""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    test = subparsers.add_parser("test", help="run the test suite against real servers")
    test.add_argument("paths", nargs="*", metavar="PATH", help="files, folders or file::test; default: all")
    test.add_argument("-k", dest="expression", help="only tests whose name matches, as pytest's -k")
    test.add_argument("-x", dest="first", action="store_true", help="stop at the first failure")
    test.add_argument("--chaos", action="store_true", help="the long runs with kill -9, too")
    test.add_argument("--durations", type=int, metavar="N", help="show the N slowest")
    test.add_argument(
        "--debian13",
        action="store_true",
        help="on RabbitMQ 4, PostgreSQL 17, Prometheus 2.53 and Python 3.13, in a folder with Debian 13",
    )
    test.add_argument("--containers", action="store_true", help="the containers, on a real Docker engine")
    test.set_defaults(run=run_tests)
    bench = subparsers.add_parser(
        "bench", help="measure throughput, latency and memory beside the floor", add_help=False
    )
    bench.set_defaults(run=run_benchmarks, passes_on=True)


def run_tests(chosen: argparse.Namespace) -> int:
    if chosen.containers:
        _become("tests.containers", [])
    if chosen.debian13:
        debian13.run_there([word for word in sys.argv[1:] if word != "--debian13"])
    if chosen.chaos:
        os.environ.update(OFTEN | os.environ)
    paths = [_absolute(path) for path in chosen.paths]
    options = [*_options(chosen), *paths]
    if not _need_servers(paths):
        _become("pytest", options)
    return asyncio.run(_test_on_shared_servers(options))


def _options(chosen: argparse.Namespace) -> Iterator[str]:
    yield f"--ignore={BENCHMARKS}"
    if not chosen.paths:
        yield from (f"--numprocesses={PROCESSES}", "--dist=loadfile", "--no-loadscope-reorder")
    if chosen.chaos:
        yield f"--timeout={LONG_SECONDS}"
    if not chosen.chaos and not chosen.paths:
        yield from (f"--ignore={path}" for path in LONG)
    if chosen.expression:
        yield from ("-k", chosen.expression)
    if chosen.first:
        yield "-x"
    if chosen.durations is not None:
        yield f"--durations={chosen.durations}"


async def _test_on_shared_servers(options: Sequence[str]) -> int:
    """pytest's exit status. Its processes find the servers where an operator's would be given."""
    with throwaway_folder(in_memory=True) as folder:
        async with running_servers(folder, fsync=False) as servers:
            addresses = {AMQP_URL: servers.amqp_url, DATABASE_URL: servers.database_url}
            if servers.amqp_management_url is not None:
                addresses[AMQP_MANAGEMENT_URL] = servers.amqp_management_url
            argv = [*tied_to_parent(signal.SIGINT), *HEARS_SIGINT, *PYTHON, "-m", "pytest", *options]
            process = await asyncio.create_subprocess_exec(*argv, cwd=ROOT, env=os.environ | addresses)
            return await _ended(process)


async def _ended(process: asyncio.subprocess.Process) -> int:
    """Its exit status. Ctrl-C reaches it too: its tests put away what they opened before the servers go. So
    does SIGTERM, which is sent to us alone."""
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, process.send_signal, signal.SIGINT)
    try:
        return await process.wait()
    except asyncio.CancelledError:
        await process.wait()
        raise


def run_benchmarks(chosen: argparse.Namespace) -> NoReturn:
    """`bench`, or `bench PART`. Options, `--help` among them, are those of the part's own module."""
    part, options = "", list(chosen.others)
    if options and not options[0].startswith("-"):
        part = _module_of(options.pop(0))
    if "--help" not in options:
        provide_missing(os.environ)
    _become(f"{BENCHMARKS.replace('/', '.')}{part}", options)


def _module_of(part: str) -> str:
    """`router-decision` is tests/benchmarks/bench_router_decision.py."""
    files = (ROOT / BENCHMARKS).glob("bench_*.py")
    modules = {file.stem.removeprefix("bench_").replace("_", "-"): f".{file.stem}" for file in files}
    if part not in modules:
        raise OperationError(f"bench: no part is called {part!r}; there are {', '.join(sorted(modules))}")
    return modules[part]


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
