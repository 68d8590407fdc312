"""Brings this service's schema up to date at its start, in a process of its own: what migrating needs (a
second driver, an SQL parser) is some 10 MB that the service would carry for ever.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

CHASSIS = Path(__file__).parent / "migrations"

MODULE = "services.chassis.migrate"


class MigrationFailed(RuntimeError):
    """Nothing was changed by the migration that failed; those before it stay."""


async def bring_up_to_date(url: str, folders: Sequence[Path], *, lock_timeout_seconds: float) -> list[str]:
    """Ids of the migrations applied. Waits while another copy applies them."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        MODULE,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    # By standard input: an argument, with the password in the URL, could be read by everybody on the machine.
    order = {"url": url, "folders": [str(folder) for folder in folders], "lock_timeout": lock_timeout_seconds}
    said, complaint = await process.communicate(json.dumps(order).encode())
    if process.returncode:
        raise MigrationFailed(complaint.decode().strip().splitlines()[-1])
    applied: list[str] = json.loads(said)
    return applied
