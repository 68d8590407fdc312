"""Composition root: builds the workspace from its settings and runs it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from services.chassis.clock import Clock
from services.chassis.http.client_addresses import ClientAddresses, networks
from services.chassis.run import Chassis, run
from services.contracts import topology
from services.workspace.entrypoints.app import Site
from services.workspace.entrypoints.library.public_data import PublicData
from services.workspace.entrypoints.questions.answer_files import AnswerFiles
from services.workspace.entrypoints.questions.streams import Streams
from services.workspace.entrypoints.receipts import ReceiptReader
from services.workspace.entrypoints.sign_in.guard import Guard
from services.workspace.entrypoints.sign_in.identity_provider import IdentityProvider
from services.workspace.entrypoints.sign_in.relying_party import relying_party
from services.workspace.entrypoints.subscriptions import subscriptions
from services.workspace.handlers import directory
from services.workspace.handlers.signing_in import SignInRules
from services.workspace.pages.pages import WorkspacePages
from services.workspace.settings import WorkspaceSettings, file_keys_of
from services.workspace.store import sessions
from services.workspace.store.coordinator import applications, entries, held, weights

MIGRATIONS = Path(__file__).parent / "migrations"
HOUR_SECONDS = 3600.0
LINGER_SECONDS = 0.1
"""Nobody sees so little, and a commit costs the same whatever it holds."""
ROOM_FOR_PAGES = 250
"""Connections beside the streams."""


@dataclass(frozen=True, slots=True)
class RunningWorkspace:
    """The workspace with its door open; the port is that really taken."""

    chassis: Chassis
    guard: Guard
    port: int


def guard_of(chassis: Chassis, settings: WorkspaceSettings) -> Guard:
    key = settings.sign_in_secret.get_secret_value().encode()
    return Guard(
        begin=chassis.begin,
        rules=SignInRules(key, timedelta(hours=settings.session_hours)),
        pages=WorkspacePages(
            settings.network_name,
            settings.network_time_zone,
            settings.archive_url,
            file_keys_of(settings.file_secret),
            settings.logo_source,
        ),
        secure=settings.workspace_url.startswith("https://"),
        callers=ClientAddresses(networks(settings.trusted_proxies), chassis.registry),
    )


def provider_of(settings: WorkspaceSettings) -> IdentityProvider | None:
    if not settings.oidc_issuer:
        return None
    return IdentityProvider(
        settings.oidc_issuer,
        settings.oidc_client_id,
        settings.oidc_client_secret.get_secret_value(),
        f"{settings.workspace_url.rstrip('/')}/sign-in/provider/returned",
    )


@asynccontextmanager
async def opened(settings: WorkspaceSettings, clock: Clock | None = None) -> AsyncIterator[RunningWorkspace]:
    async with Chassis.start(settings, name="workspace", migrations=MIGRATIONS, clock=clock) as chassis:
        guard = guard_of(chassis, settings)
        streams = Streams(settings.most_streams)
        chassis.background("word of changes", lambda: streams.listen(settings.database_url))
        chassis.every(HOUR_SECONDS, lambda: _forget(chassis, timedelta(days=settings.audit_days)))
        await chassis.consume(
            subscriptions(), {topology.PARTNERS: ReceiptReader()}, linger_seconds=LINGER_SECONDS
        )
        async with chassis.begin() as unit:
            await directory.ask_for_all(unit)
        files = AnswerFiles(settings.ingest_url, file_keys_of(settings.file_secret))
        party = relying_party(settings.workspace_url, settings.network_name)
        data = PublicData(
            settings.notifier_url or settings.archive_url, settings.metrics_url or settings.figures_url
        )
        seen_at = (settings.public_url, settings.archive_url, settings.figures_url)
        reachable = networks(settings.webhook_private_networks)
        site = Site(guard, streams, provider_of(settings), party, files, data, seen_at, reachable).app()
        port = await chassis.serve(
            site,
            settings.workspace_host,
            settings.workspace_port,
            most_connections=settings.most_streams + ROOM_FOR_PAGES,
        )
        await chassis.enter(streams)
        yield RunningWorkspace(chassis, guard, port)


async def _forget(chassis: Chassis, audit_term: timedelta) -> None:
    async with chassis.begin() as unit:
        await sessions.forget(unit.db, unit.now, audit_term)
        await held.forget_words(unit.db, unit.now)
        await entries.forget_texts(unit.db, unit.now)
        await weights.forget_trials(unit.db, unit.now)
        await applications.forget(unit.db, unit.now, audit_term)


async def serve(settings: WorkspaceSettings, clock: Clock | None = None) -> None:
    async with opened(settings, clock) as running:
        await running.chassis.until_stopped()


if __name__ == "__main__":
    run(serve, WorkspaceSettings, name="workspace")
