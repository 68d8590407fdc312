import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from devtools.checkout import ROOT
from devtools.servers.errors import NotReady, ProcessEnded
from devtools.servers.processes import Child
from tests.support.waiting import until

STUBBORN = (
    "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); signal.pause()"
)
PARENT = """
import os, signal, sys
from pathlib import Path
from devtools.servers.processes import Child
child = Child("sleeper", ["sleep", "600"], os.environ, Path(sys.argv[1]))
child.start()
print(child.pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL) if "at once" in sys.argv else signal.pause()
"""


def child(folder: Path, *argv: str) -> Child:
    return Child("child", argv, os.environ, folder / "log")


def is_gone(pid: int) -> bool:
    """A zombie has ended: whether it was collected is the machine's affair."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


async def test_children_end_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    with parent_of_one(tmp_path / "log") as (parent, child_pid):
        assert not is_gone(child_pid)
        parent.kill()
    await until(lambda: is_gone(child_pid))


async def test_children_end_with_a_parent_that_dies_while_they_start(tmp_path: Path) -> None:
    with parent_of_one(tmp_path / "log", "at once") as (_, child_pid):
        pass
    await until(lambda: is_gone(child_pid))


@contextmanager
def parent_of_one(log: Path, *when: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    command = [sys.executable, "-c", PARENT, str(log), *when]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as parent:
        assert parent.stdout is not None
        yield parent, int(parent.stdout.readline())


async def test_stop_kills_what_does_not_heed_it_after_the_grace_period(tmp_path: Path) -> None:
    stubborn = child(tmp_path, sys.executable, "-c", STUBBORN)
    stubborn.start()
    await until(lambda: "up" in stubborn.log.read_text())
    await stubborn.stop(grace_seconds=0.1)
    assert stubborn.exit_status == -signal.SIGKILL


async def test_stop_asks_first(tmp_path: Path) -> None:
    sleeper = child(tmp_path, "sleep", "600")
    sleeper.start()
    await sleeper.stop()
    assert sleeper.exit_status == -signal.SIGTERM


async def test_a_killed_child_can_be_started_again(tmp_path: Path) -> None:
    sleeper = child(tmp_path, "sleep", "600")
    sleeper.start()
    first = sleeper.pid
    await sleeper.kill()
    sleeper.start()
    assert sleeper.is_running
    assert sleeper.pid != first
    await sleeper.kill()


async def test_one_that_ends_while_waited_for_is_named_with_its_last_words(tmp_path: Path) -> None:
    broken = child(tmp_path, "sh", "-c", "echo no such setting; exit 3")
    broken.start()
    with pytest.raises(ProcessEnded, match=r"(?s)child ended with status 3.*no such setting"):
        await broken.until(never, within_seconds=5)


async def test_one_that_is_not_ready_in_time_is_named(tmp_path: Path) -> None:
    idle = child(tmp_path, "sleep", "600")
    idle.start()
    with pytest.raises(NotReady, match="child was not ready after 0 s"):
        await idle.until(never, within_seconds=0.05)
    await idle.kill()


async def never() -> bool:
    return False
