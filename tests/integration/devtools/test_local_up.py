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
START_SECONDS = 90.0
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


async def test_ctrl_c_leaves_no_process_and_no_port() -> None:
    with throwaway_folder() as folder, up(folder / "kept") as process:
        members = family(process)
        ports = listening(members)
        assert len(ports) >= 8
        assert set(environment_of(OPERATOR, folder / "kept")) >= ADDRESSES
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=PATIENCE_SECONDS) == 0
        await until(lambda: ended(members))  # those of a server's own end a moment after it
        assert still_taken(ports) == set()


def announced_ports(folder: Path) -> dict[str, str]:
    environment = environment_of(OPERATOR, folder)
    return {name: environment[name] for name in ADDRESSES}


async def test_a_second_start_has_the_addresses_of_the_first() -> None:
    with throwaway_folder() as folder:
        seen = []
        for _ in range(2):
            with up(folder / "kept") as process:
                seen.append(announced_ports(folder / "kept"))
                process.send_signal(signal.SIGINT)
                assert process.wait(timeout=PATIENCE_SECONDS) == 0
        assert seen[0] == seen[1]


async def test_a_service_that_ends_is_said_and_started_again() -> None:
    with throwaway_folder() as folder, up(folder / "kept") as process:
        assert process.stdout is not None
        router = next(member for member in family(process) if "services.router" in member.cmdline())
        router.terminate()
        said = list(until_line(process.stdout, "router is back"))
        assert any("sesame: router ended with status" in line for line in said)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=PATIENCE_SECONDS) == 0


def until_line(lines: IO[str], wanted: str) -> Iterator[str]:
    for line in lines:
        yield line
        if wanted in line:
            return


async def test_kill_9_leaves_no_process_and_no_port() -> None:
    with throwaway_folder() as folder, up(folder / "kept") as process:
        members = family(process)
        ports = listening(members)
        process.kill()
        await until(lambda: ended(members))
        assert still_taken(ports) == set()
