"""The five services as processes of this machine, on given servers; in several copies, if wanted."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from devtools.checkout import PYTHON, ROOT
from devtools.servers.ports import LOOPBACK, Ports, any_port, free_port
from devtools.servers.processes import Child
from devtools.servers.secrets import kept_secret, role_password
from devtools.servers.servers import Servers
from operations.secrets import file_secret
from services.chassis.postgres.provision import provision
from services.contracts import topology

READY_SECONDS = 60.0
STOP_SECONDS = 25.0
FIRST = 1
MAIL_DOMAIN = "sesame.localhost"
"""ingest reads replies at the addresses that notifier writes, so both need the same."""


Program = Callable[[str], Sequence[str]]


def as_it_is(service: str) -> Sequence[str]:
    return "-m", f"services.{service}"


@dataclass(frozen=True)
class Doors:
    """Where one copy of each service is reached; every copy has doors of its own."""

    ops: int = field(default_factory=free_port)
    """/live, /ready, /metrics"""
    http: int = field(default_factory=free_port)
    """pages and API, where the service has any"""
    lmtp: int = field(default_factory=free_port)
    """mail coming in, ingest alone"""

    def url(self, path: str = "/") -> str:
        return f"http://{LOOPBACK}:{self.http}{path}"

    def ops_url(self, path: str) -> str:
        return f"http://{LOOPBACK}:{self.ops}{path}"


class Platform:
    """Made by `running_platform`. Services are known by name, copies by number from 1.

    `kill` and `start` of the same copy bring it back behind the same doors.
    """

    def __init__(
        self,
        folder: Path,
        amqp_url: str,
        database_urls: Mapping[str, str],
        smtp_port: int,
        settings: Mapping[str, str],
        code: Mapping[str, Path],
        program: Program,
        ports: Ports,
    ) -> None:
        (folder / "logs").mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = folder
        self._amqp_url = amqp_url
        self._database_urls = database_urls
        self._smtp_port = smtp_port
        self._settings = settings
        self._code = code
        self._program = program
        self._ports = ports
        self._link_secret = kept_secret(folder / "link-secret")
        self._sign_in_secret = kept_secret(folder / "sign-in-secret")
        self._doors: dict[tuple[str, int], Doors] = {}
        self._running: dict[tuple[str, int], Child] = {}

    def doors(self, service: str, copy: int = FIRST) -> Doors:
        if (service, copy) not in self._doors:
            ops, http, lmtp = (self._ports(f"{service} {copy}, {door}") for door in ("ops", "http", "lmtp"))
            self._doors[service, copy] = Doors(ops, http, lmtp)
        return self._doors[service, copy]

    def pid(self, service: str, copy: int = FIRST) -> int:
        return self._running[service, copy].pid

    def ended(self) -> list[tuple[str, int]]:
        """(service, copy) of those that were started and run no more."""
        return [key for key, child in self._running.items() if not child.is_running]

    def last_words(self, service: str, copy: int = FIRST) -> str:
        child = self._running[service, copy]
        return f"ended with status {child.exit_status}. {child.last_words()}"

    def log(self, service: str, copy: int = FIRST) -> Path:
        """Its JSON lines."""
        return self._folder / "logs" / f"{service}-{copy}.jsonl"

    async def start(self, service: str, copy: int = FIRST, *, code: Path | None = None) -> None:
        """Returns when it says that it is ready. `code`: the checkout it is run from, this time."""
        code = code or self._code.get(service, ROOT)
        child = Child(
            name=f"{service} {copy}",
            argv=[*PYTHON, *self._program(service)],
            env=os.environ | {"PYTHONPATH": str(code)} | self.environment(service, copy),
            log=self.log(service, copy),
            cwd=code,
        )
        child.start()
        self._running[service, copy] = child
        # One client for all asking: to make one takes longer than the wait between two askings.
        async with httpx.AsyncClient(timeout=5) as client:
            await child.until(lambda: self._says_ready(client, service, copy), READY_SECONDS)

    async def is_ready(self, service: str, copy: int = FIRST) -> bool:
        async with httpx.AsyncClient(timeout=5) as client:
            return await self._says_ready(client, service, copy)

    async def _says_ready(self, client: httpx.AsyncClient, service: str, copy: int) -> bool:
        try:
            answer = await client.get(self.doors(service, copy).ops_url("/ready"))
        except httpx.TransportError:
            return False
        return answer.is_success

    async def stop(self, service: str, copy: int = FIRST) -> None:
        """SIGTERM: it finishes what it has in hand."""
        await self._running[service, copy].stop(STOP_SECONDS)

    async def kill(self, service: str, copy: int = FIRST) -> None:
        """SIGKILL, as when the machine loses power."""
        await self._running[service, copy].kill()

    async def start_together(self, services: Iterable[str]) -> None:
        """One copy of each, in the time of the slowest."""
        try:
            async with asyncio.TaskGroup() as starting:
                for service in services:
                    starting.create_task(self.start(service))
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from failures

    async def stop_all(self) -> None:
        await asyncio.gather(*(child.stop(STOP_SECONDS) for child in self._running.values()))

    def environment(self, service: str, copy: int = FIRST) -> dict[str, str]:
        """The SESAME_* variables of one copy; docs/operations.md says what each means."""
        doors, ingest = self.doors(service, copy), self.doors("ingest")
        return {
            "SESAME_AMQP_URL": self._amqp_url,
            "SESAME_DATABASE_URL": self._database_urls[service],
            "SESAME_OPS_HOST": LOOPBACK,
            "SESAME_OPS_PORT": str(doors.ops),
            f"SESAME_{service.upper()}_HOST": LOOPBACK,
            f"SESAME_{service.upper()}_PORT": str(doors.http),
            "SESAME_LMTP_PORT": str(doors.lmtp),
            "SESAME_SMTP_HOST": LOOPBACK,
            "SESAME_SMTP_PORT": str(self._smtp_port),
            "SESAME_PUBLIC_URL": ingest.url().rstrip("/"),
            "SESAME_INGEST_URL": ingest.url().rstrip("/"),
            "SESAME_NOTIFIER_URL": self.doors("notifier").url().rstrip("/"),
            "SESAME_METRICS_URL": self.doors("metrics").url().rstrip("/"),
            "SESAME_ARCHIVE_URL": self.doors("notifier").url().rstrip("/"),
            "SESAME_FIGURES_URL": self.doors("metrics").url().rstrip("/"),
            "SESAME_LINK_SECRET": self._link_secret,
            "SESAME_SIGN_IN_SECRET": self._sign_in_secret,
            "SESAME_FILE_SECRET": file_secret(self._link_secret),
            "SESAME_WORKSPACE_URL": self.doors("workspace").url().rstrip("/"),
            "SESAME_MAIL_DOMAIN": MAIL_DOMAIN,
            **self._settings,
        }


@asynccontextmanager
async def running_platform(
    folder: Path,
    servers: Servers,
    *,
    smtp_port: int,
    settings: Mapping[str, str] | None = None,
    services: Iterable[str] = topology.SERVICES,
    code: Mapping[str, Path] | None = None,
    program: Program = as_it_is,
    ports: Ports = any_port,
) -> AsyncIterator[Platform]:
    """All of `services` ready, and stopped with the block. `settings`: more SESAME_* variables, for each.
    `code`: service → another checkout that it is run from. `program`: what Python is to run for a service."""
    password = role_password(servers.database_url)
    urls = await provision(servers.database_url, dict.fromkeys(topology.SERVICES, password))
    platform = Platform(folder, servers.amqp_url, urls, smtp_port, settings or {}, code or {}, program, ports)
    try:
        await platform.start_together(services)
        yield platform
    finally:
        await platform.stop_all()
