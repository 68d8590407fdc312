"""What may be wrong with the database and with what waits in it. None of these changes anything."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import services
from operations import handbook
from operations.addresses import Addresses
from operations.database import as_service
from operations.doctor.findings import Finding, Grade
from operations.doctor.network import Check
from operations.doctor.versions import OLDEST_POSTGRESQL, at_least
from services.chassis.messaging import inbox, outbox
from services.chassis.postgres import schema
from services.contracts import topology
from services.ingest.store.access import link_keys
from services.ingest.store.mail import quarantine
from services.notifier.store import deliveries, delivery_upkeep

CLOCK_SECONDS = 2.0
OUTBOX_SECONDS = 60.0
WAITING_SECONDS = 3_600.0
LATE_SECONDS = 3_600.0
LOST_DAYS = 7
DAY_SECONDS = 86_400.0

_NOW = """
SELECT now() AS now, current_setting('server_version') AS version, pg_is_in_recovery() AS standby,
    pg_database_size(current_database()) AS bytes
"""


async def database(where: Addresses) -> AsyncIterator[Finding]:
    async with as_service(where.database_url, "metrics") as db:
        before = datetime.now(UTC)
        row = await db.fetchrow(_NOW)
        after = datetime.now(UTC)
    if row is None:
        return
    said = f"PostgreSQL {row['version']}, {row['bytes'] / 1e6:.0f} MB"
    yield Finding(at_least(row["version"], OLDEST_POSTGRESQL), "database", said)
    if row["standby"]:
        yield Finding(Grade.FAULT, "database", "a standby, which takes no writes: name the one that does")
    skew = max(before - row["now"], row["now"] - after, timedelta(0)).total_seconds()
    grade = Grade.OK if skew < CLOCK_SECONDS else Grade.FAULT
    yield Finding(grade, "clock", f"{skew:.2f} s between here and the database")


async def schemas(where: Addresses) -> AsyncIterator[Finding]:
    for service in topology.SERVICES:
        async with as_service(where.database_url, service) as db:
            applied = await schema.applied(db)
            rows, age = await outbox.backlog(db)
            waiting, waited = await inbox.waiting(db)
        own = Path(services.__path__[0]) / service / "migrations"
        missing = sorted(schema.wanted([schema.CHASSIS, own]) - applied)
        if missing:
            fix = handbook.restart(where.runs_in, service)
            yield Finding(Grade.FAULT, f"schema {service}", f"not applied: {', '.join(missing)}: {fix}")
        else:
            yield Finding(Grade.OK, f"schema {service}", f"{len(applied)} migrations applied")
        if age > OUTBOX_SECONDS:
            fix = handbook.log_of(where.runs_in, service)
            said = f"{rows} rows, the oldest {age:.0f} s old; can it publish? {fix}"
            yield Finding(Grade.FAULT, f"outbox of {service}", said)
        if waited > WAITING_SECONDS:
            fix = handbook.operators(where.runs_in, "dead-letters list")
            said = f"{waiting} wait for a question that has not come, the oldest for {waited / 3600:.0f} h"
            yield Finding(Grade.WARNING, f"events of {service}", f"{said}; did one die? {fix}")


async def held(where: Addresses) -> AsyncIterator[Finding]:
    """What waits for a person."""
    async with as_service(where.database_url, "ingest") as db:
        count, age = await quarantine.backlog(db)
    fix = handbook.of_service(where.runs_in, "ingest", "ingest quarantine list")
    said = f"{count} held, the oldest for {age / 3600:.0f} h" if count else "nothing is held"
    grade = Grade.OK if age < DAY_SECONDS else Grade.WARNING
    yield Finding(grade, "quarantine", said if grade is Grade.OK else f"{said}; see {fix}")


async def going_out(where: Addresses) -> AsyncIterator[Finding]:
    """What somebody was promised and has not got."""
    now = datetime.now(UTC)
    async with as_service(where.database_url, "notifier") as db:
        waiting = await deliveries.waiting(db, now)
        lost = await delivery_upkeep.lost_since(db, now - timedelta(days=LOST_DAYS))
    late = {way: found for way, found in waiting.items() if found[1] > LATE_SECONDS}
    for way, (count, age) in late.items():
        fix = handbook.log_of(where.runs_in, "notifier")
        said = f"{count} wait, the oldest for {age / 3600:.0f} h; see {fix}"
        yield Finding(Grade.WARNING, f"deliveries by {way}", said)
    if lost:
        fix = handbook.of_service(where.runs_in, "notifier", "notifier deliveries")
        said = f"{lost} given up in the last {LOST_DAYS} days; see {fix}"
        yield Finding(Grade.WARNING, "deliveries", said)
    if not late and not lost:
        yield Finding(Grade.OK, "deliveries", "none is late or given up")


async def links(where: Addresses) -> AsyncIterator[Finding]:
    """Whether the keys of today open the links of yesterday; after a restore without secrets none would."""
    async with as_service(where.database_url, "ingest") as db:
        lost = await link_keys.lost(db)
    for key in lost:
        forget = handbook.of_service(where.runs_in, "ingest", f"ingest link-keys --forget {key.fingerprint}")
        said = (
            f"links and reply addresses signed by {key.fingerprint} are dead since"
            f" {key.last_used_at:%Y-%m-%d}: put that key back into SESAME_LINK_SECRET, or,"
            f" if it was retired on purpose: {forget}"
        )
        yield Finding(Grade.FAULT, "link key", said)
    if not lost:
        yield Finding(Grade.OK, "link key", "opens every link that was ever sent")


OF_DATABASE: Iterable[Check] = (database, schemas, held, going_out, links)
