import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import psutil

from devtools.checkout import PYTHON, ROOT
from devtools.servers.folders import throwaway_folder
from devtools.servers.ports import is_free
from devtools.servers.running_settings import OPERATOR, environment_of
from tests.support.waiting import PATIENCE_SECONDS, until

READY = "Ctrl-C stops it."
ADDRESSES = {"SESAME_AMQP_URL", "SESAME_AMQP_MANAGEMENT_URL", "SESAME_DATABASE_URL"}
"""What the operator's commands need, so that they work beside it."""


@contextmanager
def up(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """`./sesame up` as a terminal starts it, once it is ready."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SESAME_")}
    with subprocess.Popen(
        [*PYTHON, "-m", "devtools.cli", "up", "--folder", str(folder)],
        env=environment | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if READY in line:
                break
        yield process


def family(process: subprocess.Popen[str]) -> list[psutil.Process]:
    return psutil.Process(process.pid).children(recursive=True)


def ended(members: list[psutil.Process]) -> bool:
    return not any(map(lives, members))


def lives(member: psutil.Process) -> bool:
    try:
        return member.is_running() and member.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def listening(members: list[psutil.Process]) -> set[int]:
    return {port for member in members for port in listens_on(member)}


def listens_on(member: psutil.Process) -> set[int]:
    """None where it has ended meanwhile, as PostgreSQL's workers do."""
    try:
        sockets = member.net_connections(kind="tcp")
    except psutil.NoSuchProcess:
        return set()
    return {socket.laddr.port for socket in sockets if socket.status == psutil.CONN_LISTEN}


def still_taken(ports: set[int]) -> set[int]:
    return {port for port in ports if not is_free(port)}


def announced_ports(folder: Path) -> dict[str, str]:
    environment = environment_of(OPERATOR, folder)
    return {name: environment[name] for name in ADDRESSES}


def until_line(lines: IO[str], wanted: str) -> Iterator[str]:
    for line in lines:
        yield line
        if wanted in line:
            return


def one_ends(process: subprocess.Popen[str]) -> list[str]:
    """What is said from there until it is back."""
    assert process.stdout is not None
    router = next(member for member in family(process) if "services.router" in member.cmdline())
    router.terminate()
    return list(until_line(process.stdout, "router is back"))


async def test_a_service_that_ends_comes_back_and_nothing_outlives_ctrl_c_or_kill_9() -> None:
    """One life of it, with two starts: each takes half a minute of a small machine."""
    with throwaway_folder() as folder:
        kept = folder / "kept"
        with up(kept) as process:
            first = announced_ports(kept)
            assert set(first) == ADDRESSES
            assert any("sesame: router ended with status" in line for line in one_ends(process))
            members = family(process)
            ports = listening(members)
            assert len(ports) >= 8
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=PATIENCE_SECONDS) == 0
            await until(lambda: ended(members))  # those of a server's own end a moment after it
            assert still_taken(ports) == set()
        with up(kept) as process:
            assert announced_ports(kept) == first
            members = family(process)
            ports = listening(members)
            process.kill()
            await until(lambda: ended(members))
            assert still_taken(ports) == set()
