"""How quick the archive is when full: ./sesame bench notifier-archive --answers 100000

Made-up answers with words as unevenly used as in real texts, asked through HTTP on a real server, one reader
after another, and in turn with a bare page with one SELECT: what else the machine does lengthens both. Leaves
with status 1 when a kind of page is above 50 ms at the 95th percentile.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from statistics import median, quantiles

import httpx
import psutil
import uvloop
from asyncpg import Pool, Record
from starlette.routing import Mount
from uuid_utils.compat import uuid7

from devtools.servers.folders import throwaway_folder
from devtools.servers.servers import running_servers
from services.chassis.http.serving import serving
from services.chassis.postgres.database import open_pool
from services.notifier.domain.search_terms import near, plain, words
from services.notifier.entrypoints.archive.page_views import PageViews
from tests.benchmarks.bare_pages import TABLE, BarePages, asked
from tests.support.bench import Bench, bench
from tests.support.notifier_archive import application
from tests.support.servers import cloned, drop, make_template, migrate_template

VOCABULARY = 40_000
TITLE, QUESTION, ANSWER = 8, 30, 90
"""Words in each."""
PAGE = 1_000
BARE = "bare"
LIMIT_MS = 50.0
SYLLABLES = [
    *"aeiou",
    "ba",
    "cha",
    "co",
    "de",
    "fa",
    "gri",
    "lu",
    "mon",
    "ni",
    "pré",
    "qua",
    "sol",
    "ter",
    "vi",
    "zé",
]

FILL_QUESTIONS = """
INSERT INTO question (id, text, facets, attachments, publish_consent, asker)
SELECT id, '', '{}', '[]', true, '{}' FROM unnest($1::uuid[]) AS id
"""
FILL = """
INSERT INTO archive_entry (answer_id, question_id, state, title, question, answer, sources, subject, language,
    partner, partner_name, answered_at, promise_at, facets, held_at, published_at, words)
SELECT id, id, 'published', title, question, answer, '["Catalogue"]', subject, 'fr', partner, partner, moment,
    moment, '{}', moment, moment, setweight(to_tsvector('french', folded_title), 'A')
    || setweight(to_tsvector('french', folded_question), 'B')
    || setweight(to_tsvector('french', folded_answer), 'C')
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[],
    $8::text[], $9::text[], $10::text[])
    AS made (id, title, question, answer, subject, partner, moment, folded_title, folded_question,
        folded_answer)
"""
FILL_WORDS = """
INSERT INTO archive_word (word, entries, near)
SELECT word, entries, string_to_array(near, ' ')
FROM unnest($1::text[], $2::int[], $3::text[]) AS made (word, entries, near)
"""
FILL_LISTS = """
INSERT INTO archive_list SELECT 'partner', partner, partner, count(*) FROM archive_entry GROUP BY partner
UNION ALL SELECT 'subject', subject, subject, count(*) FROM archive_entry GROUP BY subject
UNION ALL SELECT 'year', year::text, year::text, count(*) FROM archive_entry GROUP BY year
"""


class Language:
    """Made-up words; the one of rank n is used 1/n as often as the first (Zipf)."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        made = {"".join(self._random.choices(SYLLABLES, k=1 + n % 5)) for n in range(VOCABULARY * 3)}
        self.words = sorted(word for word in made if len(word) > 2)[:VOCABULARY]
        self._random.shuffle(self.words)
        self._weights = list(accumulate(1 / rank for rank in range(1, len(self.words) + 1)))

    def text(self, length: int) -> str:
        return " ".join(self._random.choices(self.words, cum_weights=self._weights, k=length))

    def subject(self) -> str:
        return f"theme-{self._random.randrange(25)}"

    def partner(self) -> str:
        return f"library-{self._random.randrange(180)}"


