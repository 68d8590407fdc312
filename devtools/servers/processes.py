"""Child processes that end when we do, however we end."""

import asyncio
import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from devtools.servers.errors import MissingPiece, NotReady, ProcessEnded

POLL_SECONDS = 0.05
KILL_SECONDS = 30.0
LAST_WORDS = 15


@dataclass
class Child:
    """A program run by us, in a session of its own: Ctrl-C reaches us alone and we stop it in order.

    When our process dies – `kill -9` included – the kernel sends it `death_signal`. The kernel counts the
    *thread* that started the child, so start children from the main thread.
    """

    name: str
    argv: Sequence[str | Path]
    env: Mapping[str, str]
    log: Path
    cwd: Path = Path("/")
    user: str | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    death_signal: signal.Signals = signal.SIGKILL
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False, repr=False)

    def start(self) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*tied_to_parent(self.death_signal), *self.argv],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=dict(self.env),
                cwd=self.cwd,
                start_new_session=True,
                user=self.user,
                group=None if self.user is None else pwd.getpwnam(self.user).pw_gid,
                extra_groups=None if self.user is None else [],
            )

    @property
    def pid(self) -> int:
        if self._process is None:
            raise RuntimeError(f"{self.name} was never started")
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def exit_status(self) -> int | None:
        """Negative for a signal; None while it runs and before it was started."""
        return None if self._process is None else self._process.poll()

    def send(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    async def stop(self, grace_seconds: float = 20.0) -> None:
        """Asks with the stop signal; kills after the grace period. Does nothing when it no longer runs."""
        if not self.is_running:
            return
        self.send(self.stop_signal)
        try:
            await self.ended(grace_seconds)
        except TimeoutError:
            await self.kill()

    async def kill(self) -> None:
        """SIGKILL, and waits until the kernel has taken it away. Does nothing when it no longer runs."""
        if self.is_running:
            self.send(signal.SIGKILL)
            await self.ended(KILL_SECONDS)

    async def ended(self, within_seconds: float) -> None:
        """Waits until it has ended; TimeoutError when it has not in time."""
        if self._process is None or not self.is_running:
            return
        gone = asyncio.Event()
        handle = os.pidfd_open(self.pid)
        asyncio.get_running_loop().add_reader(handle, gone.set)
        try:
            async with asyncio.timeout(within_seconds):
                await gone.wait()
        finally:
            asyncio.get_running_loop().remove_reader(handle)
            os.close(handle)
        self._process.wait()

    async def until(self, is_ready: Callable[[], Awaitable[bool]], within_seconds: float) -> None:
        """Waits for the condition, and no longer than the process lives."""
        deadline = time.monotonic() + within_seconds
        while not await is_ready():
            if not self.is_running:
                raise ProcessEnded(f"{self.name} ended with status {self.exit_status}. {self.last_words()}")
            if time.monotonic() > deadline:
                raise NotReady(f"{self.name} was not ready after {within_seconds:.0f} s. {self.last_words()}")
            await asyncio.sleep(POLL_SECONDS)

    def last_words(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines()[-LAST_WORDS:]
        return "\n  ".join([f"The end of {self.log}:", *lines])


def tied_to_parent(death_signal: signal.Signals) -> list[str]:
    """What to put before a command so that the kernel sends it the signal when we die.

    Programs that then become the command, not a `preexec_fn`: that one may deadlock once there are threads.
    The shell ends it where we died before the kernel was told: its parent is then another.
    """
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise MissingPiece("setpriv is not installed; run: sudo apt-get install util-linux")
    still_ours = ["/bin/sh", "-c", '[ "$PPID" = "$0" ] && exec "$@"', str(os.getpid())]
    return [setpriv, "--pdeathsig", death_signal.name, "--", *still_ours]
