"""Any order and any duplication of what the workspace hears ends in the same lists and the same questions."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.chassis.messaging.incoming import IncomingMessage
from services.workspace.entrypoints.subscriptions import subscriptions
from services.workspace.handlers.hearing import make_anew
from tests.integration.workspace import facts as made
from tests.support.bench import Bench, bench
from tests.support.servers import Database

EMPTY = (
    "TRUNCATE fact, question, assignment, library, draft, draft_kept, note, mention, inbox, outbox, waiting"
)

QUESTIONS = """
SELECT id, heading, text, received_at, promise_at, state, holder, channel, subject, language, words
FROM question
"""
ASSIGNMENTS = "SELECT * FROM assignment ORDER BY question, partner"
FACTS = "SELECT * FROM fact ORDER BY question, event"

LIVES = [
    [made.received(), made.routed(), made.taken(), made.handed_in(), made.answered(), made.published()],
    [
        made.received(note="Je suis mineur."),
        made.routed(),
        made.declined(),
        made.routed("bm-brest", 2),
        made.followed_up(),
        made.handed_in("bm-lyon"),
        made.answered("bm-brest", "second", 2),
    ],
    [
        made.received(),
        made.routed(),
        made.overdue(),
        made.routed("bm-brest", 2),
        made.closed(),
        made.reopened(),
        made.routed("bm-lyon", 3),
    ],
    [made.received(note="Secret."), made.routed(), made.followed_up(), made.handed_in(), made.erased()],
    [made.received(), made.routed(), made.handed_in(), made.withdrawn(), made.answered()],
    [made.received(), made.routed(), made.taken(), made.paused()],
    [made.received(), made.routed(), made.paused(), made.followed_up(), made.resumed()],
    [made.received(), made.routed(), made.answered(), made.followed_up(), made.follow_up_routed()],
    [made.received(), made.routed(), made.answered(), made.follow_up_routed(), made.added()],
]


@st.composite
def tellings(draw: st.DrawFn) -> tuple[list[IncomingMessage], list[IncomingMessage]]:
    """One life told once in order, and the same told in any order with repetitions."""
    letters = made.life(*draw(st.sampled_from(LIVES)))
    again = draw(st.lists(st.sampled_from(letters), max_size=6))
    return letters, draw(st.permutations(letters + again))


async def told(on: Bench, letters: list[IncomingMessage], batch: int) -> tuple[Any, ...]:
    await on.pool.execute(EMPTY)
    handling = on.handling(subscriptions())
    for start in range(0, len(letters), batch):
        await handling.settle(letters[start : start + batch])
    return await state(on)


async def state(on: Bench) -> tuple[Any, ...]:
    found = [await on.pool.fetch(query) for query in (QUESTIONS, ASSIGNMENTS, FACTS)]
    return tuple([tuple(row) for row in rows] for rows in found)


@asynccontextmanager
async def tables(database: Database) -> AsyncIterator[Bench]:
    async with bench(database("workspace"), "workspace") as on:
        yield on


@settings(max_examples=40)
@given(telling=tellings(), batch=st.integers(min_value=1, max_value=9))
def test_any_order_and_any_repetition_end_the_same(
    database: Database, telling: tuple[list[IncomingMessage], list[IncomingMessage]], batch: int
) -> None:
    async def both() -> None:
        async with tables(database) as on:
            in_order, anyhow = telling
            assert await told(on, anyhow, batch) == await told(on, in_order, 1)
            assert await on.dead() == []

    asyncio.run(both())


async def test_the_model_made_anew_of_what_was_kept_is_the_same(database: Database) -> None:
    async with tables(database) as on:
        before = await told(on, made.life(*LIVES[1]), 3)
        await on.pool.execute("TRUNCATE question, assignment")
        async with on.transactions.begin(made.QUESTION) as unit:
            await make_anew(unit, [made.QUESTION])
        assert await state(on) == before


async def test_the_address_of_an_asker_is_never_written_down(database: Database) -> None:
    async with tables(database) as on:
        for life in LIVES:
            await told(on, made.life(*life), 2)
            for table in ("fact", "question", "assignment", "inbox", "waiting"):
                rows = await on.pool.fetch(f"SELECT t::text AS row FROM {table} t")
                assert not [row for row in rows if made.ADDRESS in row["row"] or "@" in row["row"]]


async def test_a_forgotten_asker_leaves_nothing_they_wrote(database: Database) -> None:
    async with tables(database) as on:
        await told(on, made.life(*LIVES[3]), 9)
        rows = await on.pool.fetch("SELECT data::text AS data FROM fact")
        left = " ".join(row["data"] for row in rows)
        assert not [word for word in ("phare", "Secret", "1897", "Blocqueville") if word in left]
        assert await on.pool.fetchval("SELECT heading || text FROM question") == ""


async def test_a_library_finds_each_question_in_the_list_it_stands_in(database: Database) -> None:
    async with tables(database) as on:
        for life, expected in zip(
            LIVES,
            [
                {"bm-lyon": "answered"},
                {"bm-lyon": "passed", "bm-brest": "answered"},
                {"bm-brest": "passed", "bm-lyon": "open"},
                {"bm-lyon": "open"},
                {"bm-lyon": "passed"},
                {"bm-lyon": "waiting"},
                {"bm-lyon": "taken"},
                {"bm-lyon": "open"},
                {"bm-lyon": "answered"},
            ],
            strict=True,
        ):
            await told(on, made.life(*life), 4)
            rows = await on.pool.fetch("SELECT partner, list FROM assignment")
            assert {row["partner"]: row["list"] for row in rows} == expected


ANSWERED_WITH = ["**Voir**", "[la notice](https://gallica.example/ark)", "<https://archive.example/7>"]


async def test_words_of_answers_are_found_whatever_marks_and_however_many_there_are(
    database: Database,
) -> None:
    """Thirty answers of other words each, over a megabyte in all, and each as costly to read as can be."""
    many = [f"{' '.join(f'{one:x}mot{n:x}' for n in range(4_000))}{'[*' * 5_000}" for one in range(30)]
    texts = [" ".join(ANSWERED_WITH), *many]
    more = [made.added().model_copy(update={"text": text, "format": "commonmark"}) for text in texts]
    async with tables(database) as on:
        await told(on, made.life(made.received(), made.routed(), *more), 9)
        assert await on.dead() == []
        for word in ("voir", "notice", "gallica.example", "https://archive.example/7", "0mot9"):
            found = "SELECT count(*) FROM question_search WHERE words @@ plainto_tsquery('simple', $1)"
            assert await on.pool.fetchval(found, word) == 1, word
