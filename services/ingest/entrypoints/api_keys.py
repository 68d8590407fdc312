"""Who calls the API: a partner with its key (Authorization: Bearer …), or anybody."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.exceptions import HTTPException

from services.ingest.entrypoints.door import Door
from services.ingest.store import partner_keys

SCHEME = HTTPBearer(auto_error=False, description="The partner's key, from `./sesame ingest keys add`")
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(SCHEME)]


class Callers:
    def __init__(self, door: Door) -> None:
        self._door = door

    async def maybe(self, credentials: Credentials) -> str | None:
        """The partner of the key; None when no key was shown. A wrong key is refused, not overlooked."""
        if credentials is None:
            return None
        async with self._door.begin() as unit:
            partner = await partner_keys.owner(unit.db, credentials.credentials)
        if partner is None:
            raise HTTPException(401, "this key is unknown or was revoked", {"www-authenticate": "Bearer"})
        return partner

    async def partner(self, credentials: Credentials) -> str:
        partner = await self.maybe(credentials)
        if partner is None:
            raise HTTPException(401, "show your key: Authorization: Bearer …", {"www-authenticate": "Bearer"})
        return partner
