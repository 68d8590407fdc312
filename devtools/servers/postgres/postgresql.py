"""A private PostgreSQL: own cluster, own port on the loopback address, no Unix socket, never as root."""

import asyncio
import signal
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import psutil

from devtools.servers.errors import MissingPiece
from devtools.servers.folders import is_reachable
from devtools.servers.ports import LOOPBACK, Ports, any_port
from devtools.servers.postgres.cluster import SUPERUSER, Cluster, find_binaries, system_user
from devtools.servers.processes import Child
from operations.errors import OperationError

START_SECONDS = 60.0
WORKERS_GONE_SECONDS = 10.0
POLL_SECONDS = 0.02
NOT_DURABLE = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "dynamic_shared_memory_type": "mmap",  # in the cluster's folder: what is killed leaves none in /dev/shm
}


class PostgreSQL:
    """`folder` keeps the cluster and its log; a second start on it finds the data again.

    `fsync=False` is for tests that want speed and kill nothing. The port is fixed for the life of this
    object, so `kill()` and `start()` bring the same server back to its clients.
    """

    def __init__(
        self, folder: Path, *, fsync: bool = True, ports: Ports = any_port, counts_statements: bool = False
    ) -> None:
        """`counts_statements`: with pg_stat_statements loaded."""
        if not is_reachable(folder):
            raise OperationError(
                f"PostgreSQL's user can't reach {folder}; choose a folder outside of private ones"
            )
        self._fsync = fsync
        self._preloaded = "pg_stat_statements" if counts_statements else ""
        self.port = ports("PostgreSQL")
        self._cluster = Cluster(folder, _binaries_or_complain(), system_user())
        self._server = Child(
            name="PostgreSQL",
            argv=[self._cluster.binaries / "postgres", "-D", self._cluster.data, *self._options()],
            env=self._cluster.environment,
            log=folder / "postgresql.log",
            cwd=folder,
            user=self._cluster.user,
            stop_signal=signal.SIGINT,  # its "fast" way: roll back what runs, write out, end
            death_signal=signal.SIGQUIT,  # its "immediate" way: end at once, taking its own children along
        )

    @property
    def database_url(self) -> str:
        """Of the superuser. Only after the first start: the password is made with the cluster."""
        password = self._cluster.password_file.read_text()
        return f"postgresql://{SUPERUSER}:{password}@{LOOPBACK}:{self.port}/postgres"

    @property
    def is_running(self) -> bool:
        return self._server.is_running

    @property
    def pid(self) -> int:
        return self._server.pid

    async def start(self) -> None:
        """Returns when clients can connect; after a crash, when recovery is done."""
        await asyncio.to_thread(self._cluster.make, fsync=self._fsync)
        self._server.start()
        await self._server.until(self._accepts, START_SECONDS)

    async def stop(self) -> None:
        await self._server.stop()

    async def kill(self) -> None:
        """SIGKILL to the server and all its processes, as when the power fails. `start()` brings it back."""
        if not self._server.is_running:
            return
        self._server.send(signal.SIGSTOP)  # or it begins another worker, which nobody here knows of
        workers = psutil.Process(self.pid).children(recursive=True)
        await self._server.kill()
        async with asyncio.timeout(WORKERS_GONE_SECONDS):
            for worker in workers:
                await _ended(worker)

    async def discard(self) -> None:
        """Ends it when nobody wants its data again."""
        await self.kill()

    async def _accepts(self) -> bool:
        try:
            connection = await asyncpg.connect(self.database_url, timeout=5)
        except (OSError, TimeoutError, asyncpg.CannotConnectNowError):
            return False
        await connection.close()
        return True

    def _options(self) -> Iterator[str]:
        settings = {
            "port": str(self.port),
            "listen_addresses": LOOPBACK,
            "unix_socket_directories": "",
            "max_connections": "200",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "shared_preload_libraries": self._preloaded,
        }
        for name, value in (settings if self._fsync else settings | NOT_DURABLE).items():
            yield from ("-c", f"{name}={value}")


async def _ended(worker: psutil.Process) -> None:
    """A zombie counts as ended: in a container nobody may be there to collect it."""
    try:
        while worker.status() != psutil.STATUS_ZOMBIE:
            worker.kill()
            await asyncio.sleep(POLL_SECONDS)
    except psutil.NoSuchProcess:
        return


def _binaries_or_complain() -> Path:
    binaries = find_binaries()
    if binaries is None:
        raise MissingPiece("PostgreSQL is not installed; run: sudo apt-get install postgresql")
    return binaries
