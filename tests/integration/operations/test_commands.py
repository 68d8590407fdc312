"""What an operator asks: where is this question, what is wrong here; and the broker's copy."""

import asyncio
import json
import re
import secrets
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import aio_pika
import asyncpg
import httpx
import pytest
from aio_pika.abc import AbstractIncomingMessage
from prometheus_client import CollectorRegistry
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from devtools.servers.ports import LOOPBACK
from devtools.servers.postgres.cluster import find_binaries
from devtools.servers.servers import Servers
from operations.broker.definitions import password_hash
from operations.broker.management import Management, managing
from operations.broker.provision import provision
from operations.cli import main
from operations.doctor import network
from operations.partners import broker
from services.chassis.http.client_addresses import ClientAddresses
from services.chassis.http.private_port import PrivatePort
from services.chassis.http.serving import serving
from services.chassis.postgres.schema import CHASSIS, files_of, id_of
from services.contracts import topology
from services.contracts.links.signed_links import fingerprint
from services.ingest.store.access import link_keys
from tests.support.authority import Authority
from tests.support.clamd import clamd
from tests.support.servers import Database, VirtualHost, drop, make_template

QUESTION = "019ab3c0-7c00-7d4e-9a51-2f6f0c1e5a10"
Sesame = Callable[..., Awaitable[str]]


@pytest.fixture
async def management(vhost: VirtualHost) -> AsyncIterator[Management]:
    async with managing(vhost.management_url, vhost.name) as management:
        await provision(management, dict.fromkeys(topology.SERVICES, secrets.token_hex(8)))
        yield management
        for service in topology.SERVICES:
            await management.delete_user(f"sesame.{service}")