async def fill(pool: Pool[Record], language: Language, number: int) -> dict[str, int]:
    """Gives word → entries that hold it."""
    uses: dict[str, int] = {}
    for start in range(0, number, PAGE):
        rows = [_row(language, start + turn) for turn in range(min(PAGE, number - start))]
        for row in rows:
            for word in words(" ".join(row[1:4])):
                uses[word] = uses.get(word, 0) + 1
        folded = [[plain(str(row[at])) for row in rows] for at in (1, 2, 3)]
        await pool.execute(FILL_QUESTIONS, [row[0] for row in rows])
        await pool.execute(FILL, *map(list, zip(*rows, strict=True)), *folded)
    await pool.execute(FILL_WORDS, list(uses), list(uses.values()), [" ".join(near(word)) for word in uses])
    await pool.execute(FILL_LISTS)
    await pool.execute("VACUUM ANALYZE archive_entry")
    await pool.execute("VACUUM ANALYZE archive_word")
    return uses


def _row(language: Language, turn: int) -> tuple[object, str, str, str, str, str, object]:
    moment = datetime(2016, 1, 4, tzinfo=UTC) + timedelta(minutes=52 * turn)
    texts = (language.text(TITLE), language.text(QUESTION), language.text(ANSWER))
    return (uuid7(), *texts, language.subject(), language.partner(), moment)


def addresses(language: Language, uses: dict[str, int], number: int) -> Iterator[tuple[str, str]]:
    """(kind of page, address), without end."""
    chance = random.Random(7)
    by_use = sorted(uses, key=lambda word: -uses[word])
    common, rare = by_use[:200], by_use[len(by_use) // 2 :]
    while True:
        word, other, seldom = chance.choice(common), chance.choice(common), chance.choice(rare)
        at = chance.randrange(1, max(2, len(seldom) - 1))
        yield "home", "/"
        yield "page 20", "/?page=20"
        yield "filtered", f"/?subject={language.subject()}&year=2019"
        yield "answer", f"/a/{chance.randrange(1, number)}"
        yield "common word", f"/?q={word}"
        yield "two words", f"/?q={word}+{other}"
        yield "rare word", f"/?q={seldom}"
        yield "word and filter", f"/?q={word}&library={language.partner()}"
        yield "mistyped", f"/?q={seldom[:at] + seldom[at + 1 :]}"
        yield "feed", f"/feed.atom?subject={language.subject()}"
        yield "api", f"/api/v1/answers?q={other}"


@asynccontextmanager
async def full(number: int, language: Language) -> AsyncIterator[tuple[httpx.AsyncClient, dict[str, int]]]:
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(throwaway_folder())
        servers = await stack.enter_async_context(running_servers(folder, fsync=False))
        template = await make_template(servers)
        await migrate_template(template)
        stack.push_async_callback(drop, template)
        database = await stack.enter_async_context(cloned(template))
        on: Bench = await stack.enter_async_context(bench(database("notifier"), "notifier"))
        reading = await open_pool(database("notifier"), name="bench", size=5, reads=True)
        stack.push_async_callback(reading.close)
        uses = await fill(on.pool, language, number)
        app = application(reading, PageViews(on.transactions.begin))
        await on.pool.execute(TABLE)
        app.router.routes.insert(0, Mount("/floor", BarePages(on.pool).app()))
        port = await stack.enter_async_context(serving(app, "127.0.0.1", 0, grace_seconds=1))
        yield await stack.enter_async_context(httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}")), uses


async def measure(number: int, rounds: int) -> dict[str, dict[str, float]]:
    language = Language(1)
    took: dict[str, list[float]] = {}
    async with full(number, language) as (client, uses):
        asking = addresses(language, uses, number)
        for turn in range(rounds * 11):
            kind, address = next(asking)
            milliseconds, bare = await asked(client, address), await asked(client, "/floor/bare")
            if turn >= 33:
                took.setdefault(kind, []).append(milliseconds)
                took.setdefault(BARE, []).append(bare)
    return {
        kind: {
            "p50 ms": round(median(times), 1),
            "p95 ms": round(quantiles(times, n=20)[18], 1),
            "p50 of bare": round(median(times) / median(took[BARE]), 1),
        }
        for kind, times in took.items()
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--answers", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=60)
    chosen = parser.parse_args()
    figures = uvloop.run(measure(chosen.answers, chosen.rounds))
    print(json.dumps(figures, indent=2))
    print(f"load of the machine: {psutil.getloadavg()[0]:.1f} on {psutil.cpu_count()} cores")
    return int(any(figure["p95 ms"] > LIMIT_MS for figure in figures.values()))


if __name__ == "__main__":
    raise SystemExit(main())
