"""A private RabbitMQ node: own name, epmd, cookie, plugins, data, log; all of it on the loopback address."""

import asyncio
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from devtools.servers.errors import MissingPiece
from devtools.servers.ports import LOOPBACK, Ports, any_port
from devtools.servers.processes import Child
from devtools.servers.secrets import kept_secret

START_SECONDS = 90.0
USER = "sesame"
AMQP_GREETING = b"AMQP\x00\x00\x09\x01"
METHOD_FRAME = b"\x01"
# The `rabbitmq-server` on PATH of a Debian is a wrapper that changes user and HOME, which would be the
# machine's own node; these are the scripts behind it.
SCRIPT_FOLDERS = (Path("/usr/lib/rabbitmq/bin"), Path("/opt/rabbitmq/sbin"), Path("/usr/local/sbin"))


def find_server() -> Path | None:
    scripts = (folder / "rabbitmq-server" for folder in SCRIPT_FOLDERS)
    return next((script for script in scripts if os.access(script, os.X_OK)), None)


class Epmd:
    """Erlang's list of nodes: one for all nodes of a cluster.

    A child of ours in the foreground; the one a node starts for itself is a daemon and stays behind.
    """

    def __init__(self, folder: Path, ports: Ports = any_port) -> None:
        self.port = ports("epmd")
        argv = [_epmd_or_complain(), "-port", str(self.port), "-address", LOOPBACK]
        self._child = Child("epmd", argv, _plain_environment(folder), folder / "output.log")

    @property
    def pid(self) -> int:
        return self._child.pid

    async def start(self) -> None:
        if not self._child.is_running:
            self._child.start()
            await self._child.until(lambda: _listens(self.port), START_SECONDS)

    async def stop(self) -> None:
        await self._child.stop()

    async def kill(self) -> None:
        await self._child.kill()


