"""How quick the workspace is when full: ./sesame bench workspace --questions 100000 --libraries 500

Made-up questions, a twentieth of them open, seen through HTTP on a real server by the coordinator and by a
library's lead, one page after another; then 300 pages that stay open (Server-Sent Events). Leaves with status
1 when a kind of page is above 50 ms at the 95th percentile, or the process above 150 MB.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from statistics import median, quantiles
from time import perf_counter
from uuid import UUID

import httpx
import psutil
import uvloop
from asyncpg import Pool, Record

from devtools.servers.folders import throwaway_folder
from devtools.servers.servers import running_servers
from services.chassis.http.serving import serving
from services.workspace.domain.roles import Member
from services.workspace.entrypoints.sign_in.guard import COOKIE
from tests.integration.workspace.stage import Someone, stage
from tests.support.servers import cloned, drop, make_template, migrate_template

LIMIT_MS, LIMIT_MB = 50.0, 150.0
STREAMS, READERS = 300, 30
WARM = 3
"""Rounds that are not counted."""
OPEN_OF_A_HUNDRED = 5

LIBRARIES = """
INSERT INTO library (id, name, time_zone, told_at, record, version)
SELECT 'bm-' || n, 'Bibliothèque ' || n, 'Europe/Paris', now(),
    jsonb_build_object('id', 'bm-' || n, 'name', 'Bibliothèque ' || n, 'languages', '["fr"]'::jsonb), 1
FROM generate_series(0, $1::int - 1) AS n
"""

QUESTIONS = """
INSERT INTO question (id, heading, text, received_at, promise_at, state, holder, channel, subject, language)
SELECT md5('q' || n)::uuid, 'Où trouver le plan ' || n || ' du moulin ' || n % 977 || ' ?',
    'Bonjour, où trouver le plan ' || n || ' du moulin ' || n % 977 || ' ? ' || repeat('Merci. ', 40),
    now() - n * interval '10 minutes', now() - n * interval '10 minutes' + interval '3 days',
    CASE WHEN n % 100 = 0 THEN 'unroutable' WHEN n % 100 < $3::int THEN 'asked' ELSE 'answered' END,
    CASE WHEN n % 100 = 0 THEN NULL ELSE 'bm-' || n % $2::int END, 'form',
    (ARRAY['histoire', 'arts', 'sciences', 'sante'])[n % 4 + 1], 'fr'
FROM generate_series(0, $1::int - 1) AS n
"""

ASSIGNMENTS = """
INSERT INTO assignment (question, partner, list, routed_at, due_at, done_at)
SELECT id, holder,
    CASE state WHEN 'answered' THEN 'answered'
        ELSE (ARRAY['open', 'taken', 'waiting'])[ascii(id::text) % 3 + 1] END,
    received_at, promise_at - interval '1 day',
    CASE state WHEN 'answered' THEN received_at + interval '1 day' END
FROM question WHERE holder IS NOT NULL
"""

FACTS = """
INSERT INTO fact (question, event, type, at, data)
SELECT q.id, q.id || kind, kind, q.received_at + number * interval '1 hour', data
FROM question q
JOIN library l ON l.id = coalesce(q.holder, 'bm-0')
CROSS JOIN LATERAL (VALUES
    (0, 'question.received', jsonb_build_object('text', q.text, 'facets', jsonb_build_object(
        'channel', 'form', 'received_at', q.received_at, 'subject', q.subject, 'language', 'fr'))),
    (1, 'question.routed', jsonb_build_object('assignment_id', q.id, 'attempt', 1, 'due_at', q.promise_at,
        'promise_at', q.promise_at, 'partner', jsonb_build_object('id', l.id, 'name', l.name),
        'facets', jsonb_build_object('channel', 'form', 'received_at', q.received_at))),
    (2, 'answer.received', jsonb_build_object('answer_id', q.id, 'partner', l.id, 'way', 'mail',
        'text', repeat('Le plan est aux archives. ', 40))),
    (3, 'question.answered', jsonb_build_object('answer_id', q.id, 'text',
        repeat('Le plan est aux archives. ', 40), 'answered_at', q.received_at + interval '1 day',
        'promise_at', q.promise_at, 'partner', jsonb_build_object('id', l.id, 'name', l.name),
        'facets', jsonb_build_object('channel', 'form', 'received_at', q.received_at)))
) AS told (number, kind, data)
WHERE number = 0 OR q.holder IS NOT NULL AND (number = 1 OR q.state = 'answered')
"""

WORDS = """
INSERT INTO question_search (question, digest, words)
SELECT id, '', to_tsvector('french', text) || to_tsvector('simple', text) FROM question
"""

STREAMING = """
import asyncio, sys
port, *cookies = sys.argv[1:]
async def one(cookie):
    read, write = await asyncio.open_connection("127.0.0.1", int(port))
    write.write(f"GET /changes HTTP/1.1\\r\\nHost: x\\r\\nCookie: {cookie}\\r\\n\\r\\n".encode())
    said = await read.readline()
    assert b" 200 " in said, said
    await read.readuntil(b"retry")
    return write
