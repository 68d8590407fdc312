"""`./sesame up`: the platform, empty the first time, kept in .local/ between runs."""

import argparse
import asyncio
import json
import signal
from collections.abc import Mapping
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

from devtools.checkout import KEPT
from devtools.servers.folders import kept_folder
from devtools.servers.mailbox import running_mailbox
from devtools.servers.platform import Platform, running_platform
from devtools.servers.ports import kept_ports
from devtools.servers.running_settings import OPERATOR, announced
from devtools.servers.servers import AMQP_MANAGEMENT_URL, AMQP_URL, DATABASE_URL, Servers, running_servers
from devtools.servers.supervision import keep_running
from operations.mailbox import Mailbox
from services.contracts import topology


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    up = subparsers.add_parser("up", help="start the platform and stay until Ctrl-C; data is kept in .local/")
    up.add_argument("--partners", type=Path, metavar="FILE", help="partners to import (YAML or CSV)")
    up.add_argument("--folder", type=Path, default=KEPT, help="keep the data there instead")
    up.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    settings = {} if chosen.partners is None else {"SESAME_PARTNERS_FILE": str(chosen.partners.resolve())}
    with kept_folder(chosen.folder) as folder:
        asyncio.run(_stay_up(folder, chosen.folder, settings))
    return 0


async def _stay_up(folder: Path, announce_in: Path, settings: Mapping[str, str]) -> None:
    async with AsyncExitStack() as stack:
        print("sesame: starting RabbitMQ and PostgreSQL", flush=True)
        ports = kept_ports(folder / "ports.json")
        servers = await stack.enter_async_context(running_servers(folder, keep=True, ports=ports))
        mailbox = await stack.enter_async_context(running_mailbox(folder / "mail", port=ports("mailbox")))
        print("sesame: starting the services", flush=True)
        platform = await stack.enter_async_context(
            running_platform(folder, servers, smtp_port=mailbox.port, settings=settings, ports=ports)
        )
        environments = {name: platform.environment(name) for name in topology.SERVICES}
        environments[OPERATOR] = _of_operator(servers, platform)
        stack.enter_context(announced(announce_in, environments))
        told = told_to_stop()
        print(_where(servers, platform, mailbox), flush=True)
        mending = asyncio.create_task(keep_running(servers, platform))
        await told.wait()
        print("sesame: stopping", flush=True)
        mending.cancel()
        await asyncio.wait((mending,))


def _of_operator(servers: Servers, platform: Platform) -> dict[str, str]:
    management = servers.amqp_management_url
    return {
        AMQP_URL: servers.amqp_url,
        DATABASE_URL: servers.database_url,
        "SESAME_OPS_URLS": json.dumps({name: platform.doors(name).ops_url("") for name in topology.SERVICES}),
        "SESAME_LINK_SECRET": platform.environment("ingest")["SESAME_LINK_SECRET"],
        "SESAME_PUBLIC_URL": platform.doors("ingest").url(),
        **({AMQP_MANAGEMENT_URL: management} if management else {}),
    }


def told_to_stop() -> asyncio.Event:
    """Set by Ctrl-C or SIGTERM; the order of stopping is then the caller's."""
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, told.set)
    return told


def _where(servers: Servers, platform: Platform, mailbox: Mailbox) -> str:
    lines = [
        ("questions", platform.doors("ingest").url()),
        ("workspace", platform.doors("workspace").url()),
        ("HTTP API", platform.doors("ingest").url("/api/docs")),
        ("archive", platform.doors("notifier").url()),
        ("figures", platform.doors("metrics").url(f"/figures/{datetime.now(UTC).year}")),
        ("mail in (LMTP)", f"127.0.0.1:{platform.doors('ingest').lmtp}"),
        ("mail out", str(mailbox.folder)),
        ("logs", str(platform.log("ingest").parent)),
        ("broker (AMQP)", servers.amqp_url),
        ("broker's pages", servers.amqp_management_url or "switched off"),
        ("database", servers.database_url),
    ]
    return "\n".join(["", *(f"  {name:<16}{place}" for name, place in lines), "", "Ctrl-C stops it."])
