"""The archive as one web application."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.routing import BaseRoute

from services.chassis.run import Chassis
from services.notifier.archive.desk import Desk, Key
from services.notifier.archive.pages import Pages
from services.notifier.archive.posting import Posting
from services.notifier.archive.public import Public
from services.notifier.archive.views import Views
from services.notifier.releasing import Rules
from services.notifier.settings import NotifierSettings
from services.notifier.settle import Settlement


def build(
    settings: NotifierSettings, chassis: Chassis, rules: Rules, settlement: Settlement, views: Views
) -> Starlette:
    """Without a password for the desk there is no desk."""
    pages = Pages(
        network=settings.network_name,
        archive_url=rules.archive_url,
        ask_url=settings.public_url,
        zone=settings.timezone,
    )
    public = Public(chassis.pool, pages, views, url=rules.archive_url, network=settings.network_name)
    routes = public.routes()
    if settings.desk_password is not None:
        key = Key(settings.desk_user, settings.desk_password.get_secret_value())
        posting = Posting(chassis.begin, settlement)
        routes += Desk(chassis.begin, posting, pages, rules, key).routes()
    return application(routes, pages)


def application(routes: Sequence[BaseRoute], pages: Pages) -> Starlette:
    """What is missing and what failed is said on a page of ours, in the reader's language."""
    return Starlette(
        routes=routes,
        exception_handlers={404: lambda request, _error: pages.missing(request), 500: pages.failed},
    )
