"""The key figures of a year: as pages, as files, frozen, imported, counted anew."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Literal

import httpx
import pytest
from asyncpg import Pool, Record
from pypdf import PdfReader

from services.metrics.domain import imported_years
from services.metrics.domain.figures import OTHERS, PartnerShare, Piece
from services.metrics.domain.public import FOLDED
from services.metrics.handlers import year_figures
from services.metrics.handlers.figures_json import to_json
from services.metrics.handlers.recounting import check, rebuild
from services.metrics.pages.typst import Job, press
from services.metrics.store import other_years
from tests.support.metrics_network import NOON, TIMES, TODAY, count_year, figures_door, pool_of
from tests.support.servers import Database
from tests.support.waiting import PATIENCE_SECONDS


@pytest.fixture
async def pool(database: Database) -> AsyncIterator[Pool[Record]]:
    async with pool_of(database) as pool:
        await count_year(pool, 2025, 240)
        await count_year(pool, 2026, 260)
        yield pool


@pytest.fixture
async def door(pool: Pool[Record]) -> AsyncIterator[httpx.AsyncClient]:
    async with figures_door(pool) as client:
        yield client


async def received(pool: Pool[Record], year: int) -> int:
    return (await year_figures.read(pool, year, today=TODAY)).n("received")


@pytest.mark.parametrize(
    ("query", "words"),
    [("", "Les chiffres clés 2026"), ("?lang=en", "Key figures 2026")],
)
async def test_the_page_speaks_french_and_english(door: httpx.AsyncClient, query: str, words: str) -> None:
    page = await door.get(f"/figures/2026{query}")
    assert page.status_code == 200
    assert words in page.text


@pytest.mark.parametrize(
    ("query", "accepted", "language"),
    [
        ("", "en-GB,en;q=0.9,fr;q=0.5", "en"),
        ("", "de-DE,de;q=0.9", "fr"),
        ("?lang=fr", "en-GB", "fr"),
        ("?lang=en", "fr-FR", "en"),
        ("?lang=xx", "en-GB", "en"),
    ],
)
async def test_the_page_speaks_as_its_address_or_else_the_browser_wishes(
    door: httpx.AsyncClient, query: str, accepted: str, language: str
) -> None:
    page = await door.get(f"/figures/2026{query}", headers={"accept-language": accepted})
    assert f'<html lang="{language}">' in page.text
    assert page.headers["vary"] == "Accept-Language"
    other = "en" if language == "fr" else "fr"
    ours = re.findall(r'href="(/figures/\d[^"]*)"', page.text)
    assert len(ours) > 5
    assert [address for address in ours if f"lang={language}" not in address] == [
        f"/figures/2026?lang={other}"
    ]


async def test_the_page_shows_the_number_that_was_counted(
    door: httpx.AsyncClient, pool: Pool[Record]
) -> None:
    shown = re.search(
        r'<div class="big received">.*?<strong>(\d+)</strong>', (await door.get("/figures/2026")).text, re.S
    )
    assert shown is not None
    assert int(shown[1]) == await received(pool, 2026)


async def test_a_running_year_says_so_and_compares_with_the_same_days(
    door: httpx.AsyncClient, pool: Pool[Record]
) -> None:
    figures = await year_figures.read(pool, 2026, today=TODAY)
    before = figures.headlines["received"].before
    assert figures.so_far
    assert before is not None
    assert before < await received(pool, 2025)
    assert "30\N{NO-BREAK SPACE}juin 2026" in (await door.get("/figures/2026")).text


async def test_every_chart_is_described_in_words(door: httpx.AsyncClient) -> None:
    page = (await door.get("/figures/2026?lang=en")).text
    described = re.findall(r'<svg role="img" aria-label="([^"]+)"', page)
    assert len(described) == page.count("<svg ")
    assert any("Month by month" in text or "Questions received and answers" in text for text in described)


async def test_a_partner_has_a_page_of_its_own(door: httpx.AsyncClient) -> None:
    page = await door.get("/figures/2026/bibliotheque-du-canal")
    assert page.status_code == 200
    assert "Bibliothèque du Canal, Bruxelles" in page.text
    assert "Qui répond" not in page.text


async def test_an_unknown_year_names_the_known_ones(door: httpx.AsyncClient) -> None:
    page = await door.get("/figures/1984")
    assert page.status_code == 404
    assert "/figures/2025" in page.text


@pytest.mark.parametrize("odd", ["0", "294276", "99999999999999999999", "2025/%00", "2025/nobody", "0.pdf"])
async def test_an_address_nobody_has_is_not_found_and_no_fault(door: httpx.AsyncClient, odd: str) -> None:
    assert (await door.get(f"/figures/{odd}")).status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/nowhere", 404), ("POST", "/figures/2026", 405)]
)
async def test_what_is_no_page_is_said_on_one_of_ours(
    door: httpx.AsyncClient, method: str, path: str, status: int
) -> None:
    answer = await door.request(method, path)
    assert answer.status_code == status
    assert "Cette page n’existe pas" in answer.text


async def test_a_network_without_any_question_says_when_there_will_be_figures(database: Database) -> None:
    async with pool_of(database) as empty, figures_door(empty) as client:
        page = await client.get((await client.get("/figures?lang=en")).headers["location"])
        poster = await client.get(f"{page.url.path}.pdf")
    assert (page.status_code, poster.status_code) == (200, 404)
    assert "Figures come with the first question." in page.text


@pytest.mark.parametrize("path", ["/", "/figures/2026", "/figures/2026.pdf", "/figures/2026/bpi"])
async def test_while_the_database_is_away_visitors_are_told_to_come_back(
    database: Database, path: str
) -> None:
    async with pool_of(database) as away, figures_door(away) as client:
        await away.close()
        told = await client.get(path, params={"lang": "en"})
    assert told.status_code == 503
    assert told.headers["retry-after"]
    assert "The figures cannot be read just now." in told.text


async def test_the_front_door_leads_to_the_latest_year(door: httpx.AsyncClient) -> None:
    assert (await door.get("/figures?lang=en")).headers["location"].endswith("/figures/2026?lang=en")


async def test_in_january_the_front_door_leads_to_the_year_that_is_over(pool: Pool[Record]) -> None:
    class SecondOfJanuary:
        def now(self) -> datetime:
            return datetime(2026, 1, 2, 8, 0, tzinfo=UTC)

    async with figures_door(pool, SecondOfJanuary()) as client:
        assert (await client.get("/figures")).headers["location"].endswith("/figures/2025")
        running = await client.get("/figures/2026")
    assert '<a href="/figures/2025?lang=fr">Les chiffres clés 2025</a>' in running.text


async def test_a_file_is_kept_under_a_name_that_says_what_it_is(door: httpx.AsyncClient) -> None:
    reply = await door.get("/figures/2026/bibliotheque-du-canal.csv?lang=en")
    assert reply.headers["content-disposition"].endswith('"figures-2026-bibliotheque-du-canal-en.csv"')


async def test_an_embedded_page_has_no_footer_to_click_away_with(door: httpx.AsyncClient) -> None:
    assert '<body class="embedded">' in (await door.get("/figures/2026?embed=1")).text


async def test_no_page_names_a_host_that_a_caller_names(door: httpx.AsyncClient) -> None:
    page = (await door.get("/figures/2026?lang=en", headers={"host": "evil.example"})).text
    assert 'iframe src="/figures/2026?embed=1&amp;lang=en"' in page
    assert "evil.example" not in page


@pytest.mark.parametrize(
    ("address", "start"),
    [
        ("2026.pdf", b"%PDF-"),
        ("2026.pdf?paper=a3", b"%PDF-"),
        ("2026/bibliotheque-du-canal.pdf?lang=en", b"%PDF-"),
        ("2026.png", b"\x89PNG"),
        ("2026.png?shape=square", b"\x89PNG"),
    ],
)
async def test_posters_and_pictures_are_made(door: httpx.AsyncClient, address: str, start: bytes) -> None:
    answer = await door.get(f"/figures/{address}", timeout=PATIENCE_SECONDS)
    assert answer.status_code == 200
    assert answer.content.startswith(start)


@pytest.mark.parametrize("partners", [0, 1, 47])
@pytest.mark.parametrize("paper", ["a4", "a3"])
async def test_a_poster_is_one_page_however_many_partners_and_however_long_their_names(
    pool: Pool[Record], partners: int, paper: Literal["a4", "a3"]
) -> None:
    figures = await year_figures.read(pool, 2026, today=TODAY)
    names = tuple(
        PartnerShare(f"p{n}", "Réseau de lecture publique de l’agglomération " * 3, 9, 9, 0, 3)
        for n in range(partners)
    )
    pdf = press(
        Job(figures=replace(figures, partners=names), language="fr", zone="Europe/Paris", shape=paper)
    )
    assert len(PdfReader(io.BytesIO(pdf)).pages) == 1


@pytest.mark.parametrize(("shape", "size"), [("", (1200, 630)), ("?shape=square", (1200, 1200))])
async def test_pictures_have_the_size_that_networks_want(
    door: httpx.AsyncClient, shape: str, size: tuple[int, int]
) -> None:
    png = (await door.get(f"/figures/2026.png{shape}", timeout=PATIENCE_SECONDS)).content
    assert (int.from_bytes(png[16:20]), int.from_bytes(png[20:24])) == size


async def test_csv_json_and_spreadsheet_hold_the_same_total(
    door: httpx.AsyncClient, pool: Pool[Record]
) -> None:
    total = await received(pool, 2026)
    rows = list(csv.DictReader(io.StringIO((await door.get("/figures/2026.csv")).text)))
    stated = [row["n"] for row in rows if (row["measure"], row["facet"]) == ("received", "total")]
    assert stated == [str(total)]
    assert json.loads((await door.get("/figures/2026.json")).text)["headlines"]["received"]["n"] == total
    ods = zipfile.ZipFile(io.BytesIO((await door.get("/figures/2026.ods")).content))
    assert f'office:value="{total}"' in ods.read("content.xml").decode()


async def test_a_format_nobody_makes_is_refused_with_those_that_are(door: httpx.AsyncClient) -> None:
    answer = await door.get("/figures/2026.docx")
    assert answer.status_code == 404
    assert "pdf" in answer.text


async def test_a_frozen_year_no_longer_changes(pool: Pool[Record]) -> None:
    before = await year_figures.read(pool, 2025, today=TODAY)
    async with pool.acquire() as db:
        await other_years.freeze(db, 2025, "", to_json(before))
    await count_year(pool, 2025, 60)
    assert await year_figures.read(pool, 2025, today=TODAY) == before
    async with pool.acquire() as db:
        await other_years.thaw(db, 2025)
    assert await received(pool, 2025) > before.n("received")


async def test_what_comes_late_is_told_by_theme_when_the_month_it_came_in_is_over(pool: Pool[Record]) -> None:
    async def seen(today: date) -> tuple[int, list[Piece]]:
        figures = await year_figures.read(pool, 2025, today=today)
        folded = [piece for facet in sorted(FOLDED) for piece in figures.cut(facet)]
        return figures.n("received"), [piece for piece in folded if piece.value not in ("", OTHERS)]

    total, pieces = await seen(TODAY)
    assert pieces
    await count_year(pool, 2025, 60, NOON)
    assert await seen(TODAY) == (total + 60, pieces)
    await rebuild(pool, TIMES)
    assert await seen(TODAY) == (total + 60, pieces)
    _, later = await seen(TODAY + timedelta(days=1))
    assert sum(piece.n for piece in later) > sum(piece.n for piece in pieces)


async def test_imported_years_stand_in_the_history_beside_counted_ones(
    pool: Pool[Record], tmp_path: Path
) -> None:
    file = tmp_path / "years.csv"
    file.write_text(
        "year,partner,measure,facet,value,n,source\n"
        "2014,,received,total,,3700,Made up for a test\n"
        "2014,,received,channel,facebook_group,740,Made up for a test\n"
    )
    async with pool.acquire() as db:
        await other_years.import_years(db, imported_years.read(file))
    figures = await year_figures.read(pool, 2026, today=TODAY)
    first = figures.history[0]
    assert (first.year, first.n) == (2014, 3700)
    assert {piece.value: piece.n for piece in first.channels} == {"facebook_group": 740, "": 2960}
    assert figures.sources == ("Made up for a test",)


async def counters(pool: Pool[Record]) -> list[Record]:
    return await pool.fetch("SELECT * FROM tally ORDER BY partner, measure, facet, month, value")


async def test_a_rebuild_from_the_log_gives_the_same_counters(pool: Pool[Record]) -> None:
    counted, ever = await counters(pool), await pool.fetch("SELECT * FROM ever ORDER BY 1, 2, 3, 4")
    assert await rebuild(pool, TIMES) == await pool.fetchval("SELECT count(*) FROM log")
    assert await counters(pool) == counted
    assert await pool.fetch("SELECT * FROM ever ORDER BY 1, 2, 3, 4") == ever


async def test_a_check_names_the_counter_that_differs_and_a_rebuild_mends_it(pool: Pool[Record]) -> None:
    await pool.execute(
        "UPDATE monthly SET n = n + 7 WHERE month = '2026-03-01' AND cut = (SELECT min(id) FROM cut"
        " WHERE partner = '' AND measure = 'received' AND facet = 'channel')"
    )
    _, differences = await check(pool, TIMES)
    assert [(found.measure, found.counted - found.in_log) for found in differences] == [("received", 7)]
    await rebuild(pool, TIMES)
    assert (await check(pool, TIMES))[1] == []
    assert await count_year(pool, 2024, 12) > 0
