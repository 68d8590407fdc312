"""The archive as one web application."""

from __future__ import annotations

from collections.abc import Sequence

from asyncpg import Pool, Record
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute

from services.chassis.face import NetworkFace
from services.notifier.entrypoints.archive.page_views import PageViews
from services.notifier.entrypoints.archive.pages import ArchivePages
from services.notifier.entrypoints.archive.public import ArchiveSite
from services.notifier.handlers.archiving import ReleaseRules
from services.notifier.settings import NotifierSettings


def build(
    settings: NotifierSettings, reading: Pool[Record], rules: ReleaseRules, views: PageViews
) -> Starlette:
    face = NetworkFace.of(settings, ask_url=settings.public_url, archive_url=rules.archive_url)
    pages = ArchivePages(
        face=face,
        archive_url=rules.archive_url,
        ask_url=settings.public_url,
        zone=settings.timezone,
    )
    public = ArchiveSite(reading, pages, views, url=rules.archive_url, network=settings.network_name)
    routes: list[BaseRoute] = [*public.routes(), face.route()]
    return application(routes, pages)


def application(routes: Sequence[BaseRoute], pages: ArchivePages) -> Starlette:
    """What is missing and what failed is said on a page of ours, in the reader's language."""

    return Starlette(routes=routes, exception_handlers={HTTPException: pages.missing, 500: pages.failed})
