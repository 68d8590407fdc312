"""`./sesame metrics …` as somebody types it on the second of January."""

from __future__ import annotations

import argparse
import os
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest

from devtools.checkout import ROOT
from devtools.demo.invented_years import fill
from services.metrics.commands.actions import ACTIONS, CannotBeDone
from services.metrics.commands.arguments import register
from services.metrics.handlers import year_figures
from tests.support.metrics_network import TODAY, count_year, pool_of
from tests.support.servers import Database

EXAMPLE = ROOT / "examples/earlier-years.csv"


async def sesame_metrics(url: str, *typed: str) -> int:
    parser = argparse.ArgumentParser()
    register(parser.add_subparsers())
    chosen = parser.parse_args(["metrics", *typed, "--database-url", url])
    return await ACTIONS[chosen.action](chosen)


@pytest.fixture
async def url(database: Database) -> str:
    async with asyncpg.create_pool(database("metrics"), min_size=1, max_size=2) as pool:
        await fill(pool, [2025], 60)
    return database("metrics")


async def test_last_years_figures_become_a_file_named_after_them(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for typed in (("--format", "csv"), ("--format", "png", "--shape", "square", "--lang", "en")):
        assert await sesame_metrics(url, "figures", "2025", *typed) == 0
    assert sorted(os.listdir(tmp_path)) == ["figures-2025-square-en.png", "figures-2025.csv"]


async def test_a_year_nobody_knows_is_refused_with_the_known_ones(url: str) -> None:
    with pytest.raises(CannotBeDone, match=r"nothing is known of the network in 1999; known years: 2025"):
        await sesame_metrics(url, "figures", "1999")


async def test_only_a_year_that_is_over_can_be_frozen(url: str) -> None:
    with pytest.raises(CannotBeDone, match="is not over"):
        await sesame_metrics(url, "freeze", str(datetime.now(UTC).year + 1))


async def test_a_frozen_year_keeps_the_network_and_each_partner_until_thawed(
    url: str, database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await sesame_metrics(url, "freeze", "2025") == 0
    assert "2025 is frozen: the network and 11 partners" in capsys.readouterr().out
    async with pool_of(database) as pool:
        before = await year_figures.read(pool, 2025, today=TODAY)
        await count_year(pool, 2025, 24)
        assert await year_figures.read(pool, 2025, today=TODAY) == before
        await sesame_metrics(url, "thaw", "2025")
        assert (await year_figures.read(pool, 2025, today=TODAY)).n("received") > before.n("received")


async def test_a_check_says_what_differs_and_how_to_mend_it(
    url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await sesame_metrics(url, "check") == 0
    db = await asyncpg.connect(url)
    await db.execute("UPDATE ever SET n = n + 1 WHERE measure = 'received' AND facet = 'subject'")
    await db.close()
    assert await sesame_metrics(url, "check") == 1
    assert "mend them with: ./sesame metrics rebuild" in capsys.readouterr().out
    assert await sesame_metrics(url, "rebuild") == 0
    assert await sesame_metrics(url, "check") == 0


async def test_a_check_with_other_holidays_than_the_service_says_so(
    url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SESAME_NETWORK_COUNTRY", "US")
    assert await sesame_metrics(url, "check") == 1
    assert "only working time differs: SESAME_NETWORK_TIME_ZONE, _COUNTRY" in capsys.readouterr().out


async def test_the_example_of_earlier_years_can_be_imported_twice(
    url: str, database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):
        assert await sesame_metrics(url, "import", str(EXAMPLE)) == 0
    assert "4 numbers of 1 years imported: 2013" in capsys.readouterr().out
    async with pool_of(database) as pool:
        figures = await year_figures.read(pool, 2013, today=TODAY)
    assert (figures.n("received"), figures.institutions, figures.respondents) == (3750, 47, 180)


async def test_a_database_that_is_away_is_named_in_one_line(url: str) -> None:
    with pytest.raises(CannotBeDone, match=r"the database can't be reached .* is ./sesame up running"):
        await sesame_metrics("postgresql://nobody@127.0.0.1:1/nothing", "check")


async def test_years_known_of_already_are_left_out_where_that_is_wanted(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "years.csv"
    rows = ("2012,,received,total,,9,Old desk", "2025,,received,total,,9,Old desk")
    file.write_text("\n".join(("year,partner,measure,facet,value,n,source", *rows)))
    assert await sesame_metrics(url, "import", "--new-years", str(file)) == 0
    assert "1 numbers of 1 years imported: 2012" in capsys.readouterr().out
    assert await sesame_metrics(url, "import", "--new-years", str(file)) == 0
    assert "0 numbers of 0 years imported" in capsys.readouterr().out
