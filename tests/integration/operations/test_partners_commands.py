"""An operator adds a partner in a minute, and may do everything again."""

import asyncio
import io
import re
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from urllib.parse import urlsplit

import aio_pika
import aiormq
import pytest
from aiormq.exceptions import AMQPError

from devtools.cli import main
from devtools.servers.ports import free_port
from operations.broker.management import managing
from operations.broker.provision import as_user, provision
from operations.database import as_service
from operations.partners import broker, register
from services.contracts import topology
from services.ingest.store.access import partner_access, partner_keys
from tests.support import router_process
from tests.support.ingest_doors import ingest
from tests.support.servers import Database, VirtualHost
from tests.support.waiting import PATIENCE_SECONDS

Sesame = Callable[..., Awaitable[str]]


@pytest.fixture
async def partner(vhost: VirtualHost) -> AsyncIterator[str]:
    """An id that is free on this broker, and free again afterwards."""
    name = f"lyon-{secrets.token_hex(3)}"
    async with managing(vhost.management_url, vhost.name) as management:
        await provision(management, dict.fromkeys(topology.SERVICES, secrets.token_hex(8)))
        yield name
        await broker.close_account(management, name)


@pytest.fixture
def sesame(
    vhost: VirtualHost,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Sesame:
    """Runs `./sesame partners …`; gives what it printed. `status` is what it must end with."""
    monkeypatch.setenv("SESAME_AMQP_URL", vhost.amqp_url)
    monkeypatch.setenv("SESAME_AMQP_MANAGEMENT_URL", vhost.management_url)
    monkeypatch.setenv("SESAME_DATABASE_URL", database.admin_url)

    async def run(*arguments: str, status: int = 0) -> str:
        ended = await asyncio.to_thread(main, ["partners", *arguments])
        printed = capsys.readouterr()
        assert ended == status, printed.out + printed.err
        return printed.out + printed.err

    return run


def password_in(sheet: str) -> str:
    found = re.search(r"Mot de passe AMQP +(\S+)", sheet)
    assert found is not None
    return found[1]


async def connects(vhost: VirtualHost, partner: str, password: str) -> bool:
    try:
        connection = await aiormq.connect(as_user(vhost.amqp_url, partner, password, vhost.name))
    except AMQPError:
        return False
    await connection.close()
    return True


async def test_a_new_partner_gets_account_record_and_key(
    sesame: Sesame, partner: str, vhost: VirtualHost, database: Database
) -> None:
    sheet = await sesame("add", partner, "--name", "Bibliothèque de Lyon", "--subjects", "histoire:4")
    assert await connects(vhost, partner, password_in(sheet))
    key = re.search(r"Clé de l.API +(\S+)", sheet)
    assert key is not None
    async with as_service(database.admin_url, "ingest") as db:
        assert await partner_keys.owner(db, key[1], datetime.now(UTC)) == partner
    async with as_service(database.admin_url, "router") as db:
        record = (await register.records(db))[partner]
    assert record["reach"] == {"way": "queue", "address": f"partner.{partner}"}
    assert record["subjects"] == {"histoire": 4}


async def test_adding_again_changes_no_secret_and_what_is_said_only(
    sesame: Sesame, partner: str, vhost: VirtualHost, database: Database
) -> None:
    first = await sesame("add", partner, "--name", "Lyon", "--capacity", "20")
    again = await sesame("add", partner, "--mail", "lyon@partner.example")
    assert "(inchangé" in again
    assert await connects(vhost, partner, password_in(first))
    async with as_service(database.admin_url, "router") as db:
        record = (await register.records(db))[partner]
    assert (record["capacity_per_week"], record["reach"]["way"]) == (20, "mail")


async def test_rotating_ends_the_old_password_and_key(
    sesame: Sesame, partner: str, vhost: VirtualHost, database: Database
) -> None:
    sheet = await sesame("add", partner, "--name", "Lyon")
    rotated = await sesame("rotate", partner)
    fresh = re.search(r"broker password: (\S+)\nAPI key: (\S+)", rotated)
    assert fresh is not None
    assert not await connects(vhost, partner, password_in(sheet))
    assert await connects(vhost, partner, fresh[1])
    async with as_service(database.admin_url, "ingest") as db:
        opening = [key for key in await partner_keys.keys(db) if key.revoked_at is None]
        assert await partner_keys.owner(db, fresh[2], datetime.now(UTC)) == partner
    assert len(opening) == 1


async def test_a_partner_with_a_webhook_gets_a_secret_that_signs(
    sesame: Sesame, partner: str, database: Database
) -> None:
    url = "https://partner.example/questions"
    sheet = await sesame("add", partner, "--name", "Lyon", "--webhook", url)
    first = re.search(r"whsec_\S+", sheet)
    rotated = re.search(r"whsec_\S+", await sesame("rotate", partner, "--only", "webhook"))
    assert first is not None
    assert rotated is not None
    async with as_service(database.admin_url, "notifier") as db:
        held = await db.fetchval("SELECT secrets FROM webhook_endpoint WHERE partner = $1", partner)
    assert held == [rotated[0], first[0]]
    async with as_service(database.admin_url, "router") as db:
        record = (await register.records(db))[partner]
    assert record["reach"] == {"way": "webhook", "address": url}


@pytest.mark.parametrize(
    "command",
    [
        *(("partners", "rotate", "--only", what) for what in ("broker", "api", "webhook", "desk")),
        ("partners", "rotate"),
        ("notifier", "webhook"),
    ],
)
async def test_nobody_gets_a_secret(
    sesame: Sesame,
    database: Database,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    command: tuple[str, ...],
) -> None:
    """A slip of the pen makes no account, and says so."""
    if command[0] == "notifier":
        monkeypatch.setenv("SESAME_DATABASE_URL", database("notifier"))
        monkeypatch.setenv("SESAME_LINK_SECRET", secrets.token_urlsafe(32))
    assert await asyncio.to_thread(main, [*command, "lyno"]) != 0
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "lyno" in printed.err
    async with as_service(database.admin_url, "notifier") as db:
        assert await db.fetchval("SELECT count(*) FROM webhook_endpoint") == 0


async def test_a_suspended_partner_is_shown_so_and_comes_back(
    sesame: Sesame, partner: str, vhost: VirtualHost
) -> None:
    sheet = await sesame("add", partner, "--name", "Lyon")
    await sesame("suspend", partner)
    assert "suspended" in await sesame("list")
    assert not await connects(vhost, partner, password_in(sheet))
    await sesame("resume", partner)
    assert "suspended" not in await sesame("list")
    assert await connects(vhost, partner, password_in(sheet))


@pytest.mark.parametrize("action", [("suspend",), ("rotate", "--only", "broker"), ("remove", "--yes")])
async def test_connection_of_this_very_second_is_ended_too(
    sesame: Sesame, partner: str, vhost: VirtualHost, action: tuple[str, ...]
) -> None:
    sheet = await sesame("add", partner, "--name", "Lyon")
    connection = await aiormq.connect(as_user(vhost.amqp_url, partner, password_in(sheet), vhost.name))
    await sesame(action[0], partner, *action[1:])
    async with asyncio.timeout(PATIENCE_SECONDS):
        with suppress(AMQPError):
            await connection.closing
    assert connection.is_closed


async def test_a_partner_is_removed_only_when_meant(sesame: Sesame, partner: str) -> None:
    await sesame("add", partner, "--name", "Lyon")
    assert "--yes" in await sesame("remove", partner, status=2)
    await sesame("remove", partner, "--yes")
    await sesame("remove", partner, "--yes")
    assert partner not in await sesame("list")


async def test_who_is_suspended_or_removed_has_no_door_open_until_it_is_back(
    sesame: Sesame, partner: str, database: Database
) -> None:
    async with as_service(database.admin_url, "ingest") as db:

        async def shut(*action: str) -> bool:
            await sesame(*action)
            return (await partner_access.get(db, partner)).shut

        add = ("add", partner, "--name", "Lyon")
        actions = [add, ("suspend", partner), add, ("resume", partner), ("remove", partner, "--yes"), add]
        assert [await shut(*action) for action in actions] == [False, True, True, False, True, False]


async def test_a_trial_shows_what_comes_back(
    sesame: Sesame, partner: str, database: Database, vhost: VirtualHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    password = password_in(await sesame("add", partner, "--name", "Lyon"))
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))
    async with routed(database, vhost):
        said = await sesame("try", partner)
    async with as_service(database.admin_url, "router") as db:
        states = {row["id"]: row["state"] for row in await db.fetch("SELECT id, state FROM question")}
    *outcomes, ending = said.splitlines()
    assert [line[:4] for line in outcomes] == ["ok  "] * 5
    ((question, state),) = states.items()
    assert (ending, state) == (f"the trial's question {question} is closed", "out_of_scope")


