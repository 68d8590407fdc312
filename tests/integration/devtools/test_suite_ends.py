"""Whoever ends the suite ends all of it, however they started it."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess

import psutil

from devtools.checkout import PYTHON, ROOT
from tests.support.waiting import PATIENCE_SECONDS, until

ANY_TEST = "tests/integration/chassis/test_service.py"


def runs_pytest(process: psutil.Process) -> bool:
    """Python itself: what starts it has the same words in its own command line."""
    try:
        commands = [child.cmdline() for child in process.children(recursive=True)]
        return any(command[:1] == [PYTHON[0]] and "pytest" in command for command in commands)
    except psutil.NoSuchProcess:
        return False


def test_sigterm_leaves_nothing_of_a_suite_in_the_background() -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SESAME_")}
    command = [*PYTHON, "-m", "devtools.cli", "test", str(ROOT / ANY_TEST)]
    # As nohup and CI start it: with SIGINT ignored.
    with subprocess.Popen(
        ["sh", "-c", 'trap "" INT; exec "$@"', "sh", *command],
        cwd=ROOT,
        env=environment | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        suite = psutil.Process(process.pid)
        asyncio.run(until(lambda: runs_pytest(suite)))
        members = suite.children(recursive=True)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=PATIENCE_SECONDS) != 0
        asyncio.run(until(lambda: not any(map(lives, members))))


def lives(member: psutil.Process) -> bool:
    try:
        return member.is_running() and member.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
