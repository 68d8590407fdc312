"""A library's new key, asked for at the workspace: it opens at once, and the one before it no more."""

from __future__ import annotations

import hashlib
from uuid import uuid4

from services.contracts import coordinator
from services.ingest.store.access import partner_keys
from tests.integration.ingest.test_held_desk import ask, receipts
from tests.support.bench import MOMENT
from tests.support.ingest_doors import Ingest, ingest
from tests.support.servers import Database, VirtualHost

OLD, NEW = "sesame-the-old-key-of-grigny", f"sesame-{uuid4()}"
DIGEST = hashlib.sha256(NEW.encode()).hexdigest()
WISH = coordinator.KeyChangeRequested(by="Léa Lead", partner="grigny", digest=DIGEST)


async def opens(door: Ingest, key: str) -> int:
    answer = await door.http.get("/api/v1/assignments", headers={"authorization": f"Bearer {key}"})
    return answer.status_code


async def test_the_new_key_opens_and_the_old_one_does_not(database: Database, vhost: VirtualHost) -> None:
    async with ingest(database, vhost) as door:
        async with door.running.chassis.begin() as unit:
            await partner_keys.add(unit.db, OLD, "grigny", "partners add", MOMENT)
        assert (await opens(door, OLD), await opens(door, NEW)) == (200, 401)
        await ask(door, WISH)
        [done] = await receipts(door, 1)
        assert done["request_type"] == "key_change.requested.v1"
        assert "code" not in done
        assert (await opens(door, OLD), await opens(door, NEW)) == (401, 200)


async def test_a_library_that_is_shut_out_gets_no_key(database: Database, vhost: VirtualHost) -> None:
    async with ingest(database, vhost) as door:
        await door.fetchval(
            "INSERT INTO partner_access (partner, suspended_at) VALUES ('grigny', now()) RETURNING true"
        )
        await ask(door, WISH)
        [refused] = await receipts(door, 1)
        assert refused["code"] == "impossible"
        assert await opens(door, NEW) == 401
