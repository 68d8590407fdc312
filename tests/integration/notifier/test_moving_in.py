"""`./sesame archive import`: years of another help desk, rehearsed, taken over, taken over again."""

from __future__ import annotations

import argparse
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from devtools.checkout import ROOT
from services.notifier.commands.moving_in import register, take_over
from tests.support.notifier_archive import Archive, archive
from tests.support.servers import Database

ROWS = ROOT / "examples" / "moving-in" / "sesame.csv"


@pytest.fixture
async def here(database: Database, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Archive]:
    monkeypatch.setenv("SESAME_DATABASE_URL", database("notifier"))
    monkeypatch.setenv("SESAME_AMQP_URL", "amqp://nobody@127.0.0.1:1/")
    monkeypatch.setenv("SESAME_LINK_SECRET", "k" * 32)
    async with archive(database) as here:
        yield here


async def taken(*typed: str | Path) -> int:
    parser = argparse.ArgumentParser()
    register(parser.add_subparsers())
    return await take_over(parser.parse_args(["archive", "import", *map(str, typed)]))


async def entries(here: Archive) -> list[tuple[str, str]]:
    rows = await here.on.pool.fetch("SELECT state, question FROM archive_entry ORDER BY number")
    return [tuple(row) for row in rows]


async def test_a_rehearsal_says_what_would_become_and_changes_nothing(
    here: Archive, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await taken(ROWS, "--dry-run") == 0
    said = capsys.readouterr().out
    assert "1 would be: wait for release" in said
    assert "1 would be: are counted only" in said
    assert await entries(here) == []


async def test_what_waits_is_released_like_any_other_and_announced_to_nobody(here: Archive) -> None:
    assert await taken(ROWS) == 0
    [number] = [
        row["number"]
        for row in await here.on.pool.fetch("SELECT number FROM archive_entry WHERE state = 'held'")
    ]
    assert await here.proposed(number, "title") == ["Qui a inventé la fermeture éclair ?"]
    assert "code" not in await here.decide(number, "release")
    assert await here.found("fermetures") == [number]
    assert await here.on.announced() == []


async def test_what_nobody_may_read_is_counted_and_not_kept(here: Archive) -> None:
    await taken(ROWS)
    assert ("kept_private", "") in await entries(here)


async def test_released_at_once_what_looks_personal_is_masked(here: Archive, tmp_path: Path) -> None:
    file = tmp_path / "old.jsonl"
    row = {
        "id": 1,
        "asked_at": "2014-03-31",
        "library": "bpi",
        "question": "Bonjour, où lire ? Ada, 06 12 34 56 78",
        "answer": "Écrivez à ada@mail.example.",
        "sources": ["Entretien avec ada@mail.example"],
    }
    file.write_text(json.dumps(row))
    assert await taken(file, "--release") == 0
    shown = (await here.reader.get("/api/v1/answers/1")).json()
    assert shown["title"] == "Où lire ?"
    assert "06 12" not in json.dumps(shown)
    assert "mail.example" not in json.dumps(shown)
    assert await here.found("lire", year="2014") == [1]


async def test_a_second_run_leaves_what_is_there_and_counts_it_once(
    here: Archive, capsys: pytest.CaptureFixture[str]
) -> None:
    await taken(ROWS, "--release")
    before = await here.on.pool.fetch("SELECT word, entries FROM archive_word ORDER BY word")
    capsys.readouterr()
    assert await taken(ROWS, "--release") == 0
    assert "2 were there already" in capsys.readouterr().out
    assert await here.on.pool.fetch("SELECT word, entries FROM archive_word ORDER BY word") == before
    assert len(await entries(here)) == 2


async def test_the_same_rows_of_a_renamed_file_are_told_and_not_taken_twice(
    here: Archive, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    head, row = "id,asked_at,library,question,answer\n", "1,2014-01-01,bpi,Où ?,Ici.\n"
    first, renamed = tmp_path / "old desk.csv", tmp_path / "renamed.csv"
    first.write_text(head + row)
    renamed.write_text(f"{head}{row}2,2014-01-01,bml,Où ?,Ici.\n3,2014-01-01,bpi,Où ?,Là.\n")
    assert await taken(first) == 0
    for option, status in (("--dry-run", 1), ("--release", 2)):
        assert await taken(renamed, option) == status
        told = "line 2: id '1' is there already, from 'old desk.csv'; --source 'old desk.csv'"
        assert told in capsys.readouterr().out
    assert len(await entries(here)) == 1
    assert await taken(renamed, "--skip-faulty") == 1
    assert len(await entries(here)) == 3


async def test_one_faulty_line_stops_all_unless_it_is_to_be_left_out(
    here: Archive, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "old.csv"
    file.write_text(
        "id,asked_at,library,question,answer\n1,2014-01-01,bpi,Où ?,Ici.\n1,2014-01-01,bpi,Où ?,Là.\n"
    )
    assert await taken(file) == 2
    assert "line 3: id '1' stands in line 2 as well" in capsys.readouterr().out
    assert await entries(here) == []
    assert await taken(file, "--skip-faulty") == 1
    assert await entries(here) == [("held", "Où ?")]


async def test_a_table_without_a_needed_column_says_which_and_what_it_has(
    here: Archive, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "old.csv"
    file.write_text("Ticket;Question;answer\n1;Où ?;Là.\n")
    assert await taken(file, "--dry-run") == 2
    assert "has no column 'id'; it has: Ticket, Question, answer." in capsys.readouterr().err
    file.write_text("id;asked_at;library;question;answer;ID\n1;2014-01-01;bml;Où ?;Là.;2\n")
    assert await taken(file, "--dry-run") == 2
    assert "column 'id' stands twice, in small letters and capitals" in capsys.readouterr().err
    file.write_text("id;asked_at;library;question;answer;sujet\n1;2014-01-01;bml;Où ?;<p>Là.</p>;arts\n")
    assert await taken(file, "--dry-run") == 0
    said = capsys.readouterr().out
    assert "columns that are not read: sujet" in said
    assert "rows by library: bml 1" in said
    assert "1 rows look like HTML, line 2 first" in said


async def test_figures_of_the_years_are_written_for_metrics(here: Archive, tmp_path: Path) -> None:
    file = tmp_path / "figures.csv"
    await taken(ROWS, "--source", "Old desk", "--figures", file)
    rows = file.read_text().splitlines()
    assert rows[0] == "year,partner,measure,facet,value,n,source"
    assert "2012,,received,total,,2,Old desk" in rows
    assert "2012,,received,subject,litterature,1,Old desk" in rows
    assert "2012,bpi,answered,total,,2,Old desk" in rows


async def test_the_newest_of_what_was_taken_over_stands_in_front(here: Archive, tmp_path: Path) -> None:
    file = tmp_path / "old.jsonl"
    rows = [
        {
            "id": year,
            "asked_at": f"{year}-01-01",
            "library": "bpi",
            "question": f"Que lire en {year} ?",
            "answer": "Ici.",
        }
        for year in (2016, 2018, 2012)
    ]
    file.write_text("\n".join(map(json.dumps, rows)))
    await taken(file, "--release")
    listed = (await here.reader.get("/api/v1/answers")).json()["answers"]
    assert [one["title"] for one in listed] == [f"Que lire en {year} ?" for year in (2018, 2016, 2012)]


async def test_readers_search_after_it_as_quickly_as_before(here: Archive) -> None:
    """Nothing waits beside the index, where every search would have to read through it."""
    assert await taken(ROWS, "--release") == 0
    [options] = await here.on.pool.fetch(
        "SELECT reloptions FROM pg_class WHERE oid = 'archive_entry_words'::regclass"
    )
    assert options["reloptions"] == ["fastupdate=off"]
    assert len(await here.found("fermetures")) == 1
