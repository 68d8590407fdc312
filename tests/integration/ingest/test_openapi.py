"""The API keeps what its OpenAPI document says, as Schemathesis sees it. SESAME_TEST_FUZZ sets how often."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from uuid import UUID

from devtools.checkout import ROOT
from services.ingest.store.access import partner_keys
from tests.support.ingest_doors import Ingest, hears, ingest, routed_to
from tests.support.servers import Database, VirtualHost

EXAMPLES = int(os.environ.get("SESAME_TEST_FUZZ", "3"))
THE_SAME = () if "SESAME_TEST_FUZZ" in os.environ else ("--generation-deterministic",)
"""So that one commit has one verdict; the long runs draw new examples."""
KEY = "sesame-key"
NO_LIMITS = {"open_questions": 10**6, "mails_per_sender": 10**6, "key_burst": 10**6}


async def asked_of_grigny(door: Ingest) -> UUID:
    answer = await door.http.post("/api/v1/questions", json={"text": "Où ?"})
    question = UUID(answer.json()["id"])
    await hears(door, question, routed_to("grigny"))
    async with door.running.chassis.begin() as unit:
        await partner_keys.add(unit.db, KEY, "grigny", "test", unit.now)
    return question


async def faults(door: Ingest, folder: Path) -> str:
    """What Schemathesis says when it is not content; empty when it is."""
    (folder / "schemathesis.toml").write_text(
        f'[parameters]\n"path.question" = "{await asked_of_grigny(door)}"\n', encoding="utf-8"
    )
    command = [str(Path(sys.executable).parent / "schemathesis"), "run"]
    command.append(str(door.http.base_url.join("/api/v1/openapi.json")))
    command += ["--header", f"Authorization: Bearer {KEY}", "--max-examples", str(EXAMPLES)]
    command += ["--phases", "examples,fuzzing", "--suppress-health-check", "all", "--no-color", *THE_SAME]
    hooks = {"SCHEMATHESIS_HOOKS": "tests.support.schemathesis_formats", "PYTHONPATH": str(ROOT)}
    process = await asyncio.create_subprocess_exec(
        *command, cwd=folder, env=os.environ | hooks, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate()
    return said.decode() if process.returncode else ""


async def test_the_api_keeps_what_its_document_says(
    database: Database, vhost: VirtualHost, tmp_path: Path
) -> None:
    async with ingest(database, vhost, **NO_LIMITS) as door:
        assert await faults(door, tmp_path) == ""


async def test_the_events_contract_is_shown_to_programmers_by_address(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        page = await door.http.get("/api/contract")
        document = await door.http.get("/api/asyncapi.yaml")
    assert "question.submitted.v1" in page.text
    assert document.text.startswith("asyncapi: 3.0.0")
