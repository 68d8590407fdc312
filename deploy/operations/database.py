"""A connection to one service's schema, opened with the administrator's address."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from deploy.local.errors import LocalError
from services.chassis.database import Db
from services.chassis.provision import role

_AS_SERVICE = "SELECT set_config('role', $1, false), set_config('search_path', $2, false)"


@asynccontextmanager
async def as_service(admin_url: str, service: str) -> AsyncIterator[Db]:
    """With the rights of the service's role, so that an operator's slip harms one schema at most."""
    try:
        db = await asyncpg.connect(admin_url)
    except (OSError, asyncpg.PostgresError) as error:
        raise LocalError(f"database: {error}; is SESAME_DATABASE_URL right?") from error
    try:
        await db.fetchrow(_AS_SERVICE, role(service), service)
        yield db
    finally:
        await db.close()
