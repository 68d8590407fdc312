"""A copy keeps the loads it wrote in memory, and knows when they are no longer so."""

from __future__ import annotations

from datetime import date
from uuid import UUID, uuid4

from services.chassis.postgres.database import Db
from services.router.domain.routing.loads import LoadBook
from services.router.store import questions
from services.router.store.load_books import LoadBooks
from tests.support.router_network import Network, library, network
from tests.support.servers import Database

WEEK = date(2026, 11, 23)


async def held(net: Network, copy: LoadBooks) -> LoadBook:
    async with net.bench.pool.acquire() as db, db.transaction():
        return await _book(db, copy)


async def give(net: Network, copy: LoadBooks) -> None:
    """One more question to the library, by this copy."""
    async with net.bench.pool.acquire() as db, db.transaction():
        await _given(db, copy, uuid4())


async def _book(db: Db, copy: LoadBooks) -> LoadBook:
    row = await questions.lock_network(db)
    return await copy.at(db, row["book"], row["week"])


async def _given(db: Db, copy: LoadBooks, stamp: UUID) -> None:
    book = await _book(db, copy)
    await copy.save(db, stamp, book.turned(WEEK).given("dijon", {"dijon": 1.0}))


async def test_copies_that_take_turns_see_what_the_other_gave(database: Database) -> None:
    one, other = LoadBooks(), LoadBooks()
    async with network(database("router"), [library("dijon")]) as net:
        for copy in (one, one, other, one, other, other):
            await give(net, copy)
        assert [(await held(net, copy)).of("dijon").open for copy in (one, other)] == [6, 6]
        assert await net.value("SELECT open FROM load WHERE partner = 'dijon'") == 6


async def test_what_was_rolled_back_was_not_given(database: Database) -> None:
    copy = LoadBooks()
    async with network(database("router"), [library("dijon")]) as net:
        await give(net, copy)
        async with net.bench.pool.acquire() as db:
            undone = db.transaction()
            await undone.start()
            await _given(db, copy, uuid4())
            await undone.rollback()
        assert (await held(net, copy)).of("dijon").open == 1


async def test_what_an_earlier_version_gives_beside_it_is_seen(database: Database) -> None:
    """During an upgrade: it writes loads and knows no stamp."""
    copy = LoadBooks()
    async with network(database("router"), [library("dijon")]) as net:
        for known in (1, 3, 5):
            await give(net, copy)
            assert (await held(net, copy)).of("dijon").open == known
            await net.bench.pool.execute("UPDATE load SET open = open + 1 WHERE partner = 'dijon'")
        assert (await held(net, copy)).of("dijon").open == 6


async def test_loads_are_read_once_by_who_alone_writes_them(database: Database) -> None:
    copy = LoadBooks()
    async with network(database("router"), [library("dijon")]) as net:
        await give(net, copy)
        await net.bench.pool.execute("DELETE FROM load")  # would be seen by who reads them
        assert (await held(net, copy)).of("dijon").open == 1
        assert (await held(net, LoadBooks())).of("dijon").open == 0
