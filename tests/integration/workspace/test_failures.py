"""What was not delivered and who is not written to: the later word counts, and each is asked for once."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations
from uuid import UUID, uuid5

from services.chassis.messaging.incoming import IncomingMessage
from services.contracts.ingest import HeldNoted
from services.contracts.notifier import (
    AddressLifted,
    AddressSilenced,
    DeliveryFailed,
    DeliveryResumed,
    EntryNoted,
    PostNoted,
)
from services.contracts.vocabulary import Fact, ToldFact
from services.workspace.domain.roles import Member
from services.workspace.handlers import failing
from services.workspace.store import person
from tests.integration.workspace import facts as made
from tests.integration.workspace.stage import Stage, stage
from tests.support.bench import letter_of
from tests.support.servers import Database

NAME = "0123456789ab"
TOWARDS = "/deliveries"


def told(fact: Fact, hour: int, name: str = "") -> IncomingMessage:
    time = made.MOMENT + timedelta(hours=hour)
    return letter_of(fact, made.QUESTION, id_=f"{type(fact).__name__} {hour} {name}", time=time)


def failed(name: str = "one") -> DeliveryFailed:
    return DeliveryFailed(
        delivery_id=uuid5(made.QUESTION, name),
        kind="answer",
        way="mail",
        attempts=12,
        error="SMTP 550 <script> no such user",
    )


def resumed(name: str = "one") -> DeliveryResumed:
    return DeliveryResumed(delivery_id=uuid5(made.QUESTION, name))


async def page(on: Stage) -> str:
    claire = await on.someone(f"Claire {on.clock.moment}", Member("coordinator"))
    on.clock.pass_by(seconds=1)
    return (await claire.see(TOWARDS)).text


async def test_a_failure_is_shown_until_it_is_tried_again_and_anew_when_that_fails(
    database: Database,
) -> None:
    async with stage(database) as on:
        await on.tell(made.life(made.received(), made.routed()))
        await on.tell([told(failed(), 1)])
        shown = await page(on)
        assert "Qui a construit le phare" in shown
        assert "&lt;script&gt;" in shown
        await on.tell([told(resumed(), 2)])
        assert "Tout est arrivé" in await page(on)
        await on.tell([told(failed(), 3)])
        assert "Réessayer" in await page(on)


async def test_any_order_of_words_ends_the_same(database: Database) -> None:
    async with stage(database) as on:
        for number, order in enumerate(permutations(range(3))):
            words = (
                told(failed(str(number)), 1, str(number)),
                told(resumed(str(number)), 2, str(number)),
                told(resumed(str(number)), 0, str(number)),
            )
            await on.tell([words[place] for place in order])
            silence = (
                told(AddressSilenced(name=f"{number:012}"), 1, str(number)),
                told(AddressLifted(name=f"{number:012}"), 2, str(number)),
            )
            await on.tell(silence if number % 2 else silence[::-1])
        shown = await page(on)
    assert "Tout est arrivé" in shown
    assert "Il n’y en a pas" in shown


async def test_lists_told_again_to_a_reader_without_tables_have_the_moments_of_before(
    database: Database,
) -> None:
    """Row by row, but for the number of the telling."""
    since = made.MOMENT - timedelta(days=3)

    def lists(version: int) -> list[IncomingMessage]:
        facts: tuple[Fact, ...] = (
            AddressSilenced(name=NAME, library="bm-lyon", status="5.1.1", since=since),
            EntryNoted(number=7, state="held", version=version, since=since),
            EntryNoted(number=8, state="published", version=version + 1, since=since),
            PostNoted(delivery_id=made.POST, version=version, text="Ici.", since=since),
            HeldNoted(number=9, door="mail", reason="spam", size=7, received_at=since),
        )
        return [told(fact, version, f"{place}") for place, fact in enumerate(facts)]

    async with stage(database) as on:
        rows = []
        for letters in (lists(1), lists(3)):
            await on.on.pool.execute("TRUNCATE silence, entry, group_post, held")
            await on.tell([*letters, *letters])
            rows.append(
                [
                    await on.on.pool.fetch(
                        f"SELECT to_jsonb(t) - '{{version,told_at}}'::text[] AS row FROM {name} t ORDER BY 1"
                    )
                    for name in ("silence", "entry", "group_post", "held")
                ]
            )
    assert rows[0] == rows[1]
    assert [len(found) for found in rows[0]] == [1, 2, 1, 1]
    assert all(f"{since:%Y-%m-%dT%H:%M}" in one["row"] for found in rows[0] for one in found)


async def test_a_silence_told_again_is_put_right_in_any_order(database: Database) -> None:
    """A copy of before told since when it was told again."""
    since = made.MOMENT - timedelta(days=3)
    wrong = told(AddressSilenced(name=NAME), 1, "wrong")
    right = told(AddressSilenced(name=NAME, library="bm-lyon", status="5.1.1", since=since), 2, "right")
    async with stage(database) as on:
        for letters in ([wrong, right], [right, wrong]):
            await on.on.pool.execute("TRUNCATE silence, inbox")
            await on.tell(letters)
            row = await on.on.pool.fetchrow("SELECT library, status, silenced_at FROM silence")
            assert row is not None
            assert tuple(row) == ("bm-lyon", "5.1.1", since)


async def test_trying_again_and_lifting_are_asked_once(database: Database) -> None:
    async with stage(database) as on:
        await on.tell([told(failed(), 1), told(AddressSilenced(name=NAME, library="bm-lyon"), 1)])
        claire = await on.someone("Claire Dumas", Member("coordinator"))
        assert "bm-lyon" in (await claire.see(TOWARDS)).text
        delivery = uuid5(made.QUESTION, "one")
        for _ in range(2):
            await claire.post(f"{TOWARDS}/{delivery}/retry", form="r1")
            await claire.post(f"{TOWARDS}/silences/{NAME}/lift", form="l1")
        retry, lift = await on.requests()
        assert retry["key"] == "coordinator.retry.requested.v1"
        assert UUID(retry["data"]["delivery_id"]) == delivery
        assert (lift["key"], lift["data"]["name"]) == ("coordinator.lift.requested.v1", NAME)
        assert (await claire.post(f"{TOWARDS}/silences/o'brien/lift", form="l2")).status_code == 404


async def test_nothing_is_left_to_try_of_an_asker_who_is_forgotten(database: Database) -> None:
    async with stage(database) as on:
        await on.tell(made.life(made.received(), made.routed(), made.erased()))
        await on.tell([told(failed(), 9)])
        assert "Tout est arrivé" in await page(on)


async def test_what_is_told_again_brings_no_server_s_words_back_of_who_is_forgotten(
    database: Database,
) -> None:
    fact = failed()
    async with stage(database) as on:
        await on.tell(made.life(made.received(), made.routed(), made.erased()))
        async with on.on.transactions.begin(made.QUESTION) as unit:
            again = ToldFact(
                question=made.QUESTION,
                event="failed",
                type="delivery.failed",
                at=made.MOMENT,
                data=fact.model_dump(mode="json"),
            )
            await failing.told_again(unit, again)
            kept = await unit.db.fetchval("SELECT error FROM failed_delivery")
            assert (kept, await person.left(unit.db, [made.QUESTION])) == ("", 0)


async def test_a_server_s_words_about_an_asker_are_told_to_them_and_counted(database: Database) -> None:
    async with stage(database) as on:
        await on.tell(made.life(made.received(), made.routed()))
        async with on.on.transactions.begin(made.QUESTION) as unit:
            without = await person.left(unit.db, [made.QUESTION])
        await on.tell([told(failed(), 1)])
        async with on.on.transactions.begin(made.QUESTION) as unit:
            assert await person.left(unit.db, [made.QUESTION]) == without + 1
            assert "no such user" in str(await person.told(unit.db, [made.QUESTION]))
