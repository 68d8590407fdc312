"""Three RabbitMQ nodes on this machine, and one address that leads to whichever of them lives."""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import httpx

from devtools.servers.ports import LOOPBACK
from devtools.servers.rabbitmq import Epmd, RabbitMQ
from tests.support.waiting import PATIENCE_SECONDS

NODES = 3
CHUNK_BYTES = 65_536


class Node(RabbitMQ):
    """One of several, who find each other by their names."""

    def __init__(self, folder: Path, name: str, names: Sequence[str], epmd: Epmd, cookie: str) -> None:
        super().__init__(folder, name=name, epmd=epmd)
        self._names = names
        cookie_file = folder / ".erlang.cookie"
        cookie_file.write_text(cookie)
        cookie_file.chmod(0o400)

    is_gone = False

    async def kill(self) -> None:
        self.is_gone = True
        await super().kill()

    async def freeze(self) -> None:
        """As when its machine loses power: connections stay, and nobody answers on them any more."""
        self.is_gone = True
        os.kill(self.pid, signal.SIGSTOP)

    def _settings(self) -> Iterator[str]:
        yield from super()._settings()
        yield "cluster_formation.peer_discovery_backend = classic_config"
        for number, name in enumerate(self._names, 1):
            yield f"cluster_formation.classic_config.nodes.{number} = {name}@localhost"
        yield "cluster_partition_handling = pause_minority"
        yield "net_ticktime = 10"


class Cluster:
    """`nodes[0]` takes every connection as long as it lives, and so leads what is declared then."""

    def __init__(self, nodes: Sequence[Node], port: int) -> None:
        self.nodes = nodes
        self._port = port

    @property
    def amqp_url(self) -> str:
        parts = urlsplit(self.nodes[0].amqp_url)
        login = parts.netloc.rpartition("@")[0]
        return urlunsplit(parts._replace(netloc=f"{login}@{LOOPBACK}:{self._port}"))

    async def leaders(self) -> dict[str, str]:
        """Queue → the name of the node that leads it."""
        url = self.nodes[0].management_url
        assert url is not None
        async with httpx.AsyncClient(base_url=url, timeout=PATIENCE_SECONDS) as management:
            queues = (await management.get("/api/queues")).raise_for_status().json()
        return {queue["name"]: queue["leader"] for queue in queues}


@asynccontextmanager
async def running_cluster(folder: Path) -> AsyncIterator[Cluster]:
    names = [f"sesame{number}" for number in range(1, NODES + 1)]
    epmd, cookie, password = Epmd(folder), secrets.token_hex(16), secrets.token_hex(16)
    nodes = [Node(_made(folder / name, password), name, names, epmd, cookie) for name in names]
    try:
        # All at once: the first node of a new cluster of RabbitMQ 4 waits for the others.
        await asyncio.gather(*(node.start() for node in nodes))
        server = await asyncio.start_server(lambda r, w: _lead(r, w, nodes), LOOPBACK, 0)
        async with server:
            yield Cluster(nodes, server.sockets[0].getsockname()[1])
    finally:
        await asyncio.gather(*(node.discard() for node in nodes))


def _made(folder: Path, password: str) -> Path:
    """With one password for all: whichever node is there first makes the cluster's user."""
    folder.mkdir()
    (folder / "password").write_text(password)
    return folder


async def _lead(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, nodes: Sequence[Node]) -> None:
    """A balancer's work: the first node that is well has the connection until one side ends."""
    for node in (node for node in nodes if not node.is_gone):
        with suppress(OSError):
            there = await asyncio.open_connection(LOOPBACK, node.port)
            await asyncio.gather(_carry(reader, there[1]), _carry(there[0], writer))
            return
    writer.close()


async def _carry(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await source.read(CHUNK_BYTES):
            target.write(data)
            await target.drain()
    target.close()