@asynccontextmanager
async def routed(database: Database, vhost: VirtualHost) -> AsyncIterator[None]:
    """Ingest, and a router that hears of its questions."""
    process = await router_process.start(database, vhost, port=free_port())
    try:
        async with ingest(database, vhost):
            yield
    finally:
        await router_process.stop(process)


async def test_a_trial_takes_nothing_out_of_the_partners_queue(
    sesame: Sesame, partner: str, database: Database, vhost: VirtualHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    password = password_in(await sesame("add", partner, "--name", "Lyon"))
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))
    async with await aio_pika.connect(vhost.amqp_url) as connection, routed(database, vhost):
        channel = await connection.channel()
        queue = await channel.get_queue(topology.partner_queue(partner))
        await channel.default_exchange.publish(aio_pika.Message(b"of its own"), queue.name)
        await sesame("try", partner)
        first = await queue.get()
    assert (first.body, first.redelivered) == (b"of its own", False)


async def test_a_trial_of_a_partner_that_does_not_exist_says_so(sesame: Sesame) -> None:
    assert 'no partner "nobody"' in await sesame("try", "nobody", status=2)


@pytest.mark.parametrize(
    "url", ["http://partner.example/", "https://10.0.0.8/", "https://a:b@partner.example/"]
)
async def test_a_webhook_that_nothing_would_be_sent_to_is_refused_when_it_is_set(
    sesame: Sesame, partner: str, url: str
) -> None:
    said = await sesame("add", partner, "--name", "Lyon", "--webhook", url, status=2)
    assert said.startswith(f'sesame: webhook "{url}":')