@pytest.fixture
def sesame(
    vhost: VirtualHost,
    database: Database,
    management: Management,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Sesame:
    monkeypatch.setenv("SESAME_AMQP_URL", vhost.amqp_url)
    monkeypatch.setenv("SESAME_AMQP_MANAGEMENT_URL", vhost.management_url)
    monkeypatch.setenv("SESAME_DATABASE_URL", database.admin_url)

    async def run(*arguments: str, status: int = 0) -> str:
        ended = await asyncio.to_thread(main, list(arguments))
        printed = capsys.readouterr()
        assert ended == status, printed.out + printed.err
        return printed.out

    return run


async def test_the_doctor_names_what_is_missing_on_the_broker(sesame: Sesame, management: Management) -> None:
    assert "topology: exchanges, queues, bindings and rights are those of the code" in await sesame(
        "doctor", status=1
    )
    await management.delete_queue("router")
    said = await sesame("doctor", status=1)
    assert "FAIL  topology: queues: router is missing or different: start a service with" in said
    assert "FAIL  topology: bindings: sesame.events question.received router" in said


async def test_the_doctor_says_in_a_line_that_services_share_the_administrator(
    sesame: Sesame, management: Management
) -> None:
    for service in topology.SERVICES:
        await management.delete_user(f"sesame.{service}")
    said = await sesame("doctor", status=1)
    assert "warn  rights: no service has a broker user of its own" in said
    assert "FAIL  topology" not in said


async def test_the_doctor_sees_that_nobody_consumes(sesame: Sesame) -> None:
    assert "FAIL  queue notifier: nobody consumes it" in await sesame("doctor", status=1)


async def keep(_message: AbstractIncomingMessage) -> None: ...


async def test_the_doctor_counts_what_waits_at_that_moment(sesame: Sesame, vhost: VirtualHost) -> None:
    async with await aio_pika.connect(vhost.amqp_url) as connection, connection.channel() as channel:
        await (await channel.get_queue("router")).consume(keep)
        for _ in range(3):
            await channel.default_exchange.publish(aio_pika.Message(b"{}"), "notifier")
        said = await sesame("doctor", status=1)
    assert "ok    queue router: 0 wait, 1 read" in said
    assert "FAIL  queue notifier: nobody consumes it, 3 wait" in said


async def test_the_doctor_sees_a_policy_that_eats_events(sesame: Sesame, vhost: VirtualHost) -> None:
    policy = {"pattern": ".*", "definition": {"max-length": 1}, "apply-to": "queues"}
    async with httpx.AsyncClient(base_url=vhost.management_url) as management:
        for kind in ("policies", "operator-policies"):
            (await management.put(f"/api/{kind}/{vhost.name}/cap", json=policy)).raise_for_status()
    said = await sesame("doctor", status=1)
    assert f"rabbitmqctl clear_policy -p {vhost.name} cap" in said
    assert f"rabbitmqctl clear_operator_policy -p {vhost.name} cap" in said


async def test_the_doctor_sees_a_service_that_hangs_or_ails(
    sesame: Sesame, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def ail(_request: Request) -> JSONResponse:
        return JSONResponse({"database": "ok", "broker": "TimeoutError: ", "start": "ok"})

    monkeypatch.setattr(network, "READY_SECONDS", 1.0)
    with socket.create_server((LOOPBACK, 0)) as silent:
        async with ops_port(ail) as ailing:
            urls = {"ingest": f"http://{LOOPBACK}:{ailing}", "router": url_of(silent)}
            monkeypatch.setenv("SESAME_OPS_URLS", json.dumps(urls))
            said = await sesame("doctor", status=1)
    assert "FAIL  service ingest: broker: TimeoutError" in said
    assert "FAIL  service router: hangs" in said
    assert "warn  service metrics: not asked" in said


def url_of(server: socket.socket) -> str:
    return f"http://{LOOPBACK}:{server.getsockname()[1]}"


@asynccontextmanager
async def ops_port(ready: Callable[[Request], Awaitable[JSONResponse]]) -> AsyncIterator[int]:
    async with serving(Starlette(routes=[Route("/ready", ready)]), LOOPBACK, 0, grace_seconds=5) as port:
        yield port


async def test_the_doctor_sees_a_proxy_that_nobody_named(
    sesame: Sesame, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = CollectorRegistry()
    callers, port = ClientAddresses((), registry), PrivatePort(registry)
    headers = [(b"x-forwarded-for", b"203.0.113.9")]
    async with serving(port.app, LOOPBACK, 0, grace_seconds=1) as number:
        monkeypatch.setenv("SESAME_OPS_URLS", json.dumps({"ingest": f"http://{LOOPBACK}:{number}"}))
        assert "proxy before ingest" not in await sesame("doctor", status=1)
        callers.address(Request({"type": "http", "client": ("10.3.4.5", 1), "headers": headers}))
        assert "warn  proxy before ingest: X-Forwarded-For" in await sesame("doctor", status=1)


async def test_the_doctor_sees_a_scanner_that_takes_too_little(
    sesame: Sesame, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "ClamAV" not in await sesame("doctor", status=1)
    async with clamd() as address:
        monkeypatch.setenv("SESAME_CLAMD_ADDRESS", address)
        said = await sesame("doctor", status=1)
        assert "FAIL  ClamAV: does not take 36000000 bytes" in said
        assert "set StreamMaxLength in clamd.conf to 36M or more" in said
        monkeypatch.setenv("SESAME_LARGEST_MAIL", "4000000")
        assert "ok    ClamAV: takes files of 4 MB" in await sesame("doctor", status=1)
    assert f"FAIL  ClamAV: {address} does not answer" in await sesame("doctor", status=1)


async def test_the_doctor_sees_links_that_a_restore_without_secrets_killed(
    sesame: Sesame, database: Database
) -> None:
    db = await asyncpg.connect(database("ingest"))
    old, new = fingerprint(b"yesterday's key"), fingerprint(b"today's")
    await link_keys.note(db, [old], datetime(2026, 11, 20, tzinfo=UTC))
    assert "ok    link key" in await sesame("doctor", status=1)
    await link_keys.note(db, [new], datetime(2026, 11, 27, tzinfo=UTC))
    said = await sesame("doctor", status=1)
    assert f"FAIL  link key: links and reply addresses signed by {old} are dead since 2026-11-20" in said
    await link_keys.forget(db, old)
    await db.close()
    assert "ok    link key" in await sesame("doctor", status=1)


async def test_the_doctor_sees_what_waits_too_long(sesame: Sesame, database: Database) -> None:
    db = await asyncpg.connect(database("ingest"))
    await db.execute(
        "INSERT INTO quarantine (door, key, reason, envelope_to, raw, received_at)"
        " VALUES ('mail', 'k', 'odd', '{}', '', now() - interval '2 days')"
    )
    await db.execute(
        "INSERT INTO waiting (question, body, since) VALUES ($1, '{}', now() - interval '2 hours')", uuid4()
    )
    await db.close()
    said = await sesame("doctor", status=1)
    assert "warn  quarantine: 1 held, the oldest for 48 h; see ./sesame ingest quarantine list" in said
    assert "warn  events of ingest: 1 wait for a question that has not come" in said


async def test_the_doctor_finds_schemas_and_clock_in_order(sesame: Sesame) -> None:
    said = await sesame("doctor", status=1)
    for service in topology.SERVICES:
        assert f"ok    schema {service}" in said
    assert "ok    clock" in said


async def test_the_doctor_sees_an_outbox_that_does_not_empty(sesame: Sesame, database: Database) -> None:
    db = await asyncpg.connect(database("router"))
    await db.execute(
        "INSERT INTO outbox (exchange, routing_key, content_type, message_id, headers, body, created_at)"
        " VALUES ('sesame.events', 'question.routed', 'text/plain', 'x', '{}', '', now() - interval '1 hour')"
    )
    await db.close()
    said = await sesame("doctor", status=1)
    stuck = re.search(r"FAIL  outbox of router: 1 rows, the oldest (\d+) s old", said)
    assert stuck
    assert int(stuck[1]) >= 3600


async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()


@pytest.mark.parametrize(("days", "grade"), [(90, "ok  "), (3, "FAIL")])
async def test_the_doctor_sees_a_certificate_that_runs_out(
    sesame: Sesame, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, days: int, grade: str
) -> None:
    authority = Authority(tmp_path / "authority", days=days)
    authority.make()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority.server_certificate, authority.server_key)
    async with await asyncio.start_server(hang_up, LOOPBACK, 0, ssl=context) as server:
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.certificate))
        monkeypatch.setenv("SESAME_PUBLIC_URL", f"https://{LOOPBACK}:{server.sockets[0].getsockname()[1]}")
        assert f"{grade}  certificate of {LOOPBACK}: good for" in await sesame("doctor", status=1)


async def test_a_question_is_traced_through_the_services_in_order_of_time(
    sesame: Sesame, database: Database
) -> None:
    ingest = await asyncpg.connect(database("ingest"))
    await ingest.execute(
        "INSERT INTO question (id, facets, text, received_at) VALUES ($1, '{}', 'Où ?', '2026-11-20 09:00Z')",
        QUESTION,
    )
    await ingest.close()
    router = await asyncpg.connect(database("router"))
    await router.execute(
        "INSERT INTO history (question, at, what, actor)"
        " VALUES ($1, '2026-11-20 09:01Z', 'assign', 'router')",
        QUESTION,
    )
    await router.close()
    said = await sesame("trace", QUESTION)
    assert said.index("received") < said.index("assign")
    assert "Où ?" not in said


async def test_an_unknown_question_is_said_to_be_unknown(sesame: Sesame) -> None:
    assert "no service knows" in await sesame("trace", QUESTION, status=1)


async def test_the_brokers_copy_brings_a_partner_back(
    sesame: Sesame, management: Management, vhost: VirtualHost, tmp_path: Path
) -> None:
    partner = f"lyon-{secrets.token_hex(3)}"
    await broker.open_account(management, partner)
    copy = tmp_path / "broker.json"
    await sesame("broker", "save", str(copy))
    assert copy.stat().st_mode & 0o077 == 0
    await broker.close_account(management, partner)
    await sesame("broker", "load", str(copy))
    assert partner in await broker.partner_users(management)
    assert f"partner.{partner}" in {queue["name"] for queue in await management.queues()}
    saved = json.loads(copy.read_text())
    assert any(user["name"] == partner for user in saved["users"])
    assert [found["name"] for found in saved["vhosts"]] == [vhost.name]
    assert {found["vhost"] for found in saved["queues"]} == {vhost.name}
    await broker.close_account(management, partner)


COUNTS = """
SELECT format('%s.%s', schemaname, relname) AS "table", (xpath('/table/row/n/text()', query_to_xml(
    format('SELECT count(*) AS n FROM %I.%I', schemaname, relname), false, false, '')))[1]::text AS rows
FROM pg_stat_user_tables
"""


async def counts(url: str) -> dict[str, str]:
    """Table → how many rows it has."""
    db = await asyncpg.connect(url)
    try:
        return {found["table"]: found["rows"] for found in await db.fetch(COUNTS)}
    finally:
        await db.close()


async def test_the_databases_copy_restored_elsewhere_has_the_same_counts(
    database: Database, servers: Servers, tmp_path: Path
) -> None:
    db = await asyncpg.connect(database("ingest"))
    await db.executemany(
        "INSERT INTO question (id, facets, text, received_at) VALUES ($1, '{}', 'Où ?', now())",
        [(uuid4(),) for _ in range(20)],
    )
    await db.close()
    binaries, empty = find_binaries(), await make_template(servers)
    assert binaries is not None
    try:
        for program, *options in (
            ("pg_dump", "-Fc", "-f", str(tmp_path / "sesame.dump"), database.admin_url),
            ("pg_restore", "--clean", "--if-exists", "-d", empty.admin_url, str(tmp_path / "sesame.dump")),
        ):
            running = await asyncio.create_subprocess_exec(binaries / program, *options)
            assert await running.wait() == 0
        assert await counts(empty.admin_url) == await counts(database.admin_url)
        assert (await counts(empty.admin_url))["ingest.question"] == "20"
    finally:
        await drop(empty)


async def test_a_migration_is_taken_back_and_missing_from_then_on(sesame: Sesame) -> None:
    newest = id_of(files_of(CHASSIS.parents[2] / "router" / "migrations")[-1])
    assert f"router     applied  {newest}" in await sesame("migrations", "list")
    assert await sesame("migrations", "roll-back", "router", newest) == f"taken back: {newest}\n"
    assert f"router     missing  {newest}" in await sesame("migrations", "list")
    await sesame("migrations", "roll-back", "router", "0000.never", status=2)


async def test_a_copy_of_another_installation_leaves_the_administrator_alone(
    sesame: Sesame, management: Management, tmp_path: Path
) -> None:
    copy = tmp_path / "broker.json"
    await sesame("broker", "save", str(copy))
    foreign = json.loads(copy.read_text())
    for user in foreign["users"]:
        user["password_hash"] = password_hash("another installation's")
    copy.write_text(json.dumps(foreign))
    await sesame("broker", "load", str(copy))
    assert await management.overview()
