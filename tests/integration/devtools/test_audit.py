"""The audit names faults that are known, and never takes silence for a good answer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from devtools.checkout import ROOT
from devtools.cli import main
from devtools.commands.audit import pinned


@asynccontextmanager
async def database(faulty: str, status: str = "200 OK") -> AsyncIterator[str]:
    """Answers as OSV does; knows of one library that it has a fault."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.partition("content-length: ")[2].partition("\r\n")[0])
        queries = json.loads(await reader.readexactly(length))["queries"]
        results = [
            {"vulns": [{"id": "GHSA-1"}]} if query["package"]["name"] == faulty else {} for query in queries
        ]
        body = json.dumps({"results": results}).encode()
        headers = f"content-length: {len(body)}\r\nconnection: close"
        writer.write(f"HTTP/1.1 {status}\r\n{headers}\r\n\r\n".encode() + body)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


@pytest.mark.parametrize(
    ("faulty", "http", "status", "says"),
    [
        ("nothing", "200 OK", 0, "0 with known faults"),
        ("httpx", "200 OK", 1, "GHSA-1"),
        ("nothing", "503 Away", 2, "nothing can be said"),
    ],
)
async def test_audit_says_what_is_known(
    faulty: str, http: str, status: int, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    async with database(faulty, http) as url:
        assert await asyncio.to_thread(main, ["audit", "--database", url]) == status
    printed = capsys.readouterr()
    assert says in printed.out + printed.err


def test_database_out_of_reach_is_no_good_answer(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "--database", "http://127.0.0.1:9"]) == 2
    assert "nothing can be said" in capsys.readouterr().err


def test_every_library_of_every_lock_is_asked_about(tmp_path: Path) -> None:
    lock = tmp_path / "a.txt"
    lock.write_text('httpx==0.28.1 \\\n    --hash=sha256:0\nuvloop==0.22.1 ; sys_platform != "win32" \\\n')
    assert pinned([lock, lock]) == [("httpx", "0.28.1"), ("uvloop", "0.22.1")]
    assert len(pinned((ROOT / "deploy" / "requirements").glob("*.txt"))) > 50