class RabbitMQ:
    """`folder` keeps data and log; a second start on it finds queues and messages again.

    Ports are fixed for the life of this object, so `kill()` and `start()` bring the same node back to its
    clients.
    """

    def __init__(
        self,
        folder: Path,
        *,
        management: bool = True,
        name: str = "sesame",
        epmd: Epmd | None = None,
        ports: Ports = any_port,
    ) -> None:
        """`name` and `epmd`: for one node of several, which share the latter."""
        self._folder = folder
        self._plugins = ["rabbitmq_management", "rabbitmq_prometheus"] if management else []
        self.port = ports("RabbitMQ")
        self.management_port, self.metrics_port = ports("RabbitMQ's management"), ports("RabbitMQ's metrics")
        self._dist_port = ports("RabbitMQ's nodes")
        self.name = f"{name}@localhost"
        self._password = kept_secret(folder / "password")
        self._epmd = epmd or Epmd(folder, ports)
        self._node = Child("RabbitMQ", [_server_or_complain()], self._environment(), folder / "output.log")

    @property
    def folder(self) -> Path:
        return self._folder

    @property
    def amqp_url(self) -> str:
        return f"amqp://{USER}:{self._password}@{LOOPBACK}:{self.port}/"

    @property
    def management_url(self) -> str | None:
        """Of the HTTP API, with name and password; None without the management plugin."""
        if not self._plugins:
            return None
        return f"http://{USER}:{self._password}@{LOOPBACK}:{self.management_port}"

    @property
    def pid(self) -> int:
        return self._node.pid

    @property
    def is_running(self) -> bool:
        return self._node.is_running

    @property
    def pids(self) -> list[int]:
        return [self._node.pid, self._epmd.pid]

    async def start(self) -> None:
        """Returns when clients can connect."""
        self._write_configuration()
        await self._epmd.start()
        self._node.start()
        await self._node.until(self._greets, START_SECONDS)
        if self._plugins:
            await self._node.until(lambda: _listens(self.management_port), START_SECONDS)

    async def stop(self) -> None:
        await self._node.stop()
        await self._epmd.stop()

    async def kill(self) -> None:
        """SIGKILL to the node, as when the machine loses power. `start()` brings it back."""
        await self._node.kill()

    def has_on_disk(self, queue: str) -> bool:
        """Whether a crash leaves this quorum queue usable.

        RabbitMQ 3.10 registers a new one on disk half a second late. Killed before that, it knows the queue
        after the restart, but the queue never answers again.
        """
        registers = (self._folder / "data").glob("*/quorum/*/names.dets")
        return any(queue.encode() in register.read_bytes() for register in registers)

    async def discard(self) -> None:
        """Ends it when nobody wants its data again: a node with management takes 6 s to stop in order."""
        await self._node.kill()
        await self._epmd.kill()

    async def _greets(self) -> bool:
        """A port alone is not enough: the listener opens before the node takes connections."""
        try:
            reader, writer = await asyncio.open_connection(LOOPBACK, self.port)
        except OSError:
            return False
        try:
            writer.write(AMQP_GREETING)
            async with asyncio.timeout(5.0):
                return await reader.read(1) == METHOD_FRAME
        except (OSError, TimeoutError):
            return False
        finally:
            writer.close()

    def _environment(self) -> dict[str, str]:
        """All of it, instead of what the caller has: a RABBITMQ_… of theirs would lead to their node."""
        folder = self._folder
        return {
            **_plain_environment(folder),
            "ERL_EPMD_PORT": str(self._epmd.port),
            "ERL_EPMD_ADDRESS": LOOPBACK,
            "RABBITMQ_NODENAME": self.name,
            "RABBITMQ_DIST_PORT": str(self._dist_port),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
            "RABBITMQ_CONF_ENV_FILE": str(folder / "rabbitmq-env.conf"),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(folder / "advanced.config"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
            "RABBITMQ_MNESIA_BASE": str(folder / "data"),
            "RABBITMQ_GENERATED_CONFIG_DIR": str(folder / "generated"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_PID_FILE": str(folder / "pid"),
            # Makes the script exec the node instead of standing before it: our signals must reach the node.
            "RUNNING_UNDER_SYSTEMD": "true",
        }

    def _write_configuration(self) -> None:
        self._folder.chmod(0o700)
        (self._folder / "enabled_plugins").write_text(f"[{','.join(self._plugins)}].\n")
        (self._folder / "rabbitmq-env.conf").write_text("")
        (self._folder / "advanced.config").write_text("[].\n")
        (self._folder / "rabbitmq.conf").write_text("\n".join(self._settings()) + "\n")

    def _settings(self) -> Iterator[str]:
        yield f"listeners.tcp.1 = {LOOPBACK}:{self.port}"
        yield f"default_user = {USER}"
        yield f"default_pass = {self._password}"
        yield "log.file.level = warning"
        yield "raft.wal_max_size_bytes = 33554432"
        yield "raft.segment_max_entries = 512"
        if self._plugins:
            yield f"management.tcp.ip = {LOOPBACK}"
            yield f"management.tcp.port = {self.management_port}"
            yield f"prometheus.tcp.ip = {LOOPBACK}"
            yield f"prometheus.tcp.port = {self.metrics_port}"


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection(LOOPBACK, port)
    except OSError:
        return False
    writer.close()
    return True


def _plain_environment(folder: Path) -> dict[str, str]:
    """HOME is where Erlang keeps its cookie."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8", "HOME": str(folder)}


def _server_or_complain() -> Path:
    server = find_server()
    if server is None:
        raise MissingPiece("RabbitMQ is not installed; run: sudo apt-get install rabbitmq-server")
    return server


def _epmd_or_complain() -> str:
    epmd = shutil.which("epmd") or next(map(str, Path("/usr/lib/erlang").glob("erts-*/bin/epmd")), None)
    if epmd is None:
        raise MissingPiece("Erlang's epmd is not installed; run: sudo apt-get install erlang-base")
    return epmd