async def test_a_trial_with_another_password_fails_at_the_broker(
    sesame: Sesame, partner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await sesame("add", partner, "--name", "Lyon")
    monkeypatch.setattr("sys.stdin", io.StringIO("another\n"))
    assert (await sesame("try", partner, status=1)).startswith("FAIL the broker lets it in: ")


async def test_rotating_gives_the_desk_page_another_address(
    sesame: Sesame, partner: str, database: Database
) -> None:
    await sesame("add", partner, "--name", "Lyon")
    assert f"ingest desk {partner}" in await sesame("rotate", partner)
    assert "API key" not in await sesame("rotate", partner, "--only", "desk")
    async with as_service(database.admin_url, "ingest") as db:
        assert (await partner_access.get(db, partner)).desk == 2


async def test_an_administrators_name_is_refused_as_partner(sesame: Sesame, vhost: VirtualHost) -> None:
    administrator = urlsplit(vhost.amqp_url).username or ""
    said = await sesame("add", administrator, "--name", "Lyon", status=2)
    assert "choose another id" in said


async def test_a_record_with_a_fault_is_refused_with_the_fix(sesame: Sesame, partner: str) -> None:
    said = await sesame("add", partner, "--name", "Lyon", "--subjects", "histoire:9", status=2)
    assert "strength of histoire must be 1 to 5" in said