async def main():
    kept = [await one(cookie) for cookie in cookies]
    print("open", len(kept), flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
asyncio.run(main())
"""


async def fill(pool: Pool[Record], questions: int, libraries: int) -> None:
    await pool.execute(LIBRARIES, libraries)
    await pool.execute(QUESTIONS, questions, libraries, OPEN_OF_A_HUNDRED, timeout=600)
    # As PostgreSQL's own autovacuum has done in any network that grew to this size.
    for statement in (ASSIGNMENTS, FACTS, WORDS, "VACUUM ANALYZE"):
        await pool.execute(statement, timeout=600)


def addresses(questions: list[UUID]) -> Iterator[tuple[str, str, str]]:
    """Kind of page, who looks at it, its address."""
    while True:
        one = random.choice(questions)
        yield "network", "coordinator", "/network"
        yield "network, running", "coordinator", "/network?need=running&page=3"
        yield "network, ended", "coordinator", "/network?need=ended"
        yield "network, searched", "coordinator", f"/network?need=ended&q=moulin+{random.randrange(977)}"
        yield "libraries", "coordinator", "/libraries"
        yield "question", "coordinator", f"/questions/{one}"
        yield "list to take", "lead", "/questions"
        yield "list answered", "lead", "/questions?list=answered"
        yield "list searched", "lead", f"/questions?list=answered&q=moulin+{random.randrange(977)}"


@asynccontextmanager
async def full(questions: int, libraries: int) -> AsyncIterator[tuple[int, dict[str, Someone], list[UUID]]]:
    """The port, who looks, and some questions."""
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(throwaway_folder())
        servers = await stack.enter_async_context(running_servers(folder, fsync=False))
        template = await make_template(servers)
        await migrate_template(template)
        stack.push_async_callback(drop, template)
        database = await stack.enter_async_context(cloned(template))
        on = await stack.enter_async_context(stage(database, most_streams=STREAMS + 10))
        await fill(on.on.pool, questions, libraries)
        some = await on.on.pool.fetch("SELECT id FROM question ORDER BY id LIMIT 500")
        people = {
            "coordinator": await on.someone("Claire Dumas", Member("coordinator")),
            "lead": await on.someone("Amel Benali", Member("lead", "bm-1")),
        }
        for number in range(READERS):
            people[f"Lead {number}"] = await on.someone(f"Lead {number}", Member("lead", f"bm-{number}"))
        port = await stack.enter_async_context(
            serving(on.app, "127.0.0.1", 0, grace_seconds=1, most_connections=STREAMS + 50)
        )
        yield port, people, [row["id"] for row in some]


async def measure(questions: int, libraries: int, rounds: int) -> dict[str, dict[str, float]]:
    took: dict[str, list[float]] = {}
    async with full(questions, libraries) as (port, people, some):
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            asking = addresses(some)
            for turn in range((rounds + WARM) * 9):
                kind, who, address = next(asking)
                started = perf_counter()
                reply = await client.get(address, headers={"cookie": cookie_of(people[who])})
                milliseconds = (perf_counter() - started) * 1000
                assert reply.status_code == 200, (address, reply.status_code)
                if turn >= WARM * 9:
                    took.setdefault(kind, []).append(milliseconds)
        figures = {
            kind: {"p50 ms": round(median(times), 1), "p95 ms": round(quantiles(times, n=20)[18], 1)}
            for kind, times in took.items()
        }
        print(json.dumps(figures, indent=2), file=sys.stderr)
        streams = await with_streams(port, [cookie_of(people[f"Lead {n % READERS}"]) for n in range(STREAMS)])
    return {**figures, f"{STREAMS} open pages": streams}


def cookie_of(someone: Someone) -> str:
    return f"{COOKIE}={someone.http.cookies[COOKIE]}"


async def with_streams(port: int, cookies: list[str]) -> dict[str, float]:
    """Of this whole process, which is the server and its measuring; the pages are another's."""
    before = megabytes()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", STREAMING, str(port), *cookies),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    said = await process.stdout.readline()
    assert said.decode().split() == ["open", str(STREAMS)], said
    after = megabytes()
    await process.communicate(b"")
    return {"before MB": before, "with them MB": after}


def megabytes() -> float:
    return round(float(psutil.Process().memory_info().rss) / 1e6, 1)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=100_000)
    parser.add_argument("--libraries", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=60)
    chosen = parser.parse_args()
    figures = uvloop.run(measure(chosen.questions, chosen.libraries, chosen.rounds))
    print(json.dumps(figures, indent=2))
    slow = any(figure.get("p95 ms", 0) > LIMIT_MS for figure in figures.values())
    return int(slow or any(figure.get("with them MB", 0) > LIMIT_MB for figure in figures.values()))


if __name__ == "__main__":
    raise SystemExit(main())
