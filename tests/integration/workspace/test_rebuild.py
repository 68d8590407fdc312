"""The read model from nothing: the other services tell again, from their tables, what they announced."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

import orjson

from services.chassis.messaging import announced
from services.chassis.messaging.incoming import IncomingMessage
from services.chassis.messaging.readers import EventReader, Reader
from services.chassis.messaging.requests import tell_page
from services.chassis.messaging.transaction import Transactions, Unit
from services.contracts import coordinator, notifier, topology
from services.contracts.catalogue import PRODUCERS
from services.contracts.envelope import Event
from services.contracts.topology import coordinator_key
from services.contracts.vocabulary import Fact, FactMark
from services.ingest.entrypoints.mail.held_orders import HeldOrderReader
from services.workspace.entrypoints.receipts import ReceiptReader
from services.workspace.entrypoints.subscriptions import subscriptions
from services.workspace.handlers import rebuilding
from services.workspace.handlers.hearing import hear
from tests.integration.workspace import facts as made
from tests.integration.workspace.stage import Hands
from tests.integration.workspace.test_read_model import LIVES
from tests.support.bench import Bench, bench
from tests.support.servers import Database

OF_FACTS = ("fact", "question", "question_search", "assignment", "library", "failed_delivery")
"""What is told again fact by fact, and what is made of it: equal row by row."""

OF_LISTS = ("library_change", "held", "silence", "entry", "group_post", "program_key", "weights_change")
"""What is told again as it is now, on requests of their own."""

OWN = (
    *("person", "membership", "sign_in", "session", "identity", "passkey", "passkey_challenge", "attempt"),
    *("request", "claim", "draft", "draft_kept", "draft_file", "note", "mention", "presence", "paragraph"),
    *("audit", "application", "rebuild"),
)
"""What people did here, and who they are: nobody else has it, and a rebuild touches none of it."""

FETCHED = ("explanation", "held_words", "entry_shown", "weights_trial")
"""Asked for when somebody looks, and forgotten within a day: a rebuild asks for none of it."""

OF_CHASSIS = ("inbox", "outbox", "waiting", "announced", "migration")

SECRET = "Je suis mineur, et ma mère ne doit rien en savoir."
LONG = "Qui a construit le phare d’Eckmühl ? " * 240


async def _page(unit: Unit, event: Event[Any]) -> None:
    await tell_page(unit, event.subject, event.data)


READERS: Mapping[str, Reader] = {
    "ingest": HeldOrderReader(),
    "router": EventReader({coordinator.RouterFactsRequested: _page}, key_of=coordinator_key),
    "notifier": EventReader({coordinator.NotifierFactsRequested: _page}, key_of=coordinator_key),
}


@dataclass
class Network:
    """The tables of all services, and the broker between them by hand: any order, everything twice."""

    on: Mapping[str, Bench]
    clock: Hands
    chance: random.Random

    async def announce(self, fact: Fact, question: UUID) -> None:
        self.clock.pass_by(minutes=1)
        async with self.on[PRODUCERS[fact.wire]].transactions.begin(question) as unit:
            unit.announce(fact, question=question)

    async def forget(self, question: UUID) -> None:
        """As the handlers of `asker.erased` do in each service."""
        for service in READERS:
            async with self.on[service].transactions.begin(question) as unit:
                await announced.forget(unit.db, question, unit.now)
        await self.announce(made.erased(), question)

    async def news(self) -> list[IncomingMessage]:
        """What the workspace's queue is bound to of what was announced since."""
        bound = {key for exchange, key in topology.bindings("workspace") if exchange == topology.EVENTS}
        letters = [one for name in READERS for one in await self._published(name, topology.EVENTS)]
        return [one for one in letters if one.routing_key in bound]

    async def hear(self, letters: Sequence[IncomingMessage]) -> None:
        """In any order, every letter up to twice."""
        twice = [*letters, *self.chance.sample(letters, len(letters) // 2)]
        self.chance.shuffle(twice)
        handling = self.on["workspace"].handling(subscriptions(), {topology.PARTNERS: ReceiptReader()})
        for start in range(0, len(twice), 7):
            await handling.settle(twice[start : start + 7])

    async def rebuild(self, meanwhile: Sequence[IncomingMessage] = ()) -> int:
        """Until nobody has more to tell; how many rounds it took."""
        rounds, left = 0, list(meanwhile)
        async with self.on["workspace"].transactions.begin() as unit:
            await rebuilding.begin(unit)
        while await self._carry(left[:5]):
            rounds, left = rounds + 1, left[5:]
        await self.hear(left)
        return rounds

    async def _carry(self, live: Sequence[IncomingMessage]) -> bool:
        wishes = await self._published("workspace", topology.COORDINATOR)
        for service, reader in READERS.items():
            handling = self.on[service].handling({}, {topology.COORDINATOR: reader})
            own = [one for one in wishes if f".{service}_facts." in one.routing_key]
            await handling.settle([*own, *own])
        told = [one for name in READERS for one in await self._published(name, topology.PARTNERS)]
        await self.hear([*told, *live])
        return bool(told)

    async def _published(self, service: str, exchange: str) -> list[IncomingMessage]:
        rows = await self.on[service].pool.fetch(
            "DELETE FROM outbox WHERE exchange = $1 RETURNING routing_key, content_type, message_id, body",
            exchange,
        )
        return [IncomingMessage(exchange, row[0], row[1], row[2], row[3]) for row in rows]

    async def rows(self, *tables: str) -> dict[str, list[str]]:
        fetch = self.on["workspace"].pool.fetch
        found = {name: await fetch(f"SELECT t::text FROM {name} t ORDER BY 1") for name in tables}
        return {name: [row[0] for row in rows] for name, rows in found.items()}

    async def empty(self) -> None:
        """The read model is lost, and what was handled is not remembered."""
        await self.on["workspace"].pool.execute(f"TRUNCATE {', '.join((*OF_FACTS, *OF_LISTS))}, inbox")


@asynccontextmanager
async def network(database: Database) -> AsyncIterator[Network]:
    clock = Hands()
    async with AsyncExitStack() as stack:
        on = {
            name: await stack.enter_async_context(bench(database(name), name))
            for name in (*READERS, "workspace")
        }
        for name, service in on.items():
            service.transactions = Transactions(service.pool, name, clock)
        yield Network(on, clock, random.Random(20261127))


async def play(net: Network, lives: int) -> list[UUID]:
    """Every life of the read model's tests, some with questions that fill a page alone, in every state."""
    questions = []
    for number in range(lives):
        question = uuid5(made.QUESTION, f"life {number}")
        questions.append(question)
        for fact in LIVES[number % len(LIVES)]:
            if fact.wire == made.erased().wire:
                await net.forget(question)
            elif fact.wire == made.received().wire:
                await net.announce(made.received(LONG if number % 2 else SECRET, note=SECRET), question)
            else:
                await net.announce(fact, question)
    return questions


async def fail(net: Network, question: UUID, *, resumed: bool) -> None:
    failed = notifier.DeliveryFailed(
        delivery_id=uuid5(question, "delivery"), kind="answer", way="mail", attempts=9, error="550 no"
    )
    await net.announce(failed, question)
    if resumed:
        await net.announce(notifier.DeliveryResumed(delivery_id=failed.delivery_id), question)


async def test_the_model_told_again_into_an_empty_database_is_the_same_row_by_row(database: Database) -> None:
    async with network(database) as net:
        questions = await play(net, 60)
        for number, question in enumerate(questions[:6]):
            await fail(net, question, resumed=number % 2 == 0)
        await net.hear(await net.news())
        before = await net.rows(*OF_FACTS)
        assert all(before.values())

        await net.empty()
        rounds = await net.rebuild()

        assert await net.rows(*OF_FACTS) == before
        assert rounds > 1, "all fitted in one page"
        assert await net.on["workspace"].dead() == []


async def test_what_happens_while_it_is_told_again_ends_where_it_belongs(database: Database) -> None:
    async with network(database) as net:
        questions = await play(net, 30)
        await net.hear(await net.news())
        await net.empty()
        for question in questions[::3]:
            await net.announce(made.followed_up(), question)
            await fail(net, question, resumed=False)
        await net.rebuild(meanwhile=await net.news())
        rebuilt = await net.rows(*OF_FACTS)

        await net.empty()
        await net.rebuild()
        assert await net.rows(*OF_FACTS) == rebuilt


async def test_a_second_rebuild_takes_the_place_of_one_under_way(database: Database) -> None:
    async with network(database) as net:
        await play(net, 30)
        await net.hear(await net.news())
        before = await net.rows(*OF_FACTS)
        await net.empty()
        async with net.on["workspace"].transactions.begin() as unit:
            await rebuilding.begin(unit)
        await net.rebuild()
        assert await net.rows(*OF_FACTS) == before
        told = await net.on["workspace"].pool.fetch("SELECT service FROM rebuild WHERE done_at IS NOT NULL")
        assert {row["service"] for row in told} == set(READERS)


async def test_what_people_did_here_stays_as_it_was(database: Database) -> None:
    async with network(database) as net:
        [question, *_] = await play(net, 3)
        await net.hear(await net.news())
        pool, someone = net.on["workspace"].pool, uuid5(made.QUESTION, "someone")
        await pool.execute(
            "INSERT INTO note (id, question, partner, text, at) VALUES ($1, $2, 'bm-lyon', 'Vu.', $3)",
            someone,
            question,
            net.clock.now(),
        )
        await pool.execute(
            "INSERT INTO draft (question, partner, person, text, sources, revision, saved_at)"
            " VALUES ($1, 'bm-lyon', $2, 'Le marquis…', '', 1, $3)",
            question,
            someone,
            net.clock.now(),
        )
        own = [name for name in OWN if name != "rebuild"]
        before = await net.rows(*own)
        await net.empty()
        await net.rebuild()
        assert await net.rows(*own) == before


async def test_nobody_keeps_or_tells_again_an_address_or_a_word_of_who_is_forgotten(
    database: Database,
) -> None:
    async with network(database) as net:
        question = uuid5(made.QUESTION, "forgotten")
        for fact in (made.received(SECRET, note=SECRET), made.routed(), made.handed_in(), made.answered()):
            await net.announce(fact, question)
        for service in READERS:
            kept = await net.on[service].pool.fetch("SELECT a::text AS row FROM announced a")
            assert not [row for row in kept if "@" in row["row"] or made.ADDRESS in row["row"]]
        await net.forget(question)
        await net.announce(made.added(), question)
        await net.news()
        for service in READERS:
            assert await announced_words(net.on[service]) == []

        await net.empty()
        await net.rebuild()
        told = "\n".join(row for rows in (await net.rows(*OF_FACTS)).values() for row in rows)
        assert str(question) in told
        assert not [word for word in (SECRET, "Blocqueville", "1897") if word in told]


async def announced_words(on: Bench) -> list[str]:
    rows = await on.pool.fetch("SELECT a::text AS row FROM announced a")
    return [
        row["row"] for row in rows if any(word in row["row"] for word in (SECRET, "Blocqueville", "1897"))
    ]


async def test_the_link_to_the_own_post_of_who_is_forgotten_goes_everywhere(database: Database) -> None:
    post = "https://www.facebook.com/ada.moulin/posts/1"
    async with network(database) as net:
        question = uuid5(made.QUESTION, "posted")
        for fact in (made.received(SECRET), made.routed(), made.published("facebook_page", post)):
            await net.announce(fact, question)
        await net.hear(await net.news())
        assert post in str(await net.rows("fact"))
        async with net.on["notifier"].transactions.begin(question) as unit:
            assert await announced.left(unit.db, [question]) == 1

        await net.forget(question)
        await net.announce(made.published("facebook_group", post), question)
        await net.hear(await net.news())
        kept = await net.on["notifier"].pool.fetch("SELECT a::text AS row FROM announced a")
        assert "facebook_group" in str(kept)
        assert post not in f"{kept} {await net.rows(*OF_FACTS)}"


async def test_the_workspace_that_missed_that_somebody_is_forgotten_learns_it(database: Database) -> None:
    async with network(database) as net:
        question = uuid5(made.QUESTION, "missed")
        await net.announce(made.received(SECRET), question)
        await net.hear(await net.news())
        await net.forget(question)
        await net.news()
        assert any(SECRET in row for row in (await net.rows("fact"))["fact"])
        await net.rebuild()
        rows = await net.rows(*OF_FACTS)
        assert not [row for name in OF_FACTS for row in rows[name] if SECRET in row]


async def test_what_was_undone_before_its_commit_is_not_told_again(database: Database) -> None:
    async with network(database) as net:
        async with net.on["router"].transactions.begin(made.QUESTION) as unit:
            before = unit.mark()
            unit.announce(made.routed(), question=made.QUESTION)
            unit.back_to(before)
            unit.announce(made.closed(), question=made.QUESTION)
        rows = await net.on["router"].pool.fetch("SELECT type FROM announced")
        assert [row["type"] for row in rows] == ["question.closed"]


async def test_a_page_is_far_below_what_the_broker_takes(database: Database) -> None:
    async with network(database) as net:
        for number in range(40):
            await net.announce(made.received("é" * 24_000), uuid5(made.QUESTION, f"long {number}"))
        await net.news()
        sizes, after = [], None
        while True:
            async with net.on["ingest"].transactions.begin() as unit:
                wish = coordinator.IngestFactsRequested(by="test", rebuild=made.QUESTION, after=after)
                await tell_page(unit, UUID(int=0), wish)
            row = await net.on["ingest"].pool.fetchrow("DELETE FROM outbox RETURNING body")
            assert row is not None
            sizes.append(len(row["body"]))
            if (told := orjson.loads(row["body"])["data"].get("after")) is None:
                break
            after = FactMark.model_validate(told)
        assert len(sizes) > 5
        assert max(sizes) < topology.LARGEST_BODY / 2


def test_every_fact_of_a_question_that_the_workspace_hears_is_told_again() -> None:
    heard = {fact.wire for fact, handler in subscriptions().items() if handler is hear}
    deliveries = {notifier.DeliveryFailed.wire, notifier.DeliveryResumed.wire}
    assert heard | deliveries == topology.TOLD_AGAIN


async def test_every_table_of_the_workspace_is_told_again_or_is_its_own(database: Database) -> None:
    async with bench(database("workspace"), "workspace") as on:
        rows = await on.pool.fetch("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
    named = (*OF_FACTS, *OF_LISTS, *OWN, *FETCHED, *OF_CHASSIS)
    assert sorted(row["tablename"] for row in rows) == sorted(named)
