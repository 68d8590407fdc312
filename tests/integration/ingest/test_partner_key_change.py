"""A library's new key, asked for at the workspace: it opens at once, and the one before it no more."""

from __future__ import annotations

import hashlib
from uuid import uuid4

from services.contracts.ingest import KeyNoted
from services.contracts.workspace import KeyChangeRequested, KeyEndRequested, KeyListRequested
from services.ingest.store.access import partner_keys
from tests.integration.ingest.test_held_orders import ask, noted, receipts
from tests.support.bench import MOMENT
from tests.support.ingest_doors import Ingest, ingest
from tests.support.servers import Database, VirtualHost

OLD, OTHER, NEW = "sesame-the-old-key-of-grigny", "sesame-its-other-key", f"sesame-{uuid4()}"
DIGEST = hashlib.sha256(NEW.encode()).hexdigest()
WISH = KeyChangeRequested(by="Léa Lead", partner="grigny", digest=DIGEST)


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


async def test_each_key_is_told_whoever_made_it_and_nothing_that_it_could_be_guessed_from(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        async with door.running.chassis.begin() as unit:
            await partner_keys.add(unit.db, OLD, "grigny", "catalogue", MOMENT, "root")
        [made] = await noted(door, KeyNoted, 1)
        assert (made.partner, made.name, made.made_by, made.made_at) == (
            "grigny",
            "catalogue",
            "root",
            MOMENT,
        )
        assert (made.used_at, made.ended_at) == (None, None)
        assert await opens(door, OLD) == 200
        assert await opens(door, OLD) == 200
        used = (await noted(door, KeyNoted, 2))[1]
        assert used.used_at is not None
        async with door.running.chassis.begin() as unit:
            await partner_keys.revoke(unit.db, partner_keys.key_hash(OLD).hex()[:8], unit.now)
        told = await noted(door, KeyNoted, 3)
        assert told[2].ended_at is not None
        assert {one.number for one in told} == {made.number}
        words = "".join(one.model_dump_json() for one in told)
        assert OLD not in words
        assert partner_keys.key_hash(OLD).hex()[:8] not in words


async def test_one_key_is_replaced_or_ended_and_the_others_open_as_before(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        async with door.running.chassis.begin() as unit:
            for key in (OLD, OTHER):
                await partner_keys.add(unit.db, key, "grigny", key[-5:], MOMENT)
        first, second = [one.number for one in await noted(door, KeyNoted, 2)]
        await ask(door, WISH.model_copy(update={"number": first}))
        await receipts(door, 1)
        assert [await opens(door, key) for key in (OLD, OTHER, NEW)] == [401, 200, 200]
        new = (await noted(door, KeyNoted, 4))[-1]
        assert (new.made_by, new.name) == ("Léa Lead", OLD[-5:])
        await ask(door, KeyEndRequested(by="Léa Lead", partner="lyon", number=second))
        await ask(door, KeyEndRequested(by="Léa Lead", partner="grigny", number=second))
        await ask(door, KeyEndRequested(by="Léa Lead", partner="grigny", number=second))
        await ask(door, WISH.model_copy(update={"number": second}))
        answered = await receipts(door, 5)
        codes = sorted(one.get("code", "") for one in answered)
        assert codes == ["", "", *["not_so_any_more"] * 3]
        assert [await opens(door, key) for key in (OLD, OTHER, NEW)] == [401, 401, 200]


async def test_a_workspace_that_begins_anew_is_told_of_every_key(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        async with door.running.chassis.begin() as unit:
            for key in (OLD, OTHER):
                await partner_keys.add(unit.db, key, "grigny", "", MOMENT)
        await noted(door, KeyNoted, 2)
        await ask(door, KeyListRequested(by="workspace"))
        again = (await noted(door, KeyNoted, 4))[2:]
        assert {one.made_by for one in again} == {"operator"}
        assert len({one.number for one in again}) == 2
