"""Whom the demonstration lets into the workspace: by links that open once."""

from collections.abc import Sequence

from devtools.servers.platform import Platform
from services.chassis.clock import SystemClock
from services.chassis.messaging.transaction import Transactions
from services.chassis.postgres.database import open_pool
from services.workspace.commands.people import link_for
from services.workspace.domain.roles import Member

PEOPLE: Sequence[tuple[str, str, str]] = (
    ("a librarian", "Amel Benali", "amel.benali@sesame.localhost"),
    ("the coordinator", "Claire Dumas", "claire.dumas@sesame.localhost"),
)


async def sign_ins(platform: Platform, libraries: Sequence[str]) -> dict[str, str]:
    """Who → where they come in."""
    environ = platform.environment("workspace")
    members = (tuple(Member("lead", library) for library in libraries), (Member("coordinator"),))
    async with await open_pool(environ["SESAME_DATABASE_URL"], name="demo", size=2) as pool:
        transactions = Transactions(pool, "workspace", SystemClock())
        return {
            f"sign in as {who}": await link_for(transactions, environ, name, mail, *roles)
            for (who, name, mail), roles in zip(PEOPLE, members, strict=True)
        }
